"""What IgakuQA notes of each question beside its text: category, candidates, forbidden choices.

It stands in the files ``*_metadata.jsonl`` beside those of the questions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.jsonl import Record
from jmedlora.exams.readers.igakuqa import read_all, section_files
from jmedlora.exams.readers.record_check import Problems, checked_text, checked_texts, shown


@dataclass(frozen=True, slots=True)
class Note:
    """What IgakuQA notes of a question.

    category: 診療科. human_accuracy: percent of the candidates who were right, None if unknown.
    forbidden_as_published: the field ``kinki`` to the letter; 15 are malformed (["cde"], ["ｂ"]).
    """

    problem_id: str
    category: str
    human_accuracy: float | None
    forbidden_as_published: tuple[str, ...]


def read_notes(root: Path, *, years: Sequence[int] = ()) -> dict[str, Note]:
    """The notes on all questions of ``years`` (default: all five), by problem_id.

    Raises FileError with every fault of the files.
    """
    paths = [path.with_name(f"{path.stem}_metadata.jsonl") for path in section_files(root, years)]
    return {note.problem_id: note for note in read_all(root, paths, _note)}


def _note(record: Record, problems: Problems) -> Note:
    return Note(
        problem_id=checked_text(record.get("problem_id"), "problem_id", problems),
        category=checked_text(record.get("category"), "category", problems),
        human_accuracy=_percent(record.get("human_accuracy"), problems),
        forbidden_as_published=checked_texts(record.get("kinki"), "kinki", problems),
    )


def _percent(value: Any, problems: Problems) -> float | None:
    """The published share is text, "39.3", or "" where it is unknown."""
    if value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", value):
        return float(value)
    problems.add(f"human_accuracy is {shown(value)}", 'give a percentage as text, or ""')
    return None
