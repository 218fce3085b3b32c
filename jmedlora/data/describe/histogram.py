"""Lengths as bars of block characters, for a terminal of 80 columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count as counting
from itertools import pairwise
from math import ceil

WIDTH = 80
BARS = 8
"""About so many bars, and one for what is longer."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
ASCII = " #"
"""The same for a terminal that has no block characters: full columns only."""


@dataclass(frozen=True, slots=True)
class Bin:
    """How many lengths are from ``low`` to ``high``, both included; no ``high``: and more."""

    low: int
    high: int | None
    count: int


def make_bins(lengths: Sequence[int], limit: int | None = None) -> list[Bin]:
    """Bins of one width, from 1 on, and one for the rest.

    With a ``limit`` that some exceed, the rest is what exceeds it; else, if it has any, the longest
    1 %. [] without lengths.
    """
    if not lengths:
        return []
    longest = max(lengths)
    if limit and longest > limit:
        width, last = ceil(limit / BARS), limit
    else:
        most = longest if limit else sorted(lengths)[ceil(0.99 * len(lengths)) - 1]
        width = _round_up(most / BARS)
        last = min(ceil(most / width) * width, limit or most + width)
    edges = [*range(0, last, width), last]
    found = [
        Bin(low + 1, high, sum(low < length <= high for length in lengths))
        for low, high in pairwise(edges)
    ]
    rest = sum(length > last for length in lengths)
    return [*found, Bin(last + 1, None, rest)] if rest else found


def draw_bars(found: Sequence[Bin], *, encoding: str = "utf-8", width: int = WIDTH) -> list[str]:
    """A line for each bin, ``width`` columns at most: its range, a bar, its count.

    The longest bar fills the room; a bin that is not empty has a trace at least.
    """
    if not found:
        return []
    marks = EIGHTHS if _can_encode(encoding) else ASCII
    lows, highs = len(f"{found[-1].low}"), max(len(f"{each.high or ''}") for each in found)
    labels = [_label(each, lows, highs) for each in found]
    counts = [f"{each.count}" for each in found]
    longest = max(map(len, labels))
    room = width - longest - max(map(len, counts)) - 4
    most = max(each.count for each in found)
    return [
        f"  {label:<{longest}} {_bar(each.count / most, room, marks)} {count}"
        for label, each, count in zip(labels, found, counts, strict=True)
    ]


def _round_up(width: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 … that is at least ``width``."""
    steps = (step * 10**power for power in counting() for step in (1, 2, 5))
    return next(step for step in steps if step >= width)


def _label(each: Bin, lows: int, highs: int) -> str:
    if each.high is None:
        return f"{each.low:>{lows}} or more"
    return f"{each.low:>{lows}} to {each.high:>{highs}}"


def _bar(share: float, room: int, marks: str) -> str:
    steps = len(marks) - 1
    length = ceil(share * room * steps)
    full, part = divmod(length, steps)
    return marks[-1] * full + (marks[part] if part else "")


def _can_encode(encoding: str) -> bool:
    try:
        EIGHTHS.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
