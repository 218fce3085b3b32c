"""The sieve: which questions share enough 3-grams with which texts to be worth a closer look.

Its vocabulary is that of the questions alone, so it does not grow with the training text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from jmedlora.data.overlap.ngrams import BETWEEN, keys, starts

Ints = npt.NDArray[np.int64]
Grams = npt.NDArray[np.int32]
ABSENT = -1
LEFT_OUT = 0.7
"""Of the grams that a text needs, how many are left out at first: all are counted for the rest."""
EPSILON = 1e-9
"""Against 0.35 * 20 = 7.000000000000001, which would ask for 8 grams."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of a block of texts.

    texts, patterns: the pairs left, by index, ordered by text. grams: for every place of the block
    the number of the gram that begins there, ABSENT if no question has it. starts: where each text
    begins in the block.
    """

    texts: Ints
    patterns: Ints
    grams: Grams
    starts: Ints

    def of(self, text: int) -> Grams:
        """The grams of one text, by place."""
        return self.grams[self.starts[text] : max(self.starts[text], self.starts[text + 1] - 3)]


class Sieve:
    """Finds the texts that hold at least ``containment`` of the 3-grams of a pattern."""

    def __init__(self, patterns: Sequence[str], containment: float) -> None:
        found = [np.unique(keys(pattern)) for pattern in patterns]
        nowhere = np.zeros(1, dtype=np.uint64)  # three times U+0000, so that there is a gram
        self._vocabulary = np.unique(np.concatenate([*found, nowhere]))
        self.grams = [np.searchsorted(self._vocabulary, each).astype(np.int32) for each in found]
        self.sizes = np.array([len(each) for each in found], dtype=np.int64)
        self.needed = np.maximum(1, np.ceil(containment * self.sizes - EPSILON)).astype(np.int64)
        self._every = _matrix(self.grams, len(self._vocabulary))
        self._telling, self._asked = self._most_telling()

    def _most_telling(self) -> tuple[sparse.csr_matrix, Ints]:
        """A column for each pattern without its most frequent grams, and how many a text needs.

        A text that holds n grams of a pattern holds at least n - k of any but k, so nothing is lost
        by leaving out those that nearly every question has, and most of the time is saved.
        """
        every = np.concatenate([*self.grams, np.empty(0, dtype=np.int32)])
        frequency = np.bincount(every, minlength=self.vocabulary)
        left_out = (self.needed * LEFT_OUT).astype(np.int64)
        kept = [
            grams[np.argsort(-frequency[grams], kind="stable")[k:]]
            for grams, k in zip(self.grams, left_out, strict=True)
        ]
        return _matrix(kept, len(self._vocabulary)).T.tocsr(), self.needed - left_out

    @property
    def vocabulary(self) -> int:
        """How many different grams the patterns have."""
        return len(self._vocabulary)

    def sift(self, texts: Sequence[str]) -> Sifted:
        """The pairs of ``texts`` (normalised) and patterns that pass."""
        begins = starts(texts)
        grams = self._numbers(keys(BETWEEN.join(texts)))
        held = self._matrix(grams, begins)
        shared = held @ self._telling
        rows = np.repeat(np.arange(len(texts)), np.diff(shared.indptr))
        enough = shared.data >= self._asked[shared.indices]
        rows, columns = rows[enough], shared.indices[enough].astype(np.int64)
        passes = self._shared(held, rows, columns) >= self.needed[columns]
        return Sifted(rows[passes], columns[passes], grams, begins)

    def _shared(self, held: sparse.csr_matrix, rows: Ints, columns: Ints) -> Ints:
        """How many different grams each text has in common with its pattern."""
        held.sum_duplicates()
        held.data[:] = 1
        common = held[rows].multiply(self._every[columns])
        return np.asarray(common.sum(axis=1), dtype=np.int64).ravel()

    def _numbers(self, found: npt.NDArray[np.uint64]) -> Grams:
        places = np.searchsorted(self._vocabulary, found)
        places[places == len(self._vocabulary)] = 0
        return np.where(self._vocabulary[places] == found, places, ABSENT).astype(np.int32)

    def _matrix(self, grams: Grams, begins: Ints) -> sparse.csr_matrix:
        """One row per text, 1 for each place where a gram begins.

        A gram that stands twice counts twice: that may let too much pass at first.
        """
        known = np.flatnonzero(grams != ABSENT)
        ends = np.searchsorted(known, begins)
        ones = np.ones(len(known), dtype=np.int32)
        shape = len(begins) - 1, self.vocabulary
        return sparse.csr_matrix((ones, grams[known], ends), shape=shape)


def _matrix(grams: Sequence[Grams], vocabulary: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(each) for each in grams)])
    columns = np.concatenate([*grams, np.empty(0, dtype=np.int32)])
    ones = np.ones(len(columns), dtype=np.int32)
    return sparse.csr_matrix((ones, columns, ends), shape=(len(grams), vocabulary))
