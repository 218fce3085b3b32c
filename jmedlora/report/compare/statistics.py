"""Statistics of scores on the same questions: bootstrap intervals and paired tests.

All of them resample or compare questions, never models: they say how far a difference would carry
over to other questions of the same kind. They do not hold the spread over training or decoding
seeds. Each takes a seed and gives the same numbers for it on any machine with the same numpy.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from jmed_metrics.intervals import LEVEL
from jmedlora.report.load.measurements import Floats

Clusters = npt.NDArray[np.intp]
"""(questions,): the number of each question's cluster, from 0 on without gaps."""
RESAMPLES = 10_000
SEED = 1234
BLOCK = 500
"""Resamples at a time, so that memory stays small: 500 × 2,000 questions are 8 MB."""


def bootstrap_intervals(
    values: Floats,
    clusters: Clusters | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> list[tuple[float, float]]:
    """The 95 % percentile interval of each column's mean, over resampled rows.

    values: (questions, scores), each from -1 to 1. clusters: whose questions are drawn together,
    as those of one case are; by default each question alone. A resample has as many clusters as
    there are; its mean is over the questions that they hold. Every column is resampled with the
    same questions, and which are drawn depends on the seed and their number alone, so that a
    score's interval does not change with what it is shown beside. The interval of a column of
    differences is that of the paired bootstrap.
    Source: Efron 1979; percentile method. Clusters: Davison and Hinkley 1997, section 3.8, where
    whole clusters are drawn and nothing within them.
    """
    if clusters is None:
        sums, sizes = values, np.ones(len(values))
    else:
        sums, sizes = _sums(values, clusters), np.bincount(clusters).astype(np.float64)
    draws = _draws(len(sums), resamples, np.random.default_rng(seed))
    means = np.concatenate([counts @ sums / (counts @ sizes)[:, None] for counts in draws])
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(means, [tail, 100 - tail], axis=0)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def design_effect(values: Floats, clusters: Clusters) -> float | None:
    """The variance of the mean with the clusters drawn, over that with the questions drawn.

    values: (questions,). 1 where clusters do not matter, above where the questions of one resemble
    each other; an interval is its square root times as wide. None where all values are equal or all
    questions are of one cluster.
    Source: Kish 1965, section 5.4 ("deff"). The variance with clusters of unequal sizes is that of
    a ratio of sums, linearised: C / (C - 1) times the sum of the clusters' squared total residuals,
    over the squared number of questions (Cochran 1977, section 11.2).
    """
    residuals = values - values.mean()
    simple = float(np.sum(residuals**2)) * len(values) / (len(values) - 1)
    totals = np.bincount(clusters, weights=residuals)
    if len(totals) < 2 or not np.ptp(values):
        return None
    return float(np.sum(totals**2)) * len(totals) / (len(totals) - 1) / simple


def _sums(values: Floats, clusters: Clusters) -> Floats:
    """(clusters, scores): the sum of each cluster's rows."""
    found = np.zeros((int(clusters.max()) + 1, values.shape[1]))
    np.add.at(found, clusters, values)
    return found


def _draws(units: int, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Blocks of (resamples, units): how often each resample drew each unit."""
    for start in range(0, resamples, BLOCK):
        block = min(BLOCK, resamples - start)
        drawn = rng.integers(units, size=(block, units))
        drawn += units * np.arange(block)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block * units)
        yield counts.reshape(block, units).astype(np.float64)


def mcnemar(before: Floats, after: Floats) -> float:
    """Two-sided p-value of McNemar's exact test on paired right-or-wrong answers.

    1.0 if no question is answered differently. Source: McNemar 1947; the binomial distribution of
    the discordant pairs.
    """
    gained = int(np.sum((after == 1) & (before == 0)))
    lost = int(np.sum((after == 0) & (before == 1)))
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def sign_flip(differences: Floats, *, flips: int = RESAMPLES, seed: int = SEED) -> list[float]:
    """Two-sided p-values of the paired permutation test for means, one a column.

    differences: (questions, comparisons). Under the null hypothesis each question's difference is
    as likely to have the other sign; p is the share of ``flips`` random sign patterns whose mean is
    at least as far from 0, the observed one counted among them, so that p is never 0 (Phipson and
    Smyth 2010).
    """
    rng = np.random.default_rng(seed)
    # Rounding must not make an equal sum a smaller one.
    least = np.abs(differences.sum(axis=0)) - 1e-12 * np.abs(differences).sum(axis=0)
    as_far = np.zeros(differences.shape[1], dtype=np.int64)
    for start in range(0, flips, BLOCK):
        shape = (min(BLOCK, flips - start), len(differences))
        signs = 2.0 * rng.integers(2, size=shape, dtype=np.int8) - 1.0
        as_far += np.sum(np.abs(signs @ differences) >= least, axis=0)
    return [float(count + 1) / (flips + 1) for count in as_far]


def holm(p_values: Sequence[float], tests: int | None = None) -> list[float]:
    """The p-values corrected for their number by Holm's step-down method (1979), in their order.

    Rejecting where the corrected value is below α keeps the chance of any false rejection below α,
    whatever the tests' dependence. tests: their number with those that might have been chosen in
    their place and are not shown, which count as the largest p-values; by default those given.
    """
    number = len(p_values) if tests is None else tests
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (number - rank) * p_values[index]))
        corrected[index] = largest
    return corrected
