"""Verifying a candidate: whether a text holds a question, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from jmedlora.data.overlap.candidates import SEPARATOR, CandidateFilter, Grams
from jmedlora.data.overlap.sought_questions import Pattern, Way
from jmedlora.data.overlap.thresholds import INSERTION_FACTOR

MARGIN = 0.25
"""The share of the question's length that is kept on both sides of the stretch compared."""


@dataclass(frozen=True, slots=True)
class Match:
    """One pattern in one text.

    way: which kind of pattern. question: by index. containment: 0 to 1. ratio: 0 to 100. start,
    end: where in the text.
    """

    way: Way
    question: int
    containment: float
    ratio: float
    start: int
    end: int


class Verifier:
    """Compares a text with a pattern, character by character."""

    def __init__(self, patterns: Sequence[Pattern], candidate_filter: CandidateFilter) -> None:
        self._patterns, self._filter = patterns, candidate_filter
        # The last place is that of ABSENT.
        self._is_pattern_gram = np.zeros(candidate_filter.vocabulary + 1, dtype=np.bool_)

    def verify(self, text: str, grams: Grams, pattern: int) -> Match | None:
        """The copy of the pattern in ``text``, whose grams by place are ``grams``, or None."""
        hits = self._gram_places(grams, pattern)
        start, end = _densest_span(hits, len(self._patterns[pattern].text), len(text))
        inside = grams[start:end][hits[start:end]]
        needed = self._filter.needed[pattern]
        if len(inside) < needed or (shared := len(set(inside.tolist()))) < needed:
            return None
        return self._compare(text[start:end], start, pattern, shared)

    def _gram_places(self, grams: Grams, pattern: int) -> npt.NDArray[np.bool_]:
        """For each place of the text, whether one of the pattern's grams begins there."""
        self._is_pattern_gram[self._filter.grams[pattern]] = True
        hits = self._is_pattern_gram[grams]
        self._is_pattern_gram[self._filter.grams[pattern]] = False
        return hits

    def _compare(self, stretch: str, offset: int, pattern: int, shared: int) -> Match | None:
        sought = self._patterns[pattern]
        containment = shared / int(self._filter.sizes[pattern])
        is_sure = containment >= sought.sure
        text = sought.text.replace(SEPARATOR, "")
        ratio, start, end = partial_ratio(text, stretch, 0.0 if is_sure else sought.ratio)
        if not is_sure and ratio < sought.ratio:
            return None
        span = offset + start, offset + end
        return Match(sought.way, sought.question, containment, ratio, *span)


def partial_ratio(question: str, text: str, cutoff: float) -> tuple[float, int, int]:
    """How much of ``question`` the most similar stretch of ``text`` holds, 0 to 100, and where.

    rapidfuzz's partial ratio. It would look for a text shorter than the question within it, and
    take "which is correct?" for a copy of every such question: that is compared whole. 0 if it is
    below ``cutoff``.
    """
    if len(text) < len(question):
        return fuzz.ratio(question, text, score_cutoff=cutoff), 0, len(text)
    if cutoff and _upper_bound(question, text) < cutoff:
        return 0.0, 0, len(text)
    found = fuzz.partial_ratio_alignment(question, text, score_cutoff=cutoff)
    return (found.score, found.dest_start, found.dest_end) if found else (0.0, 0, len(text))


def _upper_bound(question: str, text: str) -> float:
    """The most that the partial ratio can be: it is found a hundred times faster.

    A stretch of m characters, m <= n = len(question), that shares k in order has 2k / (n + m)
    with k <= m and k <= the longest common subsequence of the whole text.
    """
    common = LCSseq.similarity(question, text)
    return 200 * common / (len(question) + common)


def _densest_span(hits: npt.NDArray[np.bool_], length: int, total: int) -> tuple[int, int]:
    """Where most of ``hits`` stand close together: room for a copy of ``length`` characters."""
    span, margin = int(length * INSERTION_FACTOR) + 1, int(length * MARGIN) + 1
    if total <= span + 2 * margin:
        return 0, total
    sums = np.concatenate([[0], np.cumsum(hits, dtype=np.int64)])
    last = max(len(sums) - 1 - span, 0)
    best = int(np.argmax(sums[span : span + last + 1] - sums[: last + 1]))
    return max(0, best - margin), min(total, best + span + margin)
