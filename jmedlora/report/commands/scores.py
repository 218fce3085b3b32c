"""``jmed-report signature`` and ``scores``: what results files say by themselves, one by one."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.cli.command import Command

if TYPE_CHECKING:
    from jmedlora.report.load.results import TaskResult

    Show = Callable[[list[TaskResult]], None]


def _command(name: str, text: str, show: "Show", reads: str) -> Command:
    return Command(
        name=name,
        text=text,
        options=_add_options,
        run=partial(_run, show),
        example=f"jmed-report {name} results/my_model/results_*.json",
        sections={
            "reads": reads,
            "writes": "nothing but the report",
        },
        status={1: "no file holds a task of this project, or one cannot be read"},
        see="jmed-report table; docs/metrics.md",
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a results_*.json, or a folder"
    )


def _run(show: "Show", args: argparse.Namespace) -> int:
    """Shows every file that holds tasks of this project; notes the others."""
    from jmedlora.report.load.results import read_results
    from jmedlora.report.load.runs import results_files

    files = [file for path in args.files for file in results_files(path)]
    read = [(path, read_results(path)) for path in files]
    for path, results in read:
        if not results:
            print(f"jmed-report: {path}: holds no jmed task, passed over", file=sys.stderr)
            continue
        if len(read) > 1:
            print(f"{path}:")
        show(results)
    return 0 if any(results for _, results in read) else 1


def _show_signatures(results: "list[TaskResult]") -> None:
    from jmedlora.report.load.run_conditions import conditions_of
    from jmedlora.report.load.signature import signature

    for result in results:
        print(f"{result.task}: {signature(result)}")
        print(f"{result.task}: {conditions_of(result)}")


def _show_scores(results: "list[TaskResult]") -> None:
    from jmedlora.report.load.group_results import groups
    from jmedlora.report.render.scores import print_group, print_scores

    for result in results:
        print_scores(result)
    for group in groups(results):
        print_group(group)


SIGNATURE = _command(
    "signature",
    "Print two lines per task that pin how its scores were computed. You can compare "
    "scores if their first lines agree. The second line, run:, holds what sampling "
    "depends on.",
    _show_signatures,
    "the results file alone: no samples, no model, no exam",
)
SCORES = _command(
    "scores",
    "Print scores with their confidence intervals, their floors and their signature. A group's "
    "tasks are also pooled.",
    _show_scores,
    "the results file, and the samples beside it where an exam has follow-ups; no model, no exam",
)
