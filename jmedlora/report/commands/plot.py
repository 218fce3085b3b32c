"""``jmed-report plot``: scores against training steps, as figures for a paper."""

import argparse
import sys
from pathlib import Path

from jmedlora.core.cli.command import Command
from jmedlora.core.errors import UserError
from jmedlora.report.commands.run_options import add_run_options, add_statistics_options


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_run_options(parser)
    parser.add_argument(
        "--out", type=Path, default=Path(), help="folder for the figures (default: this one)"
    )
    parser.add_argument(
        "--metric",
        action="append",
        help="a score to draw, such as accuracy; may be repeated (default: all of our tasks)",
    )
    parser.add_argument("--pooled", action="store_true", help="the paper's exams as one")
    parser.add_argument(
        "--language", choices=["en", "ja"], default="en", help="language of the labels"
    )
    add_statistics_options(parser)


def _run(args: argparse.Namespace) -> int:
    _check_matplotlib()
    from jmedlora.report.compare.comparison import read_columns, table_of
    from jmedlora.report.figures.curves import pictures
    from jmedlora.report.figures.files import chosen_metrics, write_pictures

    found = read_columns(args.results, args.labels)
    table = table_of(found, pooled=args.pooled, by=None, seed=args.seed, resamples=args.resamples)
    drawn, left_out = pictures(table, chosen_metrics(table, args.metric))
    for line in (*table.warnings, *left_out):
        print(f"jmed-report: {line}", file=sys.stderr)
    if not drawn:
        raise UserError("nothing to draw: no score of a model whose steps are known")
    write_pictures(drawn, args.language, args.out)
    return 0


def _check_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UserError("plot needs matplotlib; run: pip install 'jmedlora[report]'") from error


PLOT = Command(
    name="plot",
    text="Draw scores against training steps, as PNG and SVG. Each model has a curve with its "
    "95 % interval, beside the chance level. Each number of worked examples has a panel.",
    options=_add_options,
    run=_run,
    example="jmed-report plot results --out figures --language ja",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples\n"
        "run_card.json or trainer_state.json beside an adapter, for names and steps",
        "writes": "into --out: a PNG and an SVG for each exam and score, which it names",
    },
    see="jmed-report table; docs/report.md",
)
