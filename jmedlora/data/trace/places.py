"""Line numbers, kept as ranges: a document may be in a million lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 20
"""Ranges that are written out."""


@dataclass(slots=True)
class Lines:
    """1-based lines of a file, added in ascending order. count: how many."""

    ranges: list[list[int]] = field(default_factory=list)
    count: int = 0

    def add(self, line: int) -> None:
        """Adds ``line``, which is above all that were added before."""
        self.count += 1
        if self.ranges and self.ranges[-1][1] == line - 1:
            self.ranges[-1][1] = line
        else:
            self.ranges.append([line, line])

    def __iter__(self) -> Iterator[int]:
        """Every line, ascending."""
        return (line for first, last in self.ranges for line in range(first, last + 1))

    def __str__(self) -> str:
        """Such as "1-3, 7"; what is above SHOWN ranges is counted."""
        shown = ", ".join(
            str(first) if first == last else f"{first}-{last}"
            for first, last in self.ranges[:SHOWN]
        )
        rest = len(self.ranges) - SHOWN
        return f"{shown} and {rest} more ranges" if rest > 0 else shown
