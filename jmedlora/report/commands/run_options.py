"""The options that every comparison of runs takes."""

import argparse
from pathlib import Path

from jmedlora.core.cli.arguments import positive, whole

RUNS = "a folder given to lm_eval as --output_path, or a results_*.json"


def add_results(
    parser: argparse.ArgumentParser, metavar: str = "RESULTS", text: str = RUNS
) -> None:
    """Adds the results. text: what they are, for --help."""
    parser.add_argument(
        "results",
        nargs="+",
        type=Path,
        metavar=metavar,
        help=text,
    )


def add_run_options(parser: argparse.ArgumentParser, text: str = RUNS) -> None:
    """Adds the results and their labels. text: what the results are, for --help."""
    add_results(parser, text=text)
    parser.add_argument(
        "--labels", type=Path, metavar="YML", help="what models, steps and hours are called"
    )


def add_verify_option(parser: argparse.ArgumentParser) -> None:
    """Adds whether the scores are worked out again from the responses."""
    parser.add_argument(
        "--verify",
        action=argparse.BooleanOptionalAction,
        help="score the logged responses again and refuse stored scores that differ (default: "
        "where that is quick; the table says where it was not done)",
    )


def add_statistics_options(parser: argparse.ArgumentParser) -> None:
    """Adds what makes intervals and tests what they are."""
    from jmedlora.report.compare.statistics import RESAMPLES, SEED

    parser.add_argument(
        "--seed", type=whole, default=SEED, help=f"seed of intervals and tests (default: {SEED})"
    )
    parser.add_argument(
        "--resamples",
        type=positive,
        default=RESAMPLES,
        help=f"draws of the bootstrap and of the permutation test (default: {RESAMPLES:,})",
    )
