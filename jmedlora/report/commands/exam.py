"""``jmed-report exam``: whether a model passes the national medical licensing examination."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import dump
from jmedlora.core.cli.command import Command
from jmedlora.core.errors import UserError
from jmedlora.exams.cache import ENVIRONMENT


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="lm-eval samples of igakuqa_exam, or JSON Lines with problem_id (112A1) and "
        "prediction (a,c); several are taken together as one model's",
    )
    parser.add_argument(
        "--official",
        action="store_true",
        help="mark by the published script's rule to the letter, in place of reading the answers",
    )
    parser.add_argument(
        "--format",
        choices=["text", "json", "markdown"],
        default="text",
        help="json: a list with one object a year (default: text)",
    )
    parser.add_argument("--by", choices=["category"], help="also by category (診療科)")


def _run(args: argparse.Namespace) -> int:
    from jmedlora.exams.examination import load_examinations
    from jmedlora.report.exam.predictions import left_out, read_predictions
    from jmedlora.report.exam.tables import markdown, print_sheets, sheets
    from jmedlora.report.exam.verdict import result

    if args.by and args.format == "json":
        raise UserError("--by category is not in the json list; use --format text or markdown")
    examinations = load_examinations("igakuqa")
    questions = {each.problem_id: each for exam in examinations for each in exam.questions}
    predictions = read_predictions(args.files, questions)
    years = [
        result("", each, predictions, official=args.official)
        for each in examinations
        if any(question.problem_id in predictions for question in each.questions)
    ]
    if args.format == "json":
        print(dump([year.as_record() for year in years]), end="")
        return 0
    found = sheets(
        years,
        official=args.official,
        by_category=bool(args.by),
        left_out=sum(left_out(args.files).values()),
    )
    if args.format == "markdown":
        print(markdown(found), end="")
    else:
        print_sheets(found)
    return 0


EXAM = Command(
    name="exam",
    text="Mark one model's answers to the national examination and say whether they pass. Gives "
    "points, forbidden choices (禁忌肢) and the verdict of each year, 2018 to 2022. Needs "
    "IgakuQA on this machine.",
    options=_add_options,
    run=_run,
    example="jmed-report exam results/my_model/samples_igakuqa_exam_*.jsonl",
    sections={"writes": "nothing but the report", "environment": ENVIRONMENT},
    see="docs/report.md, The examination; docs/tasks.md (the task igakuqa_exam)",
)
