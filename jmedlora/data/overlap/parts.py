"""Questions in parts: runs of 13 characters, counted over a window and the one before or behind it.

A question that was cut in two stands in no record as a whole, but its runs stand in two. So many
characters in a row tell it from other text, unless many questions have them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from scipy import sparse

from jmedlora.data.overlap.candidates import (
    ABSENT,
    NGRAM_LENGTH,
    SEPARATOR,
    CandidateFilter,
    Candidates,
    Codes,
    Grams,
    Ints,
    needed_counts,
    text_starts,
)
from jmedlora.data.overlap.input_files import Passage
from jmedlora.data.overlap.sought_questions import SHORTEST_PATTERN, Pattern
from jmedlora.data.overlap.verify import Match
from jmedlora.data.overlap.windows import Window

RUN_LENGTH = 13
COVERING = (0, 3, 6, 9, 10)
"""Where in a run the 3-grams begin that together hold all of its characters."""
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, of 64 bits. Two runs that differ get the same code once in about 2**64 pairs."""
NO_RUN = np.uint64(2**64 - 1)
"""Stands behind all codes, so that there is always one to compare with."""
FORMULAIC = 3
"""Questions that may share a run that counts: examiners write some phrases again and again.

A text that stands in two exams counts as one.
"""
FEWEST_RUNS = SHORTEST_PATTERN - RUN_LENGTH + 1
"""Different runs under which nothing is found."""
OWN_SHARE = 0.1
"""The share of a question's runs that a record must hold itself, beside its neighbour's."""


class RunIndex:
    """The runs of the questions that are looked for.

    patterns: the whole text of each question. holds: a row for each run that counts, a column for
    each pattern. sizes: how many different runs each pattern has, those that do not count among
    them. needed: how many a window and its neighbour must hold; own: how many the window itself.
    """

    def __init__(self, patterns: Sequence[Pattern], grams: CandidateFilter, share: float) -> None:
        self.patterns = patterns
        texts = [each.text for each in patterns]
        places, codes = _run_codes(grams.gram_numbers(SEPARATOR.join(texts)))
        every, numbers = np.unique(np.append(codes, NO_RUN), return_inverse=True)
        rows = np.searchsorted(text_starts(texts), places, side="right") - 1
        held = _binary(rows, numbers[:-1], (len(texts), len(every)))
        self.sizes = np.diff(held.indptr).astype(np.int64)
        self.needed = np.maximum(FEWEST_RUNS, needed_counts(self.sizes, share))
        self.own = needed_counts(self.sizes, OWN_SHARE)
        distinct = held[list({text: row for row, text in enumerate(texts)}.values())]
        counted = np.flatnonzero(distinct.getnnz(axis=0) <= FORMULAIC)
        self._codes, self._held = every[counted], held[:, counted].tocsr()
        self.holds = self._held.T.tocsr()

    def runs_of(self, pattern: int) -> Ints:
        """The runs of a pattern that count, by number."""
        return self._held.indices[slice(*self._held.indptr[pattern : pattern + 2])]

    def find(self, grams: Grams) -> tuple[Ints, Ints]:
        """Where in a text, whose grams by place are ``grams``, which runs begin, by place."""
        places, codes = _run_codes(grams)
        numbers = np.searchsorted(self._codes, codes)
        known = self._codes[numbers] == codes
        return places[known], numbers[known]


@dataclass(frozen=True, slots=True)
class WindowRuns:
    """One window of the record at ``line``, and where in it which runs begin, by place."""

    line: int
    window: Window
    places: Ints
    runs: Ints


