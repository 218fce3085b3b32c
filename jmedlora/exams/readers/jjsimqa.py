"""JJSIMQA: five-choice questions of the Journal of the Japanese Society of Internal Medicine.

Appendix A of the paper; CC BY-NC-SA 4.0. ``choices`` is published in three shapes: a list, an
object ``{"a": …}`` (the paper's appendix) and one string ``[first.,second.,…]``.
"""

import re
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, UserError
from jmedlora.core.jsonl import Record, read_jsonl
from jmedlora.exams.readers.question_record import parse_question
from jmedlora.exams.readers.record_check import unique_or_raise
from jmedlora.exams.schema import LETTERS, Question

NAMES = ("jjsimqa.jsonl", "JJSIMQA.jsonl")
CHOICES = 5
LEFT_OUT = "107_64-4"
"""Its answer is a to d because choice e says "all of a to d"; its card says to leave it out."""


def read_questions(root: Path) -> list[Question]:
    """The 459 questions of the file in ``root``, in its order. Raises FileError with all faults."""
    path = next((root / name for name in NAMES if (root / name).is_file()), root / NAMES[0])
    records, faults = read_jsonl(path)
    parsed = [
        (path, line, _parse(record, path, line))
        for line, record in records
        if record.get("problem_id") != LEFT_OUT and record.get("text_only") is not False
    ]
    if not parsed and not faults:
        remedy = f"run: jmed-data fetch jjsimqa --dest {root.parent}"
        faults.append(Fault(path, None, None, "holds no question", remedy))
    return unique_or_raise(parsed, faults)


def split_choices(value: Any) -> Any:
    """The list of choices in any of the three published shapes.

    Raises UserError if an object's keys are not a, b, c … or a string does not fall into exactly
    five parts at its commas: with any other number, no one can say which comma separates.
    """
    if isinstance(value, dict):
        if list(value) != list(LETTERS[: len(value)]):
            raise UserError(f"choices has the keys {list(value)}")
        return list(value.values())
    if isinstance(value, str):
        inner = value.strip()
        parts = inner[1:-1].split(",") if inner[:1] == "[" and inner[-1:] == "]" else []
        if len(parts) != CHOICES:
            raise UserError(f"choices is one string with {len(parts)} parts between commas")
        return parts
    return value


def _parse(record: Record, path: Path, line: int) -> Question | list[Fault]:
    problem_id = record.get("problem_id")
    shown = problem_id if isinstance(problem_id, str) else None
    try:
        choices = split_choices(record.get("choices"))
    except UserError as error:
        return [Fault(path, line, shown, str(error), f"give a list of {CHOICES} texts")]
    if isinstance(choices, list) and len(choices) != CHOICES:
        what = f"choices has {len(choices)} entries"
        return [Fault(path, line, shown, what, f"give a list of {CHOICES} texts")]
    volume = re.match(r"[0-9]{1,3}(?=_)", shown or "")
    fields = {
        "problem_id": problem_id,
        "question": record.get("problem_text"),
        "choices": choices,
        "answer": _without_commas(record.get("answer")),
        "year": int(volume[0]) + 1911 if volume else None,  # volume 107 is that of 2018
        "section": volume[0] if volume else "",
        "points": record.get("points", 1),
        "text_only": record.get("text_only", True),
    }
    return parse_question(fields, path, line, exam="jjsimqa")


def _without_commas(answer: Any) -> Any:
    """107_888-26 has the answer ["d", ",", "e"]: a formatting slip for d, e."""
    return [part for part in answer if part != ","] if isinstance(answer, list) else answer
