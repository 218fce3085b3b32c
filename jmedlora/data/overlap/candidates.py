"""Candidate pairs: which patterns share enough character 3-grams with which texts to be compared.

The vocabulary is that of the patterns alone, so it does not grow with the training text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Grams = npt.NDArray[np.int32]
NGRAM_LENGTH = 3
CODE_POINT_BITS = 21
"""A code point has at most 21 bits, so three of them fit into 64."""
SEPARATOR = "\n"
"""Stands between two texts; normalised text never holds it, so no gram reaches across."""
ABSENT = -1
SKIPPED_SHARE = 0.7
"""The share of the grams a text needs that is skipped at first. What is left is counted whole."""
EPSILON = 1e-9
"""Against 0.35 * 20 = 7.000000000000001, which would ask for 8 grams."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs of a block of texts and the patterns that pass the filter.

    texts, patterns: the pairs, by index, ordered by text. grams: for every place of the block the
    number of the gram that begins there, ABSENT if no pattern has it. starts: where each text
    begins in the block.
    """

    texts: Ints
    patterns: Ints
    grams: Grams
    starts: Ints

    def grams_of(self, text: int) -> Grams:
        """The grams of one text, by place."""
        return self.grams[self.starts[text] : max(self.starts[text], self.starts[text + 1] - 3)]


class CandidateFilter:
    """Finds the texts that hold at least ``containment`` of the 3-grams of a pattern.

    containment: 0 to 1, of all patterns or of each. No gram reaches across a SEPARATOR in a
    pattern.
    """

    def __init__(self, patterns: Sequence[str], containment: npt.ArrayLike) -> None:
        found = [_pattern_codes(pattern) for pattern in patterns]
        nowhere = np.zeros(1, dtype=np.uint64)  # three times U+0000, so that there is a gram
        self._vocabulary = np.unique(np.concatenate([*found, nowhere]))
        self.grams = [np.searchsorted(self._vocabulary, each).astype(np.int32) for each in found]
        self.sizes = np.array([len(each) for each in found], dtype=np.int64)
        self.needed = needed_counts(self.sizes, containment)
        self._full_matrix = _matrix(self.grams, len(self._vocabulary))
        self._rare_matrix, self._rare_needed = self._rare_grams()

    def _rare_grams(self) -> tuple[sparse.csr_matrix, Ints]:
        """A column for each pattern without its most frequent grams, and how many a text needs.

        If a text holds n grams of a pattern, and k grams are skipped, it still holds n - k of the
        others. So skipping the k grams that nearly every pattern has loses no text and saves most
        of the time.
        """
        every = np.concatenate([*self.grams, np.empty(0, dtype=np.int32)])
        frequency = np.bincount(every, minlength=self.vocabulary)
        skipped = (self.needed * SKIPPED_SHARE).astype(np.int64)
        kept = [
            grams[np.argsort(-frequency[grams], kind="stable")[k:]]
            for grams, k in zip(self.grams, skipped, strict=True)
        ]
        return _matrix(kept, len(self._vocabulary)).T.tocsr(), self.needed - skipped

    @property
    def vocabulary(self) -> int:
        """How many different grams the patterns have."""
        return len(self._vocabulary)

    def find_candidates(self, texts: Sequence[str]) -> Candidates:
        """The pairs of ``texts`` (normalised) and patterns that share enough grams."""
        starts = text_starts(texts)
        grams = self.gram_numbers(SEPARATOR.join(texts))
        held = self._matrix(grams, starts)
        rare = held @ self._rare_matrix
        rows = np.repeat(np.arange(len(texts)), np.diff(rare.indptr))
        enough = rare.data >= self._rare_needed[rare.indices]
        rows, columns = rows[enough], rare.indices[enough].astype(np.int64)
        passes = self._count_shared(held, rows, columns) >= self.needed[columns]
        return Candidates(rows[passes], columns[passes], grams, starts)

    def _count_shared(self, held: sparse.csr_matrix, rows: Ints, columns: Ints) -> Ints:
        """How many different grams each text has in common with its pattern."""
        held.sum_duplicates()
        held.data[:] = 1
        common = held[rows].multiply(self._full_matrix[columns])
        return np.asarray(common.sum(axis=1), dtype=np.int64).ravel()

    def gram_numbers(self, text: str) -> Grams:
        """For every place of ``text`` (normalised) the number of the gram there, or ABSENT."""
        found = ngram_codes(text)
        places = np.searchsorted(self._vocabulary, found)
        places[places == len(self._vocabulary)] = 0
        return np.where(self._vocabulary[places] == found, places, ABSENT).astype(np.int32)

    def _matrix(self, grams: Grams, starts: Ints) -> sparse.csr_matrix:
        """One row per text, 1 for each place where a gram begins.

        A gram that stands twice counts twice: that may let too much pass at first.
        """
        known = np.flatnonzero(grams != ABSENT)
        ends = np.searchsorted(known, starts)
        ones = np.ones(len(known), dtype=np.int32)
        shape = len(starts) - 1, self.vocabulary
        return sparse.csr_matrix((ones, grams[known], ends), shape=shape)


def ngram_codes(text: str) -> Codes:
    """The 3-grams of ``text`` in order, one number each; empty if it is shorter than 3."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    points = points.astype(np.uint64)
    if len(points) < NGRAM_LENGTH:
        return np.empty(0, dtype=np.uint64)
    shift = np.uint64(CODE_POINT_BITS)
    return (((points[:-2] << shift) | points[1:-1]) << shift) | points[2:]


def needed_counts(sizes: Ints, share: npt.ArrayLike) -> Ints:
    """How many of each of ``sizes`` are a ``share`` of it, 1 at least."""
    counts = np.ceil(np.multiply(share, sizes) - EPSILON)
    return np.maximum(1, counts).astype(np.int64)


def text_starts(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Where each of ``texts`` begins in SEPARATOR.join(texts), and where a next one would."""
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    return np.concatenate([[0], np.cumsum(lengths)])


def _pattern_codes(pattern: str) -> Codes:
    return np.unique(np.concatenate([ngram_codes(part) for part in pattern.split(SEPARATOR)]))


def _matrix(grams: Sequence[Grams], vocabulary: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(each) for each in grams)])
    columns = np.concatenate([*grams, np.empty(0, dtype=np.int32)])
    ones = np.ones(len(columns), dtype=np.int32)
    return sparse.csr_matrix((ones, columns, ends), shape=(len(grams), vocabulary))
