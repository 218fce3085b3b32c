"""``jmed-report exam``: whether a model passes the national medical licensing examination."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.atomic_write import dump
from jmedlora.core.cli.command import Command
from jmedlora.core.display import visible
from jmedlora.core.errors import UserError
from jmedlora.exams.cache import ENVIRONMENT
from jmedlora.report.commands.exam_folder import DIFFERING, write_exam_folder

if TYPE_CHECKING:
    from jmedlora.report.exam.predictions import AnswerFile
    from jmedlora.report.exam.verdict import ExamResult
    from jmedlora.report.render.plain_sheet import PlainSheet


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="lm-eval samples of an examination task, JSON Lines with problem_id (120A1) and "
        "prediction (a,c), results of JMLE2026-Bench or IgakuQA119, or a folder of them",
    )
    parser.add_argument(
        "--exam",
        action="append",
        default=[],
        metavar="NAME",
        help="120, 119, 112 … 116, igakuqa (these five) or jmed_own:FILE for your own; may come "
        "several times (default: those to which the answers belong)",
    )
    parser.add_argument(
        "--lines",
        action="append",
        type=_lines,
        default=[],
        metavar="[EXAM:]NAME=POINTS[,…]",
        help="other points to pass, such as general=224 or 120:general=224",
    )
    parser.add_argument(
        "--official",
        action="store_true",
        help="mark by the publisher's own rule to the letter, in place of reading the answers",
    )
    parser.add_argument(
        "--format",
        choices=["text", "json", "markdown", "html"],
        default="text",
        help="json: a list with one object a model and examination (default: text)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write the report into this folder, with a picture of the points against the "
        "pass lines, and every answer that the two rules mark differently",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="in the terminal, too, what --out and --format always give: every table and note",
    )
    parser.add_argument(
        "--by", choices=["category"], help="every table, and one by category (診療科)"
    )


def _lines(text: str) -> tuple[str, dict[str, float]]:
    """The examination ("" if none is named) and the points by line of "120:general=224"."""
    examination, _, pairs = text.rpartition(":")
    found = {}
    for pair in pairs.split(","):
        name, _, number = pair.partition("=")
        if not name.strip() or not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", number.strip()):
            raise argparse.ArgumentTypeError(f"'{text}': give it as general=224")
        found[name.strip()] = float(number)
    return examination.strip(), found


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.exam.compared import differing_runs
    from jmedlora.report.exam.tables import sheets
    from jmedlora.report.render.plain_sheet import markdown, page

    if args.by and args.format == "json":
        raise UserError("--by category is not in the json list; use --format text or markdown")
    found, files = _results(args)
    warned = differing_runs(files, found)
    shown = sheets(
        found,
        official=args.official,
        by_category=bool(args.by),
        left_out=sum(each.left_out for each in files),
        warnings=warned,
        all_ids=str(args.out / DIFFERING) if args.out else "",
    )
    if args.out:  # before anything is printed: the reader of a pipe may leave early
        write_exam_folder(args.out, found, shown)
    if args.format == "json":
        for line in warned:
            print(f"jmed-report: warning: {visible(line)}", file=sys.stderr)
        print(dump([each.as_record() for each in found]), end="")
        return 0
    if args.format == "text":
        _print(found, shown, args)
    else:
        print(markdown(shown) if args.format == "markdown" else page(shown), end="")
    return 0


def _print(found: "list[ExamResult]", shown: "list[PlainSheet]", args: argparse.Namespace) -> None:
    from jmedlora.report.exam.brief import brief
    from jmedlora.report.exam.leaderboard import boards
    from jmedlora.report.render.console import consoles
    from jmedlora.report.render.plain_sheet import UNBOUNDED, print_sheets

    if args.all or args.by:
        print_sheets(shown)
        return
    console, wide = consoles("exam", UNBOUNDED)
    for line in brief(boards(found, official=args.official), shown, console.width):
        wide.print(line, soft_wrap=True, markup=False)


def _results(args: argparse.Namespace) -> "tuple[list[ExamResult], list[AnswerFile]]":
    """The results, and the files whose answers they mark."""
    from jmedlora.report.exam.answer_files import read_answer_files
    from jmedlora.report.exam.chosen import (
        answered_alone,
        asked_alone,
        check_published_rule,
        examinations_of,
        with_lines,
    )
    from jmedlora.report.exam.systems import systems
    from jmedlora.report.exam.verdict import results

    files = read_answer_files(args.files)
    examinations = examinations_of(files, args.exam)
    files = asked_alone(files, examinations, args.exam)
    examinations = with_lines(answered_alone(examinations, files), args.lines)
    if args.official:
        check_published_rule(examinations)
    return results(systems(files, examinations), official=args.official), files


EXAM = Command(
    name="exam",
    text="Mark models' answers to an examination and say whether they pass: points, forbidden "
    "choices (禁忌肢) and the verdict, with whose lines it uses and the probability of "
    "reaching them with other questions. Several models give one table for each "
    "examination, most points first. It needs the questions on this machine.",
    options=_add_options,
    run=_run,
    example="jmed-report exam results/my_model/samples_igakuqa_exam_*.jsonl --out report",
    sections={
        "reads": "samples_*.jsonl and results_*.json of lm-eval, predictions, published results; "
        "beside your own exam.jsonl its description, exam.yaml",
        "writes": "with --out: exam.html, exam.md, exam.json, the pictures exam-lines*.png\n"
        "and .svg, and exam-differing.csv where the two rules differ",
        "environment": ENVIRONMENT,
    },
    see="docs/report.md, The examination; docs/tasks.md (the tasks that ask one)",
)
