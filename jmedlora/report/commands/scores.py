"""``jmed-report signature`` and ``scores``: what results files say by themselves, one by one."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from jmedlora.core.cli.manual_page import add_command
from jmedlora.report.load.results import TaskResult, groups, read_results
from jmedlora.report.load.signature import signature
from jmedlora.report.render.scores import print_group, print_scores


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Adds both subcommands to the parser."""
    _add(
        commands,
        "signature",
        "Print one line per task that pins how its scores were computed. Scores are comparable "
        "where the lines agree.",
        _show_signatures,
    )
    _add(
        commands,
        "scores",
        "Print scores with their confidence intervals, their floors and their signature. A group's "
        "tasks are also pooled.",
        _show_scores,
    )


def _add(
    commands: argparse._SubParsersAction,
    name: str,
    text: str,
    show: Callable[[list[TaskResult]], None],
) -> None:
    parser = add_command(
        commands,
        _run,
        name,
        text,
        example=f"jmed-report {name} results/my_model/results_*.json",
        sections={
            "reads": "the results file alone: no samples, no model, no exam",
            "writes": "nothing but the report",
        },
        status={1: "no file holds a task of this project, or one cannot be read"},
        see="jmed-report table; docs/metrics.md",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a results_*.json")
    parser.set_defaults(show=show)


def _run(args: argparse.Namespace) -> int:
    """Shows every file that holds tasks of this project; notes the others."""
    read = [(path, read_results(path)) for path in args.files]
    for path, results in read:
        if not results:
            print(f"jmed-report: {path}: holds no jmed task, passed over", file=sys.stderr)
            continue
        if len(read) > 1:
            print(f"{path}:")
        args.show(results)
    return 0 if any(results for _, results in read) else 1


def _show_signatures(results: list[TaskResult]) -> None:
    for result in results:
        print(f"{result.task}: {signature(result)}")


def _show_scores(results: list[TaskResult]) -> None:
    for result in results:
        print_scores(result)
    for group in groups(results):
        print_group(group)
