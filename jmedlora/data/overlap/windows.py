"""Windows: overlapping pieces of a long text, each of which is searched on its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from jmedlora.data.overlap.thresholds import INSERTION_FACTOR

SHORTEST_WINDOW = 500
"""Characters of a window at least: smaller ones only cost time."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a text. start: its place in the whole text."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class WindowCutter:
    """Cuts texts, because in a whole book nearly every 3-gram occurs somewhere.

    overlap: characters that two neighbours share. size: those of a window. Whatever is no longer
    than ``overlap`` stands whole in one window.
    """

    overlap: int
    size: int

    @classmethod
    def for_longest(cls, longest: int) -> "WindowCutter":
        """The cutter for patterns of at most ``longest`` characters."""
        overlap = int(longest * INSERTION_FACTOR)
        return cls(overlap, max(2 * overlap, SHORTEST_WINDOW))

    def cut(self, text: str) -> Iterator[Window]:
        """The windows of ``text``, in order; a text that fits is one."""
        start = 0
        while start + self.size < len(text):
            yield Window(start, text[start : start + self.size])
            start += self.size - self.overlap
        yield Window(start, text[start:])
