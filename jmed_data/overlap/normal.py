"""Text as it is compared: without what copies change first, and never split on white space."""

import re
import unicodedata
from functools import cached_property

import numpy as np

CLUSTER = re.compile(r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
"""A character with the marks that belong to it, such as the voicing mark of half-width katakana."""
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""They choose between two forms of the same kanji, which stays the same word."""


class _Kept(dict[int, int | None]):
    """For ``str.translate``: letters, marks and numbers stay. Filled as characters are met."""

    def __missing__(self, point: int) -> int | None:
        is_kept = unicodedata.category(chr(point))[0] in "LMN"
        dropped = not is_kept or any(point in each for each in SELECTORS)
        self[point] = None if dropped else point
        return self[point]


_KEPT = _Kept()


def normal(text: str) -> str:
    """``text`` in NFKC and lower case, without punctuation, space and symbols.

    Voicing marks stay: が never becomes か. Composed once more at the end, because a mark may have
    come next to its kana only when the space between them was dropped.
    """
    kept = unicodedata.normalize("NFKC", text).casefold().translate(_KEPT)
    return unicodedata.normalize("NFC", kept)


class Places:
    """Where a stretch of ``normal(text)`` stands in ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """For each cluster, where it ends: in the text, and in the normal text."""
        clusters = CLUSTER.findall(self.text)
        written = np.cumsum([len(each) for each in clusters], dtype=np.int64)
        return written, np.cumsum([len(normal(each)) for each in clusters], dtype=np.int64)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in ``text`` of ``normal(text)[start:end]``, which is not empty."""
        written, normalised = self._ends
        first = int(np.searchsorted(normalised, start, side="right"))
        last = min(int(np.searchsorted(normalised, end, side="left")), len(written) - 1)
        return (int(written[first - 1]) if first else 0), int(written[last])
