"""Gestalt (Ratcliff/Obershelp) similarity, and the choices nearest to a response by it.

The paper (section 3.2) says "Gestalt distance … a string matching algorithm that is based on the
longest common subsequence". Read literally the two halves differ: gestalt pattern matching looks
for longest common *substrings*, recursively. We take the named algorithm, as in Python's
``difflib.SequenceMatcher(None, response, text).ratio()``, autojunk included: it is what "gestalt
pattern matching" means in Python, and it is asymmetric, as the paper says of its score.

Speed. Two exact short cuts, held equal to difflib by the tests:

- The value is quadratic to compute, but what it matches is always a common subsequence, so twice
  the length of the *longest* common subsequence over the summed lengths bounds it from above, and
  rapidfuzz computes that bound many times faster. Choices are visited in order of the bound; one
  whose bound is below the k-th best value so far is never computed. Bound and value come from the
  same float expression, ``2.0 * matched / total``, so comparing them never turns on rounding.
  rapidfuzz's own similarity is *not* a substitute: on real items it picks another nearest choice
  in 5 to 25 % of the cases.
- difflib walks through the response character by character; ``str.find`` searches it in C. This
  holds for texts of fewer than 200 characters, where difflib's autojunk does not set in (the
  longest choice of IgakuQA has 70); longer ones go to cydifflib or difflib itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

try:  # the same algorithm compiled, for long texts
    from cydifflib import SequenceMatcher
except ImportError:  # no wheel for this Python
    from difflib import SequenceMatcher

Block = tuple[int, int, int, int]
"""Where a part of the response begins and ends, and a part of the text."""
AUTOJUNK_LENGTH = 200
"""From this length of the second text on, difflib ignores its most frequent characters."""


def gestalt(response: str, text: str) -> float:
    """Ratcliff/Obershelp similarity of ``response`` to ``text``: 0 (nothing shared) to 1 (equal).

    Asymmetric: swapping the arguments may change the value. Two empty strings give 1.0, as in
    difflib.
    """
    if len(text) >= AUTOJUNK_LENGTH:
        return SequenceMatcher(None, response, text).ratio()
    total = len(response) + len(text)
    matched = len(text) if text in response else _matched(response, text)
    return 2.0 * matched / total if total else 1.0


def _matched(response: str, text: str) -> int:
    """How many characters the longest common substring and, recursively, those beside it cover."""
    matched = 0
    blocks: list[tuple[Block, set[str]]] = [((0, len(response), 0, len(text)), set())]
    while blocks:
        block, missing = blocks.pop()
        start, end, text_start, text_end = block
        size, at, text_at = _longest_match(response, text, block, missing)
        matched += size
        if start < at and text_start < text_at:
            blocks.append(((start, at, text_start, text_at), missing.copy()))
        if size and at + size < end and text_at + size < text_end:
            blocks.append(((at + size, end, text_at + size, text_end), missing))
    return matched


def _longest_match(
    response: str, text: str, block: Block, missing: set[str]
) -> tuple[int, int, int]:
    """(length, place in the response, place in the text) of the longest common substring.

    Among several: the earliest in the response, then the earliest in the text, as in difflib.
    missing: what is known not to stand in the block of the response, to be added to, so that no
    part of the block searches for it again.
    """
    start, end, text_start, text_end = block
    size, best, text_best = 0, start, text_start
    for place in range(text_start, text_end):
        length = size or 1  # as long as the best so far: it wins if it lies earlier
        if place + length > text_end:
            break
        part = text[place : place + length]
        at = -1 if part in missing else response.find(part, start, end)
        if at < 0:
            missing.add(part)
            continue
        while place + length < text_end:
            part = text[place : place + length + 1]
            longer = -1 if part in missing else response.find(part, at, end)
            if longer < 0:
                missing.add(part)
                break
            at, length = longer, length + 1
        if length > size or at < best:
            size, best, text_best = length, at, place
    return size, best, text_best


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
    # The sort is stable, so that among equal bounds and equal values the earlier label comes first.
    for index in sorted(range(len(choices)), key=bounds.__getitem__, reverse=True):
        if bounds[index] < kth_best:
            break
        values[index] = gestalt(response, choices[index])
        if len(values) >= k:
            kth_best = sorted(values.values())[-k]
    ranked = sorted(sorted(values), key=values.__getitem__, reverse=True)
    if values[ranked[0]] == 0.0:  # autojunk can hide a match that the bound still sees
        return Nearest((), values, tied=False)
    tied = len(ranked) > k and values[ranked[k]] == values[ranked[k - 1]]
    return Nearest(tuple(sorted(ranked[:k])), values, tied)
