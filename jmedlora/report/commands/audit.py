"""``jmed-report audit``: what was read from the answers of a run, beside their texts."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.arguments import positive, whole
from jmedlora.core.cli.command import Command
from jmedlora.exams.cache import ENVIRONMENT

READ = 20


def _add_options(parser: argparse.ArgumentParser) -> None:
    from jmedlora.report.audit.readings import KINDS

    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="a folder given to lm_eval as --output_path, a results_*.json, a samples_*.jsonl, or "
        "published results of JMLE2026-Bench or IgakuQA119",
    )
    parser.add_argument("--kind", choices=KINDS, help="only these readings (default: all)")
    parser.add_argument(
        "--read",
        type=whole,
        default=READ,
        metavar="N",
        help=f"show so many of the answers that were read, spread over the run (default: {READ})",
    )
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="most of each other kind (default: all)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write audit.html here; print the counts alone"
    )
    parser.add_argument(
        "--format",
        choices=["text", "html", "jsonl"],
        default="text",
        help="jsonl: an object a reading (default: text)",
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.audit.audited import audit
    from jmedlora.report.audit.page import FILE_NAME, json_lines, page
    from jmedlora.report.audit.readings import KINDS
    from jmedlora.report.audit.sources import find_sources
    from jmedlora.report.audit.terminal import print_audits
    from jmedlora.report.commands.published_answers import published_in, published_sources

    kinds = [args.kind] if args.kind else KINDS
    published = {path: published_in(path) for path in args.runs}
    sources = find_sources(published)
    if files := [file for found in published.values() for file in found]:
        sources += published_sources(files)
    audits = [audit(each, kinds, limit=args.limit, read=args.read) for each in sources]
    if args.out:  # before anything is printed: the reader of a pipe may leave early
        write_file(args.out / FILE_NAME, page(audits))
    if args.format == "text":
        print_audits(audits, texts=args.out is None)
    else:
        print(page(audits) if args.format == "html" else json_lines(audits), end="")
    if args.out:
        print(args.out / FILE_NAME)
    return 0


AUDIT = Command(
    name="audit",
    text="Show what was read from each answer beside its text, so that you can check the reader "
    "on your model. It shows every answer that was cut, that could not be read, or that is read "
    "differently now than when it was scored. It also shows some of the others. The tasks are "
    "those whose answers are letters or numbers. The page holds the exam's questions: mind its "
    "terms before passing it on.",
    options=_add_options,
    run=_run,
    example="jmed-report audit results/my_model --out report",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples; published results, "
        "and the questions that they answer",
        "writes": "with --out: audit.html, no script in it; else nothing but the report",
        "environment": ENVIRONMENT,
    },
    see="jmed-report responses, jmed-report exam; docs/report.md",
)
