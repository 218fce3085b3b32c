"""``jmed-report signature`` and ``scores``: what results files say by themselves, one by one."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.command import Command

if TYPE_CHECKING:
    from jmedlora.report.load.results import TaskResult


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a results_*.json, or a folder"
    )


def _add_score_options(parser: argparse.ArgumentParser) -> None:
    _add_files(parser)
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write all of it as a page")


def _read(paths: list[Path]) -> "list[tuple[str, list[TaskResult]]]":
    """The tasks of every file that holds any of this project, and what names it; notes the others.

    Each of several files is named by its path, a single one by nothing.
    """
    from jmedlora.report.load.results import read_results
    from jmedlora.report.load.runs import results_files

    files = [file for path in paths for file in results_files(path)]
    read = [(path, read_results(path)) for path in files]
    for path, results in read:
        if not results:
            print(f"jmed-report: {path}: holds no jmed task, passed over", file=sys.stderr)
    name = "{}:\n" if len(read) > 1 else ""
    return [(name.format(path), results) for path, results in read if results]


def _signatures(args: argparse.Namespace) -> int:
    from jmedlora.report.load.run_conditions import conditions_of
    from jmedlora.report.load.signature import signature

    read = _read(args.files)
    for name, results in read:
        print(name, end="")
        for result in results:
            print(f"{result.task}: {signature(result)}")
            print(f"{result.task}: {conditions_of(result)}")
    return 0 if read else 1


def _scores(args: argparse.Namespace) -> int:
    from jmedlora.report.load.group_results import groups
    from jmedlora.report.render.plain_sheet import page
    from jmedlora.report.render.scores import group_sheet, print_sheet, score_sheet

    read = _read(args.files)
    sheets = [
        [*map(score_sheet, results), *map(group_sheet, groups(results))] for _, results in read
    ]
    if args.html and read:  # before anything is printed: the reader of a pipe may leave early
        write_file(args.html, page(sheet for of_file in sheets for sheet in of_file))
    for (name, _), of_file in zip(read, sheets, strict=True):
        print(name, end="")
        for sheet in of_file:
            print_sheet(sheet)
    return 0 if read else 1


STATUS = {1: "no file holds a task of this project, or one cannot be read"}
SIGNATURE = Command(
    name="signature",
    text="Print two lines per task that pin how its scores were computed. If the first lines of "
    "two runs differ, you cannot compare their scores. The second line, run:, holds what sampling "
    "depends on.",
    options=_add_files,
    run=_signatures,
    example="jmed-report signature results/my_model/results_*.json",
    sections={
        "reads": "the results file alone: no samples, no model, no exam",
        "writes": "nothing but the report",
    },
    status=STATUS,
    see="jmed-report table; docs/metrics.md",
)
SCORES = Command(
    name="scores",
    text="Print scores with their confidence intervals, their floors and their signature. A "
    "group's tasks are also pooled.",
    options=_add_score_options,
    run=_scores,
    example="jmed-report scores results/my_model/results_*.json --html scores.html",
    sections={
        "reads": "the results file, and the samples beside it where an exam has follow-ups or "
        "each question has several answers (lm-eval's repeats); no model, no exam",
        "writes": "with --html: a page of the same",
    },
    status=STATUS,
    see="jmed-report table; docs/metrics.md",
)
