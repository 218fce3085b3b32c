"""Which questions of a user's own exam the tasks leave out, said before a run."""

from collections.abc import Iterator, Sequence

from jmedlora.exams.protocols import response
from jmedlora.exams.schema import Question

SHOWN = 5
"""Ids that a line names."""


def left_out_lines(questions: Sequence[Question]) -> Iterator[str]:
    """A line for each reason why a task asks fewer than all ``questions``, with the first ids."""
    images = [each for each in questions if not each.text_only]
    if images:
        yield f"left out by every task but jmed_own_vision: {_listed(images)} that need an image"
    others = [each for each in questions if each.text_only and not response.PROTOCOL.takes(each)]
    if others:
        why = "that ask for a number or accept several answers"
        yield f"left out by jmed_own and jmed_own_alpaca: {_listed(others)} {why}"


def _listed(questions: Sequence[Question]) -> str:
    ids = [each.problem_id for each in questions]
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return f"{len(ids)} ({', '.join(ids[:SHOWN])}{more})"
