"""Long texts in overlapping pieces: in a whole book nearly every 3-gram occurs somewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

EDITS = 1.25
"""How much longer a copy may be than the question, through what was inserted."""
SHORTEST = 500
"""Characters of a window at least: smaller ones only cost time."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a text. start: its place in the whole text."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Windows:
    """How texts are cut. overlap: characters that two neighbours share. size: those of a window.

    Whatever is no longer than ``overlap`` stands whole in one window.
    """

    overlap: int
    size: int

    @classmethod
    def of(cls, longest: int) -> "Windows":
        """Windows for questions of at most ``longest`` characters."""
        overlap = int(longest * EDITS)
        return cls(overlap, max(2 * overlap, SHORTEST))

    def cut(self, text: str) -> Iterator[Window]:
        """The windows of ``text``, in order; a text that fits is one."""
        start = 0
        while start + self.size < len(text):
            yield Window(start, text[start : start + self.size])
            start += self.size - self.overlap
        yield Window(start, text[start:])