@dataclass(frozen=True, slots=True)
class WindowSequence:
    """``last``, and behind it some windows in which runs begin at ``places`` of their text."""

    last: WindowRuns
    windows: Sequence[tuple[Passage, Window]]
    starts: Ints
    places: Ints
    runs: Ints

    @property
    def bounds(self) -> Ints:
        """Where the runs of each window begin among those of all, and where they end."""
        ends = np.searchsorted(self.places, self.starts)
        return np.concatenate([[0], ends + len(self.last.runs)])

    def __len__(self) -> int:
        return 1 + len(self.windows)

    def __getitem__(self, row: int) -> WindowRuns:
        if not row:
            return self.last
        passage, window = self.windows[row - 1]
        start, end = self.starts[row - 1 : row + 1]
        part = slice(*np.searchsorted(self.places, [start, end]))
        return WindowRuns(passage.line, window, self.places[part] - start, self.runs[part])


class PartSearch:
    """Goes once through the windows of a file, in order, and remembers the last one."""

    def __init__(self, index: RunIndex) -> None:
        self._index = index
        nothing = np.empty(0, dtype=np.int64)
        self._last = WindowRuns(0, Window(0, ""), nothing, nothing)

    def find(
        self, windows: Sequence[tuple[Passage, Window]], candidates: Candidates
    ) -> Iterator[tuple[int, Match]]:
        """The parts of questions in the next ``windows``: the record's line, and the match.

        Also those in the window before them, now that its next one is known.
        """
        found = self._index.find(candidates.grams)
        sequence = WindowSequence(self._last, windows, candidates.starts, *found)
        self._last = sequence[len(windows)]
        for row, pattern in self._with_own_share(sequence):
            beside = [each for each in (row - 1, row + 1) if 0 <= each < len(sequence)]
            mine = np.intersect1d(sequence[row].runs, self._index.runs_of(pattern))
            sums = [self._together(mine, sequence[each], pattern) for each in beside]
            most = max(sums, default=0)
            if most >= self._index.needed[pattern]:
                yield sequence[row].line, self._match(sequence[row], mine, pattern, most)

    def _with_own_share(self, sequence: WindowSequence) -> Iterator[tuple[int, int]]:
        """The windows and the patterns of which they hold enough to be told beside a neighbour."""
        runs = np.concatenate([sequence.last.runs, sequence.runs])
        rows = np.repeat(np.arange(len(sequence)), np.diff(sequence.bounds))
        held = _binary(rows, runs, (len(sequence), self._index.holds.shape[0]))
        shared = (held @ self._index.holds).tocoo()
        enough = shared.data >= self._index.own[shared.col]
        yield from zip(shared.row[enough].tolist(), shared.col[enough].tolist(), strict=True)

    def _together(self, mine: Ints, other: WindowRuns, pattern: int) -> int:
        """How many runs of the pattern two windows hold; 0 unless each has a share of its own."""
        theirs = np.intersect1d(other.runs, self._index.runs_of(pattern))
        parts = np.setdiff1d(theirs, mine)
        return len(mine) + len(parts) if len(parts) >= self._index.own[pattern] else 0

    def _match(self, held: WindowRuns, mine: Ints, pattern: int, together: int) -> Match:
        sought, places = self._index.patterns[pattern], held.places[np.isin(held.runs, mine)]
        start, end = int(places[0]), int(places[-1]) + RUN_LENGTH
        ratio = fuzz.partial_ratio(sought.text, held.window.text[start:end])
        containment = together / int(self._index.sizes[pattern])
        span = held.window.start + start, held.window.start + end
        return Match("parts", sought.question, containment, ratio, *span)


def _binary(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    """1 in each of the places, however often it is named."""
    ones = np.ones(len(rows), dtype=np.int32)
    matrix = sparse.csr_matrix((ones, (rows, columns)), shape=shape)
    matrix.data[:] = 1
    return matrix


def _run_codes(grams: Grams) -> tuple[Ints, Codes]:
    """Where runs begin of which all 3-grams are known, and a code for each."""
    count = max(len(grams) - RUN_LENGTH + NGRAM_LENGTH, 0)
    covering = [grams[offset : offset + count] for offset in COVERING]
    places = np.flatnonzero(np.logical_and.reduce([each != ABSENT for each in covering]))
    codes = np.zeros(len(places), dtype=np.uint64)
    for each in covering:
        codes = codes * MULTIPLIER + each[places].astype(np.uint64)
    return places, codes
