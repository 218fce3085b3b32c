"""Scores by category (診療科) and by difficulty for candidates: what the heat maps show."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from jmedlora.core.display import visible
from jmedlora.exams.cache import MissingDataError, locate
from jmedlora.exams.documents import Document
from jmedlora.exams.readers.igakuqa_notes import Note, read_notes
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.sections import Block, Line, exam_blocks
from jmedlora.report.site.comparison_data import RIGHT

Notes = Mapping[str, Note]
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
    """The name of a band, such as "50 to 70 % right", or UNKNOWN."""
    if percent is None:
        return UNKNOWN
    if percent < BANDS[0]:
        return f"under {BANDS[0]:.0f} % right"
    for low, high in pairwise(BANDS):
        if percent < high:
            return f"{low:.0f} to {high:.0f} % right"
    return f"{BANDS[-1]:.0f} % or more right"


WAYS: Mapping[str, Callable[[Note], str]] = {
    "category": lambda note: note.category,
    "difficulty": lambda note: band(note.human_accuracy),
}
"""How questions are grouped: the name of a way, and the group of a question with such a note."""


def heat_maps(columns: Sequence[Column], notes: Notes) -> list[dict[str, Any]]:
    """A map for each way of grouping and each score that says what is right, exams apart.

    A cell has the share of right answers; the number of questions is that of its group. An exam
    with a question that has no note is in none.
    """
    if not notes:
        return []
    return [found for name, of in WAYS.items() for found in _maps(columns, notes, name, of)]


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
            "groups": _groups(parts),
        }
        for (exam, score), parts in found.items()
    ]


def _groups(parts: Sequence[tuple[str, Block, Line]]) -> list[dict[str, Any]]:
    found = {group: (block.questions, list(line.scores)) for group, block, line in parts}
    order = in_order({group: questions for group, (questions, _) in found.items()})
    return [{"name": name, "questions": found[name][0], "scores": found[name][1]} for name in order]


def in_order(sizes: Mapping[str, int]) -> list[str]:
    """The groups with these numbers of questions: bands from the hardest on, others by size."""
    bands = [*map(band, (0.0, *BANDS)), UNKNOWN]
    if all(group in bands for group in sizes):
        return sorted(sizes, key=bands.index)
    return sorted(sizes, key=lambda group: (-sizes[group], group))
