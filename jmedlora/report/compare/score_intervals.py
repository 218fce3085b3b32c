"""The 95 % interval of a score: one rule, for every command that shows one.

A share of right-or-wrong questions has Wilson's interval, which holds its level where a share is
rare and questions are few. A mean of graded values, such as the Gestalt score, has no such formula:
its questions are resampled (bootstrap). Where single values are not known, a mean has the normal
interval of lm-eval's standard error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from jmed_metrics.intervals import LEVEL, mean_interval, proportion_interval
from jmedlora.exams.protocols import METRICS
from jmedlora.report.compare.statistics import (
    RESAMPLES,
    SEED,
    Clusters,
    Floats,
    bootstrap_intervals,
)

WILSON, BOOTSTRAP, NORMAL = "Wilson", "bootstrap", "normal"


class Interval(NamedTuple):
    """low, high: its ends. method: WILSON, BOOTSTRAP or NORMAL."""

    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A score of ``questions`` questions, as far as its interval depends on it.

    values: of each question, (questions,); None where they are not known. stderr: lm-eval's, for
    those.
    """

    metric: str
    value: float
    questions: int
    values: Floats | None = None
    stderr: float | None = None


def intervals(
    scores: Sequence[Scored],
    clusters: Clusters | None = None,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> list[Interval | None]:
    """The interval of each of ``scores``, whose values are over the same questions in one order.

    clusters: whose questions the bootstrap draws together. None where nothing can be said: all
    graded values are equal, or neither values nor a standard error above 0 are known.
    """
    found = [_by_formula(each) for each in scores]
    drawn = [
        (place, each.values)
        for place, each in enumerate(scores)
        if each.values is not None
        and np.ptp(each.values)
        and not is_right_or_wrong(each.metric, each.values)
    ]
    if drawn:
        stacked = np.stack([values for _, values in drawn], axis=1)
        limits = bootstrap_intervals(stacked, clusters, resamples=resamples, seed=seed)
        for (place, _), (low, high) in zip(drawn, limits, strict=True):
            found[place] = Interval(low, high, BOOTSTRAP)
    return found


def is_right_or_wrong(metric: str, values: Floats | None) -> bool:
    """Whether the score is a share of questions, each of which counts 0 or 1.

    For another harness task only the single values can tell.
    """
    if values is None:
        return metric in METRICS and not METRICS[metric].graded
    is_graded = metric in METRICS and METRICS[metric].graded
    return not is_graded and bool(np.isin(values, (0.0, 1.0)).all())


def _by_formula(score: Scored) -> Interval | None:
    if is_right_or_wrong(score.metric, score.values):
        return Interval(*proportion_interval(score.value, score.questions), WILSON)
    if score.values is not None or not score.stderr:
        return None
    if 0 <= score.value <= 1:
        return Interval(*mean_interval(score.value, score.stderr), NORMAL)
    half = float(norm.ppf((1 + LEVEL) / 2)) * score.stderr
    return Interval(score.value - half, score.value + half, NORMAL)
