"""Statistics of scores on the same questions: bootstrap intervals and paired tests.

All of them resample or compare questions, never models: they say how far a difference would carry
over to other questions of the same kind. They do not hold the spread over training or decoding
seeds. Each takes a seed and gives the same numbers for it on any machine with the same numpy.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import binomtest

from jmed_metrics.intervals import LEVEL
from jmedlora.report.load.measurements import Floats

RESAMPLES = 10_000
SEED = 1234
BLOCK = 500
"""Resamples at a time, so that memory stays small: 500 × 2,000 questions are 8 MB."""


def bootstrap_intervals(
    values: Floats, *, resamples: int = RESAMPLES, seed: int = SEED
) -> list[tuple[float, float]]:
    """The 95 % percentile interval of each column's mean, over resampled rows.

    values: (questions, scores), each from 0 to 1. Every column is resampled with the same
    questions, and which are drawn depends on the seed and their number alone, so that a score's
    interval does not change with what it is shown beside. Source: Efron 1979; percentile method.
    """
    means = np.concatenate(
        [counts @ values for counts in _draws(len(values), resamples, np.random.default_rng(seed))]
    )
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(means, [tail, 100 - tail], axis=0) / len(values)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _draws(questions: int, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Blocks of (resamples, questions): how often each resample drew each question."""
    for start in range(0, resamples, BLOCK):
        block = min(BLOCK, resamples - start)
        drawn = rng.integers(questions, size=(block, questions))
        drawn += questions * np.arange(block)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block * questions)
        yield counts.reshape(block, questions).astype(np.float64)


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


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number by Holm's step-down method (1979), in their order.

    Rejecting where the corrected value is below α keeps the chance of any false rejection below α,
    whatever the tests' dependence.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return corrected
