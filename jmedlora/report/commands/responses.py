"""``jmed-report responses``: the same questions side by side across models, as a page to read."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.arguments import positive, whole
from jmedlora.core.cli.command import Command
from jmedlora.report.commands.run_options import add_run_options

ONLY = ("all", "changed", "gained", "lost")


def _add_options(parser: argparse.ArgumentParser) -> None:
    from jmedlora.report.responses.page import MOST, SUFFIXES

    add_run_options(parser)
    parser.add_argument("--task", help="only this one, such as igakuqa or jmed_treatment")
    parser.add_argument("--shots", type=whole, help="only with so many worked examples")
    parser.add_argument("--ids", type=_ids, help="only these questions, separated by commas")
    parser.add_argument(
        "--only", choices=ONLY, help=f"only these; default: all, or changed if more than {MOST}"
    )
    parser.add_argument(
        "--baseline", metavar="COLUMN", help="compare with this one (default: step 0 of each model)"
    )
    parser.add_argument(
        "--limit",
        type=positive,
        help=f"most questions of an exam (default: {MOST}; --ids: no limit)",
    )
    parser.add_argument("--out", type=Path, help="folder for responses.md and responses.html")
    parser.add_argument(
        "--format", choices=list(SUFFIXES), help="default: both with --out, else markdown"
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.compare.baselines import several_baselines
    from jmedlora.report.compare.comparability import warnings
    from jmedlora.report.compare.comparison import read_columns
    from jmedlora.report.responses.page import SUFFIXES, page, view
    from jmedlora.report.responses.selection import base_of, of_task, with_questions
    from jmedlora.report.responses.side_by_side import parts

    found = read_columns(args.results, args.labels)
    bases = [base_of(found, index, args.baseline) for index in range(len(found))]
    selected = of_task(parts(found, bases), args.task, args.shots)
    views = [
        view(part, args.ids, args.only, args.limit) for part in with_questions(selected, args.ids)
    ]
    warned = [*warnings(found), *([] if args.baseline else several_baselines(found))]
    if args.out is None:
        print(page(args.format or "markdown", views, warned), end="")
        return 0
    for name in [args.format] if args.format else SUFFIXES:
        path = args.out / f"responses.{SUFFIXES[name]}"
        write_file(path, page(name, views, warned))
        print(path)
    return 0


def _ids(text: str) -> list[str]:
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise argparse.ArgumentTypeError("names no question")
    return found


RESPONSES = Command(
    name="responses",
    text="Show what each model answered to the same questions, and what it gained and lost. It "
    "shows the correct choices, each response and its scores side by side, for tasks that "
    "are answered in text. The page holds the exam's questions: mind its terms before "
    "passing it on.",
    options=_add_options,
    run=_run,
    example="jmed-report responses results --only lost --out pages",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples\n"
        "run_card.json or trainer_state.json beside an adapter, for names and steps",
        "writes": "with --out: responses.md and responses.html, no script in it; else the "
        "page on standard output",
    },
    see="jmed-report table; docs/report.md",
)
