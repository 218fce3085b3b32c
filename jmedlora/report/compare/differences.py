"""Paired differences between the columns of a block: their intervals and tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jmed_metrics.intervals import paired_interval
from jmedlora.report.compare.score_intervals import is_right_or_wrong
from jmedlora.report.compare.sections import Block, Line
from jmedlora.report.compare.statistics import Floats, bootstrap_intervals, mcnemar, sign_flip

FEW = 10
"""Questions answered differently below which the bootstrap's interval is too narrow."""
Place = tuple[int, int]
"""Where a cell is in its block: its line and its column."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A score minus that of another column, on the same questions.

    low, high: its 95 % interval, None where all questions differ alike in a graded score.
    p: of the paired test, two-sided. p_holm: corrected for all tests of the table. test: "McNemar"
        or "sign flip". gained, lost: questions right here only, and right there only; None for a
        score that is not right or wrong. against: the other column's title.
    """

    value: float
    p: float
    p_holm: float
    test: str
    gained: int | None = None
    lost: int | None = None
    low: float | None = None
    high: float | None = None
    against: str = ""


@dataclass(frozen=True, slots=True)
class _Pair:
    """The values of a column and of the one that it is compared with."""

    metric: str
    after: Floats
    before: Floats
    against: str

    @property
    def values(self) -> Floats:
        return self.after - self.before

    @property
    def is_right_or_wrong(self) -> bool:
        pair = (self.after, self.before)
        return all(is_right_or_wrong(self.metric, each) for each in pair)

    def count(self, after: int, before: int) -> int:
        return int(np.sum((self.after == after) & (self.before == before)))


def differences(
    block: Block,
    bases: Sequence[Sequence[int | None]],
    titles: Sequence[str],
    *,
    seed: int,
    resamples: int,
) -> dict[Place, Difference]:
    """The difference of each cell that is compared with another; p_holm still uncorrected.

    bases: for each line the column that each column is compared with, None for none.
    The interval is by paired bootstrap: each question's difference is resampled, with the same
    questions as those of all scores. Where fewer than FEW questions are answered differently it
    would be too narrow (it holds the truth in 51 % where 2 % of 40 are), and Newcombe's stands in;
    also where all are, and alike.
    """
    pairs = {
        (index, column): pair
        for index, line in enumerate(block.lines)
        for column, base in enumerate(bases[index])
        if base is not None and (pair := _pair(line, column, base, titles[base]))
    }
    if not pairs:
        return {}
    p_values = _p_values(pairs, seed=seed, flips=resamples)
    stacked = np.stack([pair.values for pair in pairs.values()], axis=1)
    drawn = bootstrap_intervals(stacked, block.clusters, resamples=resamples, seed=seed)
    return {
        place: _difference(pair, p_values[place], limits)
        for (place, pair), limits in zip(pairs.items(), drawn, strict=True)
    }


def _pair(line: Line, column: int, base: int, against: str) -> _Pair | None:
    """None for rates, which are not tested, and where single values are not known."""
    after, before = line.values[column], line.values[base]
    if line.is_rate or after is None or before is None:
        return None
    return _Pair(line.metric, after, before, against)


def _p_values(pairs: Mapping[Place, _Pair], *, seed: int, flips: int) -> dict[Place, float]:
    exact = {
        place: mcnemar(pair.before, pair.after)
        for place, pair in pairs.items()
        if pair.is_right_or_wrong
    }
    graded = {place: pair.values for place, pair in pairs.items() if place not in exact}
    if not graded:
        return exact
    flipped = sign_flip(np.stack(list(graded.values()), axis=1), flips=flips, seed=seed)
    return exact | dict(zip(graded, flipped, strict=True))


def _difference(pair: _Pair, p: float, drawn: tuple[float, float]) -> Difference:
    values = pair.values
    low, high = drawn if np.ptp(values) else (None, None)
    gained = lost = None
    if pair.is_right_or_wrong:
        gained, lost = pair.count(1, 0), pair.count(0, 1)
        if gained + lost < FEW or low is None:
            low, high = paired_interval(pair.count(1, 1), gained, lost, pair.count(0, 0))
    return Difference(
        value=float(values.mean()),
        p=p,
        p_holm=p,
        test="sign flip" if gained is None else "McNemar",
        gained=gained,
        lost=lost,
        low=low,
        high=high,
        against=pair.against,
    )
