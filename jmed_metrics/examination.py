"""Marks of records of the national examination, and what guesses at them are worth."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean
from string import ascii_lowercase
from typing import Any

from jmed_metrics.marking import Mark, mark


def mark_record(record: Mapping[str, Any], text: str) -> Mark:
    """The mark of a response ``text`` to ``record``, a question of the examination as plain JSON.

    That is: question, choices (empty for a numeric question), answer, forbidden, ``accepted`` where
    several answers are right (a list of them), and ``every_answer_right`` where that is so; either
    may be None elsewhere.
    """
    return mark(
        text,
        question=record["question"],
        labels=ascii_lowercase[: len(record["choices"])],
        answers=record.get("accepted") or [record["answer"]],
        forbidden=record["forbidden"],
        choices=record["choices"],
        every_answer_right=bool(record.get("every_answer_right")),
    )


def chance_correct(records: Sequence[Mapping[str, Any]]) -> float:
    """The expected share, 0 to 1, of right answers of who guesses as many choices as are asked for.

    Every set of that many choices is as likely; nobody guesses a number.
    """
    return fmean(
        fmean(mark_record(record, guess).correct for guess in _guesses(record))
        for record in records
    )


def _guesses(record: Mapping[str, Any]) -> list[str]:
    labels = ascii_lowercase[: len(record["choices"])]
    return [",".join(each) for each in combinations(labels, len(record["answer"]))] or [""]
