"""What runs, or assumed numbers, can show: the rows of ``jmed-report power``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.power import (
    least_difference,
    needed_questions,
    needed_repeats,
    sampling_factor,
)
from jmedlora.report.compare.score_intervals import is_right_or_wrong
from jmedlora.report.compare.sections import Line, exam_blocks
from jmedlora.report.compare.too_few import ALPHA


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models that answer the same questions. discordance: on how many only one is right, 0-1.

    name: what is compared.
    """

    name: str
    questions: int
    discordance: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a pair.

    difference: that is to be shown, None if any. tests: that are corrected for by Holm. repeats:
    samples a question. within: the share of a sample's variance that repeats average out, None if
    it is not known.
    """

    difference: float | None = None
    tests: int = 1
    repeats: int = 1
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """What a pair can show at 80 % power, of one test alone and as the first of ``tests`` by Holm.

    alone, corrected: the smallest difference, None if there is none. needed_alone,
    needed_corrected: questions for the wanted difference, None if it is not asked for or cannot
    be. samples: a question, with which the pair's own questions do; None if none suffice.
    """

    pair: Pair
    alone: float | None
    corrected: float | None
    needed_alone: int | None = None
    needed_corrected: int | None = None
    samples: int | None = None


def observed_pairs(columns: Sequence[Column]) -> list[Pair]:
    """The pairs of columns that differ least and most in each right-or-wrong score."""
    return [
        pair
        for block in exam_blocks(columns)
        for line in block.lines
        if not line.is_rate
        for pair in _extremes(f"{block.title}, {line.name}", block.questions, line)
    ]


def power(pair: Pair, wanted: Wanted) -> Power:
    """What ``pair`` can show.

    With repeats the questions count as more of one sample each: their number over the factor by
    which the variance falls.
    """
    if not pair.discordance:  # nothing differs, so nothing can be said
        return Power(pair, None, None)
    factor = 1.0 if wanted.within is None else sampling_factor(wanted.repeats, wanted.within)
    questions = round(pair.questions / factor)
    levels = (ALPHA, ALPHA / wanted.tests)
    alone, corrected = (least_difference(questions, pair.discordance, each) for each in levels)
    if wanted.difference is None:
        return Power(pair, alone, corrected)
    of_one = [needed_questions(wanted.difference, pair.discordance, each) for each in levels]
    needed = [None if each is None else round(each * factor) for each in of_one]
    repeats = None
    if wanted.within is not None and of_one[1] is not None:
        repeats = needed_repeats(pair.questions, of_one[1], wanted.within)
    return Power(pair, alone, corrected, needed[0], needed[1], repeats)


def _extremes(name: str, questions: int, line: Line) -> Iterator[Pair]:
    known = [
        values
        for values in line.values
        if values is not None and is_right_or_wrong(line.metric, values)
    ]
    found = sorted(float(np.mean(one != other)) for one, other in combinations(known, 2))
    if not found:
        return
    if len(found) == 1:
        yield Pair(name, questions, found[0])
        return
    yield Pair(f"{name}, most alike of {len(found)} pairs", questions, found[0])
    yield Pair(f"{name}, least alike", questions, found[-1])
