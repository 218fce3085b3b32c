"""``jmed-report reused``: which questions of an examination stand in earlier ones."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.atomic_write import dump
from jmedlora.core.cli.command import Command
from jmedlora.core.errors import UserError
from jmedlora.exams.cache import ENVIRONMENT

if TYPE_CHECKING:
    from jmedlora.exams.examination import Examination


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "given",
        nargs="+",
        metavar="EXAM_OR_FILE",
        help="120, 119, 112 … 116, igakuqa (these five), jmed_own:FILE for your own, or answers "
        "that jmed-report exam reads: the examinations to which they belong",
    )
    parser.add_argument(
        "--earlier",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="also search these questions, .jsonl or .csv in the format of jmed_own, such as those "
        "of the 118th; may be repeated",
    )
    parser.add_argument("--text", action="store_true", help="also show the text of the questions")
    parser.add_argument(
        "--format",
        choices=["text", "json"],
        default="text",
        help="json: a list with one object an examination (default: text)",
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.exam.reused import find_reused, sheets
    from jmedlora.report.render.plain_sheet import print_sheets

    found = [find_reused(each, args.earlier) for each in _examinations(args.given)]
    if args.format == "json":
        print(dump([each.as_record(text=args.text) for each in found]), end="")
    else:
        print_sheets(sheets(found, text=args.text), "reused")
    return 0


def _examinations(given: list[str]) -> "list[Examination]":
    """Those that are named, then those to which the files have answers; each once."""
    from jmedlora.exams.description import shipped
    from jmedlora.exams.examination import OWN, examination_names, load_examinations
    from jmedlora.report.exam.answer_files import read_answer_files
    from jmedlora.report.exam.chosen import examinations_of

    files, found = [], []
    for each in given:
        if each in shipped() or examination_names(each) or each.startswith(OWN):
            found += load_examinations(each)
        elif Path(each).exists():
            files.append(Path(each))
        else:
            known = f"use one of {', '.join(shipped())}, {OWN}FILE for your own, or answers"
            raise UserError(f"{each}: neither an examination nor a file; {known}")
    found += examinations_of(read_answer_files(files), []) if files else []
    return list({each.name: each for each in found}.values())


REUSED = Command(
    name="reused",
    text="List which questions of an examination stand in earlier ones on this machine. "
    "Examiners use questions again, so a part of a new examination is public already. It "
    "shows ids and how alike the questions are. Only --text shows their text.",
    options=_add_options,
    run=_run,
    example="jmed-report reused 120",
    sections={
        "reads": "the examinations on this machine, and JJSIMQA; the files named",
        "writes": "nothing but the report",
        "environment": ENVIRONMENT,
    },
    see="docs/report.md, Reused questions; jmed-data overlap (exam questions in training data)",
)
