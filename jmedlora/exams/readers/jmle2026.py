"""The 120th examination (February 2026) as JMLE2026-Bench publishes it: 400 questions.

Number, stem and choices are one text there. The answers are its author's, made before the
Ministry's; which choices are forbidden is not published.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jmedlora.core.jsonl import Record
from jmedlora.exams.readers.defects import Defect
from jmedlora.exams.readers.published_list import read_lists
from jmedlora.exams.readers.record_check import (
    Problems,
    checked_text,
    checked_text_only,
    checked_texts,
    is_number_text,
    shown,
)
from jmedlora.exams.readers.shared_cases import mark_follow_ups
from jmedlora.exams.schema import LETTERS, Question

NAME = "jmle2026"
FILE = "jmle2026_dataset.json"
YEAR = 2026
NUMERIC = "calculation"
TYPES = ("multiple_choice", NUMERIC)
DEFECTS = tuple(
    Defect(name, "the choices are rows of a table, which are taken as they are")
    for name in ("120C71", "120F14")
)
Labelled = tuple[str, str] | None
"""The label of a choice and its text; None for a line without a choice."""


def read_questions(root: Path) -> list[Question]:
    """All 400 questions in exam order; ``root`` is the dataset's folder.

    A question of a series has the text of its case in ``case``, as published. Raises FileError with
    every fault of the file.
    """
    return list(mark_follow_ups(read_lists(root, [root / FILE], "question_id", _question)))


def split_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Stem and choices of ``text``, in which the choices stand last, on lines or rows of a table.

    The lines of the choices begin with a, b, c …, and only blank ones stand between them. ``text``
    and () if it has no such end. Outer white space is dropped.
    """
    lines = text.rstrip().split("\n")
    for read in (_on_line, _in_row):
        start, choices = _choices_at_end(lines, read)
        if len(choices) > 1:
            return "\n".join(lines[:start]).strip(), choices
    return text.strip(), ()


def _choices_at_end(
    lines: Sequence[str], read: Callable[[str], Labelled]
) -> tuple[int, tuple[str, ...]]:
    """The choices that ``read`` finds at the end of ``lines``, and where the first one stands."""
    start = len(lines)
    choices: list[tuple[str, str]] = []
    while start and (not choices or choices[-1][0] != LETTERS[0]):
        start -= 1
        labelled = read(lines[start])
        if labelled:
            choices.append(labelled)
        elif lines[start].strip():
            return start, ()
    labels = "".join(label for label, _ in reversed(choices))
    right = labels == LETTERS[: len(labels)]
    return start, tuple(text for _, text in reversed(choices)) if right else ()


def _on_line(line: str) -> Labelled:
    """Label and text of 「a　…」."""
    label, text = line.strip()[:1], line.strip()[1:]
    return (label, text.strip()) if label in set(LETTERS) and text[:1].isspace() else None


def _in_row(line: str) -> Labelled:
    """Label and text of the row ``| a | … | … |``: the text is all cells but the first."""
    row = line.strip()
    label, _, cells = row.strip("|").partition("|")
    labelled = row.startswith("|") and label.strip() in set(LETTERS) and cells.strip()
    return (label.strip(), cells.strip()) if labelled else None


def _question(record: Record, problems: Problems) -> Question:
    checked_text(record.get("question_id"), "question_id", problems)
    stem, choices = _stem_and_choices(record, problems)
    return Question(
        problem_id=problems.problem_id or "",
        question=stem,
        choices=choices,
        answers=(_answer(record, len(choices), problems),),
        exam=NAME,
        year=YEAR,
        section=checked_text(record.get("block"), "block", problems),
        text_only=not checked_text_only(
            record.get("requires_image"), problems, field="requires_image"
        ),
        images=checked_texts(record.get("clinical_images"), "clinical_images", problems),
        case=_case(record.get("serial_group"), problems),
    )


def _stem_and_choices(record: Record, problems: Problems) -> tuple[str, tuple[str, ...]]:
    kind = record.get("question_type")
    if kind not in TYPES:
        problems.add(f"question_type is {shown(kind)}", f"give one of {', '.join(TYPES)}")
    text = _without_number(record, problems)
    if kind == NUMERIC:
        return text, ()
    stem, choices = split_text(text)
    if not choices:
        problems.add("question_text has no choices", "end it with lines that begin with a, b, c …")
    return stem, choices


def _without_number(record: Record, problems: Problems) -> str:
    """The text behind the question's own number, with which it begins."""
    text = checked_text(record.get("question_text"), "question_text", problems)
    number = str(record.get("number"))
    if not text.startswith(number):
        problems.add(f"question_text does not begin with {number}", "begin it with its number")
    return text.removeprefix(number).strip()


def _answer(record: Record, count: int, problems: Problems) -> tuple[str, ...]:
    """The letters of the correct choices, or one number as text."""
    answer = checked_texts(record.get("answer"), "answer", problems)
    letters = bool(answer) and set(answer) <= set(LETTERS[:count])
    if not letters and not (not count and len(answer) == 1 and is_number_text(answer[0])):
        problems.add(f"answer is {shown(record.get('answer'))}", "give letters or one number")
    if len(set(answer)) != record.get("num_choices_to_select"):
        wanted = shown(record.get("num_choices_to_select"))
        problems.add(f"num_choices_to_select is {wanted}", f"the answer has {len(set(answer))}")
    return answer


def _case(group: Any, problems: Problems) -> str:
    if group is None:
        return ""
    text = group.get("context_text") if isinstance(group, dict) else group
    return checked_text(text, "context_text", problems)
