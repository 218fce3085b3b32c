"""How small a difference a paired test can show: power of McNemar's exact test.

Two models answer the same n questions. ψ, the discordance, is the share of questions that one of
them answers rightly and the other does not; δ is the difference of their shares of right answers,
which is at most ψ. The test is the one of the table (``statistics.mcnemar``), so its power is
summed exactly: the number of discordant questions is binomial (n, ψ), and of d discordant ones
those of the better model are binomial (d, (ψ + δ) / 2ψ). Source: Bennett and Underwood 1970; Duffy
1984. The normal approximation of it, n = (z(1 - α/2) √ψ + z(power) √(ψ - δ²))² / δ² (Miettinen
1968; Connor 1987), needs fewer questions, because the exact test is conservative.
"""

from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import binom

POWER = 0.8
MOST = 1_000_000
"""Questions at most: more than there are examination questions in any language."""


def mcnemar_power(questions: int, discordance: float, difference: float, alpha: float) -> float:
    """The chance that the two-sided exact test of a true ``difference`` has p < ``alpha``.

    discordance: above 0 to 1. difference: 0 to discordance.
    """
    spread = 6 * np.sqrt(questions * discordance * (1 - discordance)) + 6
    middle = questions * discordance  # what lies further from it has no weight (below 1e-8)
    least, most = max(0, int(middle - spread)), min(questions, ceil(middle + spread))
    found = np.arange(least, most + 1)
    fewest = _largest_tail(found, alpha / 2)
    better = (discordance + difference) / (2 * discordance)
    rejected = binom.cdf(fewest, found, better) + binom.cdf(fewest, found, 1 - better)
    return float(binom.pmf(found, questions, discordance) @ rejected)


def least_difference(
    questions: int, discordance: float, alpha: float, power: float = POWER
) -> float | None:
    """The smallest true difference that is shown with ``power``; None if not even ψ is.

    discordance: ψ, above 0 to 1.
    """

    def missing(difference: float) -> float:
        return mcnemar_power(questions, discordance, difference, alpha) - power

    if missing(discordance) < 0:
        return None
    return float(brentq(missing, 0.0, discordance, xtol=1e-6))


def needed_questions(
    difference: float, discordance: float, alpha: float, power: float = POWER
) -> int | None:
    """About the fewest questions that show a true ``difference`` with ``power``.

    Within 1 %: the power of an exact test does not rise with every question. None above MOST, and
    for a difference above the discordance, which there cannot be. difference: above 0.
    """
    if difference > discordance:
        return None
    low, high = 1, 2
    while mcnemar_power(high, discordance, difference, alpha) < power:
        low, high = high, 2 * high
        if low > MOST:
            return None
    while high - low > max(1, low // 200):
        middle = (low + high) // 2
        if mcnemar_power(middle, discordance, difference, alpha) < power:
            low = middle
        else:
            high = middle
    return high


def sampling_factor(repeats: int, within: float) -> float:
    """The variance of a difference of means over ``repeats`` samples, over that of one sample.

    within: the share of a single sample's variance that is drawn anew with every sample, 0 to 1;
    the rest lies between questions and stays.
    """
    return 1 - within + within / repeats


def needed_repeats(questions: int, needed: int, within: float) -> int | None:
    """The samples a question with which ``questions`` do for ``needed``; None if none suffice."""
    if questions >= needed:
        return 1
    left = questions / needed - (1 - within)
    return ceil(within / left - 1e-9) if left > 0 else None


def _largest_tail(found: npt.NDArray[np.intp], alpha: float) -> npt.NDArray[np.float64]:
    """For each number of discordant questions the largest k with P(at most k of them) < alpha.

    -1 where there is none. With half the chance each, as the null hypothesis has it.
    """
    fewest = binom.ppf(alpha, found, 0.5)
    return np.where(binom.cdf(fewest, found, 0.5) < alpha, fewest, fewest - 1)
