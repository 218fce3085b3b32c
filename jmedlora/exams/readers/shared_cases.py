"""The follow-ups of series (連問) in an exam each of whose questions has the text of its case."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jmedlora.exams.schema import Question


def mark_follow_ups(questions: Iterable[Question]) -> Iterator[Question]:
    """``questions``, marked as follow-ups where an earlier one has the same case."""
    seen: set[str] = set()
    for each in questions:
        yield replace(each, follow_up=bool(each.case) and each.case in seen)
        seen.add(each.case)
