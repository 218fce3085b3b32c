"""Intervals and paired differences for the lines of a block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from jmed_metrics.intervals import LEVEL, mean_interval, proportion_interval
from jmedlora.exams.protocols import METRICS
from jmedlora.report.compare.sections import Block
from jmedlora.report.compare.statistics import Floats, bootstrap_intervals, mcnemar, sign_flip


@dataclass(frozen=True, slots=True)
class Difference:
    """A score minus that of step 0 of the same model, on the same questions.

    p: of the paired test, two-sided. p_holm: corrected for all tests of the table. test: "McNemar"
        or "sign flip". gained, lost: questions right only after, and only before, training; None
        for a score that is not right or wrong.
    """

    value: float
    p: float
    p_holm: float
    test: str
    gained: int | None = None
    lost: int | None = None


def intervals(
    block: Block, *, seed: int, resamples: int
) -> dict[tuple[int, int], tuple[float | None, float | None]]:
    """The interval of each (line, column): by bootstrap where the single values are known.

    Where all values are equal the bootstrap has no width: Wilson's interval stands in for right or
    wrong answers, and there is none for others.
    """
    known = [
        (line, column, values)
        for line, each in enumerate(block.lines)
        for column, values in enumerate(each.values)
        if values is not None
    ]
    limits: dict[tuple[int, int], tuple[float | None, float | None]] = {
        (line, column): _from_stderr(score, each.stderrs[column])
        for line, each in enumerate(block.lines)
        for column, score in enumerate(each.scores)
        if score is not None
    }
    if known:
        stacked = np.stack([values for _, _, values in known], axis=1)
        found = bootstrap_intervals(stacked, resamples=resamples, seed=seed)
        for (line, column, values), interval in zip(known, found, strict=True):
            metric = block.lines[line].metric
            limits[line, column] = interval if np.ptp(values) else _flat(metric, values)
    return limits


def _from_stderr(score: float, stderr: float | None) -> tuple[float | None, float | None]:
    if not stderr:
        return None, None
    if 0 <= score <= 1:
        return mean_interval(score, stderr)
    half = float(norm.ppf((1 + LEVEL) / 2)) * stderr
    return score - half, score + half


def _is_graded(metric: str) -> bool:
    """Whether it takes values between 0 and 1; unknown, so False, for other harness tasks."""
    return metric in METRICS and METRICS[metric].graded


def _flat(metric: str, values: Floats) -> tuple[float | None, float | None]:
    if _is_graded(metric) or not _is_binary(values):
        return None, None
    return proportion_interval(float(values[0]), len(values))


def differences_from(
    block: Block, bases: Sequence[int | None], *, seed: int, flips: int
) -> dict[tuple[int, int], Difference]:
    """The difference from step 0 of each (line, column) that has one; p_holm still uncorrected."""
    found: dict[tuple[int, int], Difference] = {}
    flipped: dict[tuple[int, int], Floats] = {}
    for index, line in enumerate(block.lines):
        for column, base in enumerate(bases):
            before = line.values[base] if base is not None else None
            after = line.values[column]
            if line.is_rate or before is None or after is None:
                continue
            if not _is_graded(line.metric) and _is_binary(before) and _is_binary(after):
                found[index, column] = _exact(before, after)
            else:
                flipped[index, column] = after - before
    if flipped:
        p_values = sign_flip(np.stack(list(flipped.values()), axis=1), flips=flips, seed=seed)
        for (place, values), p in zip(flipped.items(), p_values, strict=True):
            found[place] = Difference(float(values.mean()), p, p, "sign flip")
    return found


def _exact(before: Floats, after: Floats) -> Difference:
    p = mcnemar(before, after)
    gained, lost = int(np.sum(after > before)), int(np.sum(after < before))
    return Difference(float((after - before).mean()), p, p, "McNemar", gained, lost)


def _is_binary(values: Floats) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())
