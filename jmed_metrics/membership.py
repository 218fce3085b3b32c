"""Whether a model's loss tells what it was trained on: membership inference, and exposure."""

from collections.abc import Sequence
from math import log2, sqrt

from scipy.optimize import brentq
from scipy.stats import norm, rankdata

from jmed_metrics.intervals import LEVEL

BESIDE = 1e-9


def membership_auc(trained: Sequence[float], held_out: Sequence[float]) -> float:
    """The chance that a trained record's loss is below a held-out one's, 0 to 1; .5: no trace.

    The area under the curve of the attack that takes records of a small loss for trained ones; a
    tie counts half. Both must have a record.
    Source: the attack is that of Yeom et al. 2018 (Privacy Risk in Machine Learning); the area is
    Mann and Whitney's U over the number of pairs (Hanley and McNeil 1982).
    """
    ranks = rankdata([*held_out, *trained])
    above = sum(float(rank) for rank in ranks[: len(held_out)])
    pairs = len(trained) * len(held_out)
    return (above - len(held_out) * (len(held_out) + 1) / 2) / pairs


def auc_interval(auc: float, trained: int, held_out: int) -> tuple[float, float]:
    """The 95 % interval of ``auc``, from numbers of trained and held-out records.

    Every value from which ``auc`` is not further than the normal quantile times the standard error
    that Hanley and McNeil give for that value. It has a width also where all pairs are in order.
    Source: Newcombe 2006 (Statistics in Medicine 25, 559), method 5.
    """

    def beyond(value: float, sign: int) -> float:
        return sign * (value - auc) - _quantile() * _standard_error(value, trained, held_out)

    # at 0 and 1 the standard error is 0, so that the value itself would solve the equation
    low = brentq(beyond, 0.0, auc * (1 - BESIDE), args=(-1,)) if auc > 0 else 0.0
    high = brentq(beyond, auc + BESIDE * (1 - auc), 1.0, args=(1,)) if auc < 1 else 1.0
    return float(low), float(high)


def _quantile() -> float:
    return float(norm.ppf((1 + LEVEL) / 2))


def _standard_error(auc: float, trained: int, held_out: int) -> float:
    mean = (trained + held_out) / 2
    spread = 1 + (mean - 1) * ((1 - auc) / (2 - auc) + auc / (1 + auc))
    return sqrt(auc * (1 - auc) * spread / (trained * held_out))


def exposure(canary: float, references: Sequence[float]) -> float:
    """How far ``canary`` stands out from ``references``, in bits, from 0 to log2(n + 1).

    canary, references: log-perplexities, in any one unit; the references are drawn from the same
    space as the canary and were not trained. log2(n + 1) - log2(rank), where n is the number of
    references and the rank is 1 if the canary has the least log-perplexity; an equal one counts as
    less. A canary that was not trained has each rank with the same chance, so that its mean is
    about 1.44 (log2 e). log2(n + 1) is a bound of the method: whoever needs more draws more.
    Source: Carlini et al. 2019 (The Secret Sharer), definitions 4 and 5, with the rank among a
    sample (section 4.3, approximation by sampling) and without their skew-normal extrapolation.
    """
    rank = 1 + sum(reference <= canary for reference in references)
    return log2(len(references) + 1) - log2(rank)
