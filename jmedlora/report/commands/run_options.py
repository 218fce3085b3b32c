"""The options that every comparison of runs takes."""

import argparse
from pathlib import Path

from jmedlora.core.cli.arguments import positive, whole


def add_results(parser: argparse.ArgumentParser, metavar: str = "RESULTS", more: str = "") -> None:
    """Adds the results. more: what else may be given, behind the words for lm-eval's own."""
    parser.add_argument(
        "results",
        nargs="+",
        type=Path,
        metavar=metavar,
        help=f"a folder given to lm_eval as --output_path, or a results_*.json{more}",
    )


def add_run_options(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Adds the results and their labels. more: what else may be given as results."""
    add_results(parser, more=more)
    parser.add_argument(
        "--labels", type=Path, metavar="YML", help="what models, steps and hours are called"
    )


def add_verify_option(parser: argparse.ArgumentParser) -> None:
    """Adds whether the scores are worked out again from the responses."""
    parser.add_argument(
        "--verify",
        action=argparse.BooleanOptionalAction,
        help="score the logged responses again and refuse stored scores that differ (default: "
        "where it takes a moment; the table says where it was not done)",
    )


def add_statistics_options(parser: argparse.ArgumentParser) -> None:
    """Adds what makes intervals and tests what they are."""
    from jmedlora.report.compare.statistics import RESAMPLES, SEED

    parser.add_argument(
        "--seed", type=whole, default=SEED, help=f"of intervals and tests (default: {SEED})"
    )
    parser.add_argument(
        "--resamples",
        type=positive,
        default=RESAMPLES,
        help=f"of the bootstrap and of the permutation test (default: {RESAMPLES:,})",
    )
