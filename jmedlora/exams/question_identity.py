"""Whether two questions are the same one, whatever file or exam they came from."""

import hashlib
import json
from collections.abc import Iterable

from jmedlora.core.comparable_text import comparable
from jmedlora.exams.documents import case_in_front
from jmedlora.exams.schema import Question

DIGITS = 16
"""Hex digits of a key: a million questions hold a chance pair with probability 3e-8 (birthday)."""


def question_keys(question: Question) -> frozenset[str]:
    """One key of its stem with its choices, and one with its case in front where it has one.

    Equal keys mean the same question: width, case and white space do not count, nor does the order
    of the choices. Two keys, because a question of a series (連問) is published with its case and
    without it.
    """
    stems = (question.question, case_in_front(question).question)
    choices = sorted(map(comparable, question.choices))
    return frozenset(_digest([comparable(stem), *choices]) for stem in stems)


def all_keys(questions: Iterable[Question]) -> list[str]:
    """The keys of all, each once, ascending."""
    return sorted({key for question in questions for key in question_keys(question)})


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:DIGITS]
