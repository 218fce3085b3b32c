"""Which questions of an examination belong to one case (連問), whatever form it is published in.

IgakuQA has the case in the first question alone, which its readers give the others as their
``case``; the 119th repeats it in every stem; the 120th and a user's own keep it apart.
"""

from collections.abc import Sequence
from itertools import pairwise

from jmedlora.exams.schema import Question

SHARED = 40
"""Characters with which the texts of neighbours begin alike if they belong to one case. In
the seven national examinations here the shortest such beginning has 57, the longest other 17."""


def series_numbers(questions: Sequence[Question]) -> list[int]:
    """For each of ``questions``, in exam order, the number of its series, from 0 on and ascending.

    Questions of one case have the same number; any other question is a series of its own.
    """
    numbers = [0] if questions else []
    for before, question in pairwise(questions):
        numbers.append(numbers[-1] + (not _same_case(before, question)))
    return numbers


def _same_case(before: Question, question: Question) -> bool:
    if before.section != question.section:
        return False
    if question.case and question.case == before.case:
        return True
    begins = _beginning(question)
    return len(begins) == SHARED and begins == _beginning(before)


def _beginning(question: Question) -> str:
    stem = question.question.strip()
    whole = stem if stem.startswith(question.case) else question.case + stem
    return whole[:SHARED]
