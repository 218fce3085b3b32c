"""The command ``jmed-report``."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from jmed_report.results import ResultsError, TaskResult, read_results
from jmed_report.scores import print_scores
from jmed_report.signature import signature


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 unusable input, 2 wrong usage)."""
    args = _parser().parse_args(argv)
    try:
        results = [result for path in args.files for result in read_results(path)]
        for result in results:
            args.show(result)
    except ResultsError as error:
        print(f"jmed-report: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jmed-report", description="Read the result files that lm-eval writes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(
        commands,
        "signature",
        "print one line per task that pins how its scores were computed",
        lambda result: print(f"{result.task}: {signature(result)}"),
    )
    _add(
        commands,
        "scores",
        "print scores with their confidence intervals, their floors and their signature",
        print_scores,
    )
    return parser


def _add(
    commands: argparse._SubParsersAction,
    name: str,
    text: str,
    show: Callable[[TaskResult], None],
) -> None:
    parser = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}, from the results file alone.",
        epilog=f"example: jmed-report {name} results/my_model/results_*.json",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a results_*.json")
    parser.set_defaults(show=show)


if __name__ == "__main__":
    sys.exit(main())
