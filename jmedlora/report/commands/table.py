"""``jmed-report table``: Table 1 of the paper from folders of lm-eval's results."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.command import Command
from jmedlora.report.commands.run_options import (
    add_run_options,
    add_statistics_options,
    add_verify_option,
)

if TYPE_CHECKING:
    from jmedlora.report.compare.table import Table
    from jmedlora.report.render.paper_table import PaperTable


def _add_options(parser: argparse.ArgumentParser) -> None:
    from jmedlora.report.compare.comparison import GROUPINGS
    from jmedlora.report.render import FORMATS

    add_run_options(parser)
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--pooled", action="store_true", help="both exams of the paper as one")
    scope.add_argument("--by", choices=GROUPINGS, help="break each exam down")
    parser.add_argument(
        "--metric",
        action="append",
        help="a score to show, such as accuracy; may be repeated (default: all). The tests are "
        "corrected over those shown",
    )
    parser.add_argument(
        "--repeats", action="store_true", help="say what several samples show, and each one's score"
    )
    parser.add_argument(
        "--readings",
        action="store_true",
        help="also show the other readings of the paper's scores for questions with several "
        "correct choices",
    )
    parser.add_argument(
        "--against",
        metavar="NAME",
        help="compare every column with this one, named by its title, model or path (default: "
        "step 0 of each model; where nothing was trained, the best of each row)",
    )
    add_verify_option(parser)
    parser.add_argument("--with-paper", action="store_true", help="show the paper's Table 1 apart")
    parser.add_argument(
        "--format", choices=sorted(FORMATS), help="print this instead of the terminal's table"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="in the terminal, too, what --out and --format always give: differences, rates, "
        "floors, notes and warnings in full, signatures",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write the table in every format into this folder",
    )
    add_statistics_options(parser)


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.compare.comparison import read_columns, table_of
    from jmedlora.report.compare.readings import metrics_with_readings, with_readings
    from jmedlora.report.render import FILE_NAMES, FORMATS
    from jmedlora.report.render.paper_table import reference
    from jmedlora.report.render.terminal import print_table
    from jmedlora.report.verify.confirmed import confirm

    columns, metrics = read_columns(args.results, args.labels), args.metric
    warned = confirm(columns, wanted=args.verify)
    for line in warned:  # they stand in the table too, below its rows
        print(f"jmed-report: warning: {line}", file=sys.stderr)
    if args.readings:
        columns = with_readings(columns)
        metrics = metrics_with_readings(columns, metrics) if metrics else None
    table = table_of(
        columns,
        pooled=args.pooled,
        by=args.by,
        seed=args.seed,
        resamples=args.resamples,
        repeats=args.repeats,
        follow_ups=True,
        against=args.against,
        metrics=metrics,
    )
    table = replace(table, warnings=(*warned, *table.warnings))
    paper = reference() if args.with_paper else None
    if args.out:  # before anything is printed: the reader of a pipe may leave early
        _write(args.out, table, paper)
    if args.format:
        sys.stdout.write(FORMATS[args.format](table, paper))
    else:
        page = args.out / FILE_NAMES["html"] if args.out else None
        print_table(table, paper, whole=args.all, page=page)
    return 0


def _write(folder: Path, table: "Table", paper: "PaperTable | None") -> None:
    from jmedlora.report.render import FILE_NAMES, FORMATS

    for name, render in FORMATS.items():
        write_file(folder / FILE_NAMES[name], render(table, paper))
    print(f"jmed-report: written: {', '.join(FILE_NAMES.values())} in {folder}", file=sys.stderr)


TABLE = Command(
    name="table",
    text="Compare models side by side, as in Table 1 of the paper. It shows scores and paired "
    "differences with 95 % intervals, floors, and what limits the comparison. Differences "
    "are from step 0 of the same model, from any column, or from the best of each row. It "
    "refuses runs that cannot be compared, and names them and the reason. It also refuses "
    "stored scores that their responses do not give.",
    options=_add_options,
    run=_run,
    example="jmed-report table results/ --labels labels.yml --with-paper --out report",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples\n"
        "run_card.json or trainer_state.json beside an adapter, for names and steps",
        "writes": "with --out: the table as Markdown, LaTeX, HTML, CSV and JSON",
    },
    see="jmed-report verify, jmed-report plot, jmed-report responses; docs/report.md",
)
