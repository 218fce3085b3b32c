"""The part of an answer that a person has to see: where it was read, or how it begins and ends."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

LONGEST = 600
"""Characters of an answer that are shown."""
LONGEST_THINKING = 300
"""Characters of the thinking that are shown: its end."""
BEGINNING = 150
"""Characters of the beginning of an answer whose line is not known: some models answer first."""
FOLLOWING = 200
"""Characters behind the line that was read."""
LAST_LINES, FIRST_LINES = 50, 10
"""In how many lines the one that was read is looked for."""
CUT = "…"


class Excerpt(NamedTuple):
    """A part of a text. read: the line in it that was read; "" where that is not known.

    "…" stands where something is left out.
    """

    before: str
    read: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        return f"{self.before}{self.read}{self.after}"


def excerpt(answer: str, is_read: Callable[[str], bool]) -> Excerpt:
    """At most LONGEST characters of ``answer``, without blanks around it, and "…".

    is_read: whether a line by itself reads as the whole answer does.
    """
    answer = answer.strip()
    for start, end in _candidates(answer):
        if is_read(answer[start:end]):
            return _around(answer, start, end)
    if len(answer) <= LONGEST:
        return Excerpt(answer)
    return Excerpt(f"{answer[:BEGINNING]}{CUT}\n{ending(answer, LONGEST - BEGINNING)}")


def ending(text: str, longest: int) -> str:
    """The last ``longest`` characters of ``text``, and "…" where something is left out."""
    text = text.strip()
    return text if len(text) <= longest else f"{CUT}{text[-longest:]}"


def _candidates(answer: str) -> Iterator[tuple[int, int]]:
    """Where lines that may be the one that was read start and end: the last ones, last first."""
    lines = list(_lines(answer))
    rest = len(lines) - LAST_LINES
    for start, end in [*lines[-LAST_LINES:][::-1], *lines[: max(0, min(FIRST_LINES, rest))]]:
        if 0 < end - start <= LONGEST - FOLLOWING:
            yield start, end


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _around(answer: str, start: int, end: int) -> Excerpt:
    """The line from ``start`` to ``end`` with what stands before and behind it."""
    stop = min(len(answer), end + FOLLOWING)
    begin = max(0, stop - LONGEST)
    before, after = answer[begin:start], answer[end:stop]
    return Excerpt(
        before=f"{CUT}{before}" if begin else before,
        read=answer[start:end],
        after=f"{after}{CUT}" if stop < len(answer) else after,
    )
