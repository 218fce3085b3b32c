"""The command ``jmed-report``."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from jmed_report.results import ResultsError, TaskResult, groups, read_results
from jmed_report.scores import print_group, print_scores
from jmed_report.signature import signature


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 unusable input, 2 wrong usage)."""
    args = _parser().parse_args(argv)
    try:
        return _run(args.files, args.show)
    except ResultsError as error:
        print(f"jmed-report: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(files: Sequence[Path], show: Callable[[list[TaskResult]], None]) -> int:
    """Shows every file that holds tasks of this project; notes the others."""
    read = [(path, read_results(path)) for path in files]
    for path, results in read:
        if not results:
            print(f"jmed-report: {path}: holds no jmed task, passed over", file=sys.stderr)
            continue
        if len(files) > 1:
            print(f"{path}:")
        show(results)
    return 0 if any(results for _, results in read) else 1


def _show_signatures(results: list[TaskResult]) -> None:
    for result in results:
        print(f"{result.task}: {signature(result)}")


def _show_scores(results: list[TaskResult]) -> None:
    for result in results:
        print_scores(result)
    for group in groups(results):
        print_group(group)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jmed-report", description="Read the result files that lm-eval writes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(
        commands,
        "signature",
        "print one line per task that pins how its scores were computed",
        _show_signatures,
    )
    _add(
        commands,
        "scores",
        "print scores with their confidence intervals, their floors and their signature",
        _show_scores,
    )
    return parser


def _add(
    commands: argparse._SubParsersAction,
    name: str,
    text: str,
    show: Callable[[list[TaskResult]], None],
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
