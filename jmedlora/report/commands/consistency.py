"""``jmed-report consistency``: whether a model chooses the same content in any order."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import dump, write_file
from jmedlora.core.cli.command import Command


def _add_options(parser: argparse.ArgumentParser) -> None:
    from jmedlora.report.consistency.orders import TASKS

    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help=f"a results_*.json or its folder, with samples, of {', '.join(TASKS)}",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write all of it as a page")
    parser.add_argument(
        "--format",
        choices=["text", "json"],
        default="text",
        help="json: a list with one object an exam (default: text)",
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.consistency.permuted_runs import compare, print_exams, sheets
    from jmedlora.report.render.plain_sheet import page

    exams = compare(args.runs)
    if args.html:  # before anything is printed: the reader of a pipe may leave early
        write_file(args.html, page(sheets(exams)))
    if args.format == "json":
        print(dump(exams), end="")
    else:
        print_exams(exams)
    return 0


CONSISTENCY = Command(
    name="consistency",
    text="Show how often a model chooses the same content when the choices are permuted. It "
    "compares runs of one model that differ only in the order of the choices. For each share it "
    "also shows what guesses and unrelated answers would give.",
    options=_add_options,
    run=_run,
    example="jmed-report consistency shuffled/seed-1 shuffled/seed-2 --html consistency.html",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples",
        "writes": "with --html: a page of the same",
    },
    see="docs/report.md, Consistency; docs/tasks.md (the tasks igakuqa_shuffled, jjsimqa_shuffled)",
)
