"""Gestalt (Ratcliff/Obershelp) similarity, and the choices nearest to a response by it.

The paper (section 3.2) says "Gestalt distance … a string matching algorithm that is based on the
longest common subsequence". Read literally the two halves differ: gestalt pattern matching looks
for longest common *substrings*, recursively. We take the named algorithm, as in Python's
``difflib.SequenceMatcher(None, response, text).ratio()``, autojunk included: it is what "gestalt
pattern matching" means in Python, and it is asymmetric, as the paper says of its score.

Speed. The value of a pair is quadratic to compute, but what it finds is always a common
subsequence, so twice the length of the *longest* common subsequence over the summed lengths bounds
it from above; rapidfuzz computes that bound 20 to 60 times faster. Choices are visited in
order of the bound, and a choice whose bound is below the k-th best value so far is never computed.
Bound and value come from the same float expression, ``2.0 * matched / total``, so the comparison of
two integers never turns on rounding. rapidfuzz's own similarity is *not* a substitute: on real
items it picks another nearest choice in 5 to 25 % of the cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

try:  # The same algorithm compiled; results are identical (tests/test_metrics.py holds them equal).
    from cydifflib import SequenceMatcher
except ImportError:  # no wheel for this Python
    from difflib import SequenceMatcher


def gestalt(response: str, text: str) -> float:
    """Ratcliff/Obershelp similarity of ``response`` to ``text``: 0 (nothing shared) to 1 (equal).

    Asymmetric: swapping the arguments may change the value. Two empty strings give 1.0, as in
    difflib.
    """
    if response == text:
        return 1.0
    return SequenceMatcher(None, response, text).ratio()


def upper_bound(response: str, text: str) -> float:
    """A value that ``gestalt(response, text)`` never exceeds, in the same 0 to 1 units."""
    total = len(response) + len(text)
    return 2.0 * LCSseq.similarity(response, text) / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Nearest:
    """The k choices most similar to a response.

    chosen: their 0-based indices, ascending; empty if no choice has any similarity.
    values: the exact similarity of each choice that had to be computed, by index (the others are
        known to be smaller than every chosen one).
    tied: whether a choice left out is exactly as similar as one taken, so that only the rule "the
        earlier label first" decided between them.
    """

    chosen: tuple[int, ...]
    values: dict[int, float]
    tied: bool


def nearest(response: str, choices: Sequence[str], k: int) -> Nearest:
    """The ``k`` of ``choices`` most similar to ``response``; ties go to the earlier one.

    Raises ValueError unless 1 <= k <= len(choices).
    """
    if not 1 <= k <= len(choices):
        raise ValueError(f"k={k}: choose between 1 and {len(choices)} of {len(choices)} choices")
    bounds = [upper_bound(response, choice) for choice in choices]
    if not response or not any(bounds):  # nothing was answered
        return Nearest((), {}, tied=False)
    values: dict[int, float] = {}
    kth_best = 0.0
    for index in sorted(range(len(choices)), key=lambda i: (-bounds[i], i)):
        if len(values) >= k and bounds[index] < kth_best:
            break
        values[index] = gestalt(response, choices[index])
        if len(values) >= k:
            kth_best = sorted(values.values(), reverse=True)[k - 1]
    ranked = sorted(values, key=lambda i: (-values[i], i))
    if values[ranked[0]] == 0.0:  # autojunk can hide a match that the bound still sees
        return Nearest((), values, tied=False)
    tied = len(ranked) > k and values[ranked[k]] == values[ranked[k - 1]]
    return Nearest(tuple(sorted(ranked[:k])), values, tied)
