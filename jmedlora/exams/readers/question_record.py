"""The check of a question's record in the schema of a user's own exam, field by field."""

from pathlib import Path, PurePath
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record
from jmedlora.core.number_checks import is_whole
from jmedlora.exams.readers.answer_check import (
    Answer,
    are_numbers,
    checked_answers,
    checked_forbidden,
    read_numbers,
)
from jmedlora.exams.readers.record_check import (
    Problems,
    checked_points,
    checked_text,
    checked_text_only,
    encodable,
    shown,
)
from jmedlora.exams.schema import LETTERS, Question, canonical_id

LATEST_YEAR = 9999
REQUIRED = ("problem_id", "question", "choices", "answer")
OPTIONAL = ("exam", "year", "section", "points", "text_only", "forbidden", "images", "case")


def parse_question(record: Record, file: Path, line: int, *, exam: str) -> Question | list[Fault]:
    """The question in ``record``, or everything that is wrong with it.

    ``exam`` is the name to use where the record has none. Without choices it asks for a number. The
    forms of ``answer`` stand in ``answer_check``. Images lie beside ``file`` or below; a question
    that has some needs them unless it says otherwise. Outer white space of texts is dropped.
    """
    problems = Problems(record, file, line)
    problem_id = canonical_id(checked_text(record.get("problem_id"), "problem_id", problems))
    stem = checked_text(record.get("question"), "question", problems)
    choices, answers = _choices_and_answers(record, problems)
    images = _images(record.get("images", []), problems)
    labels = LETTERS[: len(choices)]
    question = Question(
        problem_id=problem_id,
        question=stem,
        choices=choices,
        answers=answers,
        exam=checked_text(record.get("exam", exam), "exam", problems),
        year=_year(record.get("year"), problems),
        section=_optional_text(record, "section", problems),
        points=checked_points(record.get("points", 1), problems),
        text_only=checked_text_only(record.get("text_only", not images), problems),
        forbidden=checked_forbidden(record.get("forbidden", []), labels, answers, problems),
        images=images,
        case=_optional_text(record, "case", problems),
    )
    return problems.faults or question


def _choices_and_answers(
    record: Record, problems: Problems
) -> tuple[tuple[str, ...], tuple[Answer, ...]]:
    """() for the choices of a numeric question."""
    given, answer = record.get("choices"), record.get("answer")
    if given in (None, []) and are_numbers(answer):
        return (), read_numbers(answer)
    choices = _choices(given, problems)
    return choices, checked_answers(answer, len(choices), problems) if choices else ()


def _choices(value: Any, problems: Problems) -> tuple[str, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= len(LETTERS):
        number = ", or a number as the answer" if value in (None, []) else ""
        remedy = f"give a list of 2 to {len(LETTERS)} texts{number}"
        problems.add(f"choices is {shown(value)}", remedy)
        return ()
    return tuple(checked_text(c, f"choice '{LETTERS[i]}'", problems) for i, c in enumerate(value))


def _images(value: Any, problems: Problems) -> tuple[str, ...]:
    """Paths of image files, relative to the folder of the exam's file."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        problems.add(f"images is {shown(value)}", 'give a list of paths such as ["ecg.png"]')
        return ()
    for name in value:
        path = PurePath(name)
        if path.is_absolute() or ".." in path.parts:
            what = f"image {shown(name)} is outside of the exam's folder"
            problems.add(what, "give a path below the folder of the exam's file")
        elif not _is_file(problems.file.parent / path):
            remedy = f"put it into {problems.file.parent}, or correct its name"
            problems.add(f"image {shown(name)} is missing", remedy)
    return tuple(value)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long, or a folder above it that may not be entered
        return False


def _year(value: Any, problems: Problems) -> int | None:
    if value is None or (is_whole(value) and 1 <= value <= LATEST_YEAR):
        return value
    problems.add(f"year is {shown(value)}", "give a year such as 2026 or leave it out")
    return None


def _optional_text(record: Record, field: str, problems: Problems) -> str:
    value = record.get(field, "")
    if isinstance(value, str) and encodable(value):
        return value.strip()
    problems.add(f"{field} is {shown(value)}", "give text or leave it out")
    return ""
