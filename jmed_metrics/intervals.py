"""95 % confidence intervals of a mean score, from what a results file holds."""

from scipy.stats import binomtest, norm

LEVEL = 0.95


def proportion_interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of a share of ``n`` right-or-wrong questions, between 0 and 1.

    For accuracy and exact match. Unlike the normal interval it has a width at 0 and at 1.
    Source: Wilson 1927, as in scipy.stats.
    """
    interval = binomtest(round(share * n), n).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def mean_interval(mean: float, standard_error: float) -> tuple[float, float]:
    """The normal interval of a mean of values between 0 and 1, cut to that range.

    For the Gestalt score, whose single values are not only 0 and 1.
    """
    half = float(norm.ppf((1 + LEVEL) / 2)) * standard_error
    return max(mean - half, 0.0), min(mean + half, 1.0)
