"""Finding labels that are joined to a list ("a, c", "「a」と「c」") in a normalized text.

Every place is looked at once: a list that begins within another ends where that does.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jmed_metrics.ahead import Ahead
from jmed_metrics.letter_patterns import TAKEN_BACK, Around, Grammar


class Span(NamedTuple):
    """A list of labels: where it begins and ends in the text."""

    start: int
    end: int


def is_list(grammar: Grammar, text: str, *, remarks: bool) -> bool:
    """Whether all of ``text`` is one list; ``remarks``: also with brackets behind the labels."""
    gaps = (grammar.gap, grammar.remarked_gap) if remarks else (grammar.gap,)
    last = grammar.remarked_last if remarks else grammar.last
    first = grammar.first.match(text)
    places = [first.end()] if first else []
    seen = set(places)
    while places:
        place = places.pop()
        if last.fullmatch(text, place):
            return True
        further = {found.end() for gap in gaps if (found := gap.match(text, place))}
        places += further - seen
        seen |= further
    return False


class Lists:
    """The lists of labels in a text."""

    def __init__(self, grammar: Grammar, text: str) -> None:
        self._grammar, self._text = grammar, text
        self._taken_back = Ahead(TAKEN_BACK, text)
        self._ends: dict[int, int] = {}

    def between(self, around: Around) -> Iterator[Span]:
        """Those that stand between the patterns ``around`` (before, behind), in order."""
        before, behind = around
        followed: dict[int, bool] = {}
        end = 0
        for start in before.finditer(self._text):
            first = self._grammar.one.match(self._text, start.end())
            if not first or first.start() < end:
                continue
            place = self._end(first.end())
            if place not in followed:
                followed[place] = self._is_followed(place, behind)
            if followed[place]:
                end = place
                yield Span(first.start(), end)

    def _end(self, place: int) -> int:
        """Where the list ends whose first label ends at ``place``."""
        passed = []
        while place not in self._ends:
            passed.append(place)
            further = self._grammar.further.match(self._text, place)
            if not further:
                break
            place = further.end()
        end = self._ends.get(place, place)
        self._ends.update(dict.fromkeys(passed, end))
        return end

    def _is_followed(self, place: int, behind: re.Pattern[str]) -> bool:
        found = behind.match(self._text, place)
        return bool(found) and not (found["claim"] and self._taken_back.holds(found.end()))
