"""Text as it is compared: without what copies change first, and never split on white space."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

CLUSTER = re.compile(r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
"""A character with the marks that belong to it, such as the voicing mark of half-width katakana."""
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""They choose between two forms of the same kanji, which stays the same word."""
PIECE_LENGTH = 4096
SAFE_CUT = re.compile("[0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]")
"""Characters that are kept and never merge with what stands before them."""


class PartEnds(NamedTuple):
    """For each part of a text, where it ends: in the text, and in the normal text."""

    written: npt.NDArray[np.int64]
    normalised: npt.NDArray[np.int64]


class _Kept(dict[int, int | None]):
    """For ``str.translate``: letters, marks and numbers stay. Filled as characters are met."""

    def __missing__(self, point: int) -> int | None:
        is_kept = unicodedata.category(chr(point))[0] in "LMN"
        dropped = not is_kept or any(point in each for each in SELECTORS)
        self[point] = None if dropped else point
        return self[point]


_KEPT = _Kept()


def normalize(text: str) -> str:
    """``text`` in NFKC and lower case, without punctuation, space and symbols.

    Voicing marks stay: が never becomes か. Composed once more at the end, because a mark may have
    come next to its kana only when the space between them was dropped.
    """
    return "".join(map(_normalize_piece, split_into_pieces(text)))


def split_into_pieces(text: str) -> Iterator[str]:
    """``text`` in pieces of PIECE_LENGTH characters or a few more, cut where nothing composes.

    To normalise a book at once takes twelve bytes and more for each of its characters.
    """
    start = 0
    while start + PIECE_LENGTH < len(text):
        found = SAFE_CUT.search(text, start + PIECE_LENGTH, start + 2 * PIECE_LENGTH)
        end = found.start() if found else min(start + 2 * PIECE_LENGTH, len(text))
        yield text[start:end]
        start = end
    yield text[start:]


def _normalize_piece(text: str) -> str:
    kept = unicodedata.normalize("NFKC", text).casefold().translate(_KEPT)
    return unicodedata.normalize("NFC", kept)


class OffsetMap:
    """Where a stretch of ``normalize(text)`` stands in ``text``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._piece, self._clusters = -1, _part_ends([], _normal_length)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in ``text`` of ``normalize(text)[start:end]``, which is not empty."""
        return self._cluster(start)[0], self._cluster(end - 1)[1]

    @cached_property
    def _pieces(self) -> PartEnds:
        return _part_ends(split_into_pieces(self._text), _normal_length)

    def _cluster(self, place: int) -> tuple[int, int]:
        """Start and end of the cluster whose normal text holds ``place``."""
        index, before, offset = _part_at(self._pieces, place)
        if index != self._piece:  # of a book only one piece is taken apart at a time
            piece = self._text[before : self._pieces.written[index]]
            clusters = _part_ends(CLUSTER.findall(piece), _cluster_normal_length)
            self._piece, self._clusters = index, clusters
        number, start, _ = _part_at(self._clusters, place - offset)
        return before + start, before + int(self._clusters.written[number])


def _normal_length(text: str) -> int:
    return len(_normalize_piece(text))


_cluster_normal_length = lru_cache(maxsize=4096)(_normal_length)
"""Texts of one language repeat a few thousand characters."""


def _part_ends(parts: Iterable[str], length: Callable[[str], int]) -> PartEnds:
    lengths = [(len(part), length(part)) for part in parts]
    written, normalised = np.cumsum(np.array(lengths, dtype=np.int64).reshape(-1, 2), axis=0).T
    return PartEnds(written, normalised)


def _part_at(ends: PartEnds, place: int) -> tuple[int, int, int]:
    """The part whose normal text holds ``place``, by index, and what is written and normal before.

    The last one if none does: next to marks that stand alone, clusters may be a little shorter.
    """
    index = int(np.searchsorted(ends.normalised, place, side="right"))
    index = min(index, len(ends.written) - 1)
    if not index:
        return 0, 0, 0
    return index, int(ends.written[index - 1]), int(ends.normalised[index - 1])
