"""``jmed-data trace``: which pairs, training files, models and results saw a document."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import dump, write_file
from jmedlora.core.cli.command import Command


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "documents",
        nargs="+",
        metavar="DOCUMENT",
        help="a file, a folder of them, a record of a .jsonl file (notes.jsonl:12), or a SHA-256",
    )
    parser.add_argument(
        "--among",
        nargs="+",
        type=Path,
        default=[Path()],
        metavar="FOLDER",
        help="folders to search, with all below them (default: this one)",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write one page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write it for programs")
    parser.add_argument(
        "--texts", action="store_true", help="also show texts of the records that are found"
    )
    parser.add_argument(
        "--fail-on-hit", action="store_true", help="end with status 1 if anything saw a document"
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.data.trace.page import render_page
    from jmedlora.data.trace.sought_documents import seek_documents
    from jmedlora.data.trace.terminal import terminal_lines
    from jmedlora.data.trace.trace import trace_documents

    trace = trace_documents(seek_documents(args.documents), args.among)
    if args.html:
        page = render_page(trace, texts=args.texts)
        write_file(args.html, page.encode(errors="backslashreplace"), private=args.texts)
    if args.json:
        record = dump(trace.as_record(texts=args.texts))
        raw = record.encode(errors="backslashreplace")  # names may be any bytes
        write_file(args.json, raw, private=args.texts)
    print(*terminal_lines(trace, texts=args.texts), sep="\n")
    return 1 if args.fail_on_hit and trace.is_hit else 0


TRACE = Command(
    name="trace",
    text="Say which pairs, training files, runs, models and results saw a document. It is for "
    "the day on which a consent is withdrawn. It knows a document by its content, "
    "wherever it lies now. It knows pairs in copies, selections and shuffled files, too, "
    "copies that jmed-data personal --replace wrote, and runs by the hashes in their run "
    "cards. It says what it could not follow. Only --texts shows text.",
    options=_add_options,
    run=_run,
    example="jmed-data trace documents/ward.txt --among . --html trace.html",
    sections={
        "reads": "all .jsonl files, run_card.json, adapter_config.json, results_*.json, "
        "report.json and *.personal.json below the folders",
        "writes": "nothing but the report, and what --html and --json name",
    },
    status={1: "a document or folder cannot be read; with --fail-on-hit also if anything saw one"},
    see="jmed-data generate, jmed-data pretrain; docs/trace.md",
)
