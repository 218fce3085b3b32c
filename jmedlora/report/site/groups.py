"""Scores by category (診療科) and by difficulty for candidates: what the heat maps show."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from jmedlora.core.display import visible
from jmedlora.exams.cache import MissingDataError, locate
from jmedlora.exams.documents import Document
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.readers.igakuqa_notes import Note, read_notes
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.sections import Block, Line, exam_blocks

Notes = Mapping[str, Note]
RIGHT = {protocol.right for protocol in PROTOCOLS.values()} - {""}
BANDS = (50.0, 70.0, 85.0)
"""Percent of the candidates who were right: where one band of difficulty ends and the next begins;
70 % is the line from which on a candidate should know the answer (``jmedlora.report.exam.marked``).
"""
UNKNOWN = "not published"


def known_notes() -> Notes:
    """IgakuQA's notes by problem_id; {} where the exam is not on this machine."""
    try:
        return read_notes(locate("igakuqa").root)
    except MissingDataError:
        return {}


def band(percent: float | None) -> str:
    """Such as "50 to 70 % right", or UNKNOWN."""
    if percent is None:
        return UNKNOWN
    if percent < BANDS[0]:
        return f"under {BANDS[0]:.0f} % right"
    for low, high in pairwise(BANDS):
        if percent < high:
            return f"{low:.0f} to {high:.0f} % right"
    return f"{BANDS[-1]:.0f} % or more right"


def heat_maps(columns: Sequence[Column], notes: Notes) -> list[dict[str, Any]]:
    """A map for each way of grouping and each score that says what is right, exams apart.

    Of each cell the share of right answers; the number of questions is that of its group. Exams of
    which a question has no note are in none.
    """
    if not notes:
        return []
    ways = {"category": lambda note: note.category, "difficulty": _difficulty}
    return [found for name, of in ways.items() for found in _maps(columns, notes, name, of)]


def _difficulty(note: Note) -> str:
    return band(note.human_accuracy)


def _maps(
    columns: Sequence[Column], notes: Notes, name: str, of: Callable[[Note], str]
) -> list[dict[str, Any]]:
    def group_of(doc: Document) -> str | None:
        note = notes.get(str(doc.get("problem_id")))
        return of(note) if note else None

    found: dict[tuple[str, str], list[tuple[str, Block, Line]]] = {}
    for block in exam_blocks(columns, group_of):
        exam, _, group = block.title.rpartition(", ")
        for line in block.lines:
            if block.is_part and line.metric in RIGHT:
                found.setdefault((exam, line.name), []).append((group, block, line))
    titles = [visible(column.title) for column in columns]
    return [
        {
            "by": name,
            "exam": visible(exam),
            "score": score,
            "models": titles,
            "groups": [
                {"name": group, "questions": block.questions, "scores": list(line.scores)}
                for group, block, line in _ordered(parts)
            ],
        }
        for (exam, score), parts in found.items()
    ]


def _ordered(parts: Sequence[tuple[str, Block, Line]]) -> list[tuple[str, Block, Line]]:
    """Bands from the hardest on; of others the largest group first."""
    bands = [*map(band, (0.0, *BANDS)), UNKNOWN]
    if all(group in bands for group, _, _ in parts):
        return sorted(parts, key=lambda part: bands.index(part[0]))
    return sorted(parts, key=lambda part: (-part[1].questions, part[0]))
