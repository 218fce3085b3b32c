"""The 119th examination (February 2025) as IgakuQA119 publishes it: 400 questions, read by machine.

What the machine damaged is in ``igakuqa119_defects``. Which choices are forbidden is not published.
A question of a series repeats the text of its case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record, read_csv
from jmedlora.exams.manifest import image_names
from jmedlora.exams.readers.igakuqa119_defects import CHOICES, LEFT_OUT, REPAIRS
from jmedlora.exams.readers.published_list import read_lists, to_fetch
from jmedlora.exams.readers.record_check import (
    Problems,
    checked_text,
    checked_text_only,
    checked_texts,
    is_number_text,
    shown,
)
from jmedlora.exams.schema import LETTERS, Question

NAME = "igakuqa119"
YEAR = 2025
SECTIONS = "ABCDEF"
ANSWERS = "correct_answers.csv"
ID_COLUMN, ANSWER_COLUMN = "問題番号", "解答"


def read_questions(root: Path) -> list[Question]:
    """All 400 questions in exam order, those of LEFT_OUT included; ``root`` is IgakuQA119's folder.

    The answers are those of the file: "ac" of 119E28, where either is right, are two letters of one
    answer here, and its description says better. Raises FileError with every fault of the files.
    """
    answers = _read_answers(root)
    images = _images()

    def parse(record: Record, problems: Problems) -> Question:
        found = _question(record, answers, problems)
        return replace(found, images=() if found.text_only else images.get(found.problem_id, ()))

    paths = [root / "questions" / f"119{section}_json.json" for section in SECTIONS]
    return read_lists(root, paths, "number", parse)


def _read_answers(root: Path) -> Mapping[str, str]:
    """What the file of answers has for each question: "a", "ce" or "600"."""
    path = root / ANSWERS
    if not path.is_file():
        raise FileError([to_fetch(root, path, "the file is missing")])
    rows, faults = read_csv(path)
    if rows and not {ID_COLUMN, ANSWER_COLUMN} <= set(rows[0][1]):
        remedy = f"name its columns {ID_COLUMN},{ANSWER_COLUMN}"
        faults.append(Fault(path, 1, None, "has other columns", remedy))
    if faults:
        raise FileError(faults)
    return {row[ID_COLUMN]: row[ANSWER_COLUMN] for _, row in rows}


def _images() -> dict[str, tuple[str, ...]]:
    """The names of the published pictures by question: 119A15-1.png and 119A15-2.png of 119A15."""
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(image_names(NAME)):
        question = name.removesuffix(".png").partition("-")[0]
        found[question] = (*found.get(question, ()), name)
    return found


def _question(record: Record, answers: Mapping[str, str], problems: Problems) -> Question:
    name = checked_text(record.get("number"), "number", problems)
    stem, choices = _stem_and_choices(record, problems)
    has_image = checked_text_only(record.get("has_image"), problems, field="has_image")
    return Question(
        problem_id=name,
        question=stem,
        choices=choices,
        answers=(_answer(answers.get(name), choices, problems),),
        exam=NAME,
        year=YEAR,
        section=name[3:4],
        text_only=not has_image,
    )


def _stem_and_choices(record: Record, problems: Problems) -> tuple[str, tuple[str, ...]]:
    """As published, or repaired."""
    name = problems.problem_id or ""
    stem, choices = record.get("question"), _choices(record.get("choices"), problems)
    if not isinstance(stem, str) or not stem.strip():
        stem = "" if name in LEFT_OUT else checked_text(stem, "question", problems)
    if repair := REPAIRS.get(name):
        stem, choices = repair(stem.strip(), choices)
    if len(choices) not in (0, CHOICES) or not all(choices):
        problems.add(f"choices is {shown(record.get('choices'))}", f"give none or {CHOICES} texts")
    return stem.strip(), choices


def _choices(value: Any, problems: Problems) -> tuple[str, ...]:
    """The texts behind "a. ", "b. " …; the labels are not compared, for some were misread."""
    texts = checked_texts(value, "choices", problems)
    if not all(text[:1] in set(LETTERS) and text[1:2] == "." for text in texts):
        problems.add(f"choices is {shown(value)}", 'begin each with its label, as in "a. "')
    return tuple(text[2:].strip() for text in texts)


def _answer(published: str | None, choices: Sequence[str], problems: Problems) -> tuple[str, ...]:
    """Letters or one number, of "a", "ce" or "600"."""
    text = (published or "").strip()
    answer = tuple(text) if choices else (text,)
    right = set(answer) <= set(LETTERS[: len(choices)]) if choices else is_number_text(text)
    if not text or not right:
        remedy = f"give letters or a number in {ANSWERS}"
        problems.add(f"its answer is {shown(published)}", remedy)
    return answer
