"""The lines of a text and what begins them, looked up once for all the labels in it."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from jmed_metrics.ahead import Ahead
from jmed_metrics.letter_lists import Span
from jmed_metrics.letter_patterns import AROUND_TEXT, OPINION, Grammar

AROUND = re.compile(f"[{re.escape(AROUND_TEXT)}]*+")
FULL_STOPS = " 。.!"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines from one on that all begin with a label.

    letters: the labels, each once, in order. stated: nothing or the text of its choice stands
    behind each. may_state: behind one of them, even if it was cut off. is_opinion: what stands
    behind the first says what is thought of the choice.
    """

    letters: tuple[str, ...]
    stated: bool
    may_state: bool
    is_opinion: bool


class Page:
    """A normalized text by lines; ``offered`` are the texts of the choices by their labels."""

    def __init__(self, grammar: Grammar, text: str, offered: Mapping[str, str]) -> None:
        self.grammar, self.text, self.offered = grammar, text, offered
        self.lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self._ahead: dict[re.Pattern[str], Ahead] = {}

    def line_at(self, place: int) -> int:
        """The number of the line, from 0, that holds ``place``."""
        return bisect_right(self._starts, place) - 1

    def is_ahead(self, pattern: re.Pattern[str], place: int) -> bool:
        """Whether what ``pattern`` seeks stands ahead of ``place``; see ``Ahead``."""
        if pattern not in self._ahead:
            self._ahead[pattern] = Ahead(pattern, self.text)
        return self._ahead[pattern].holds(place)

    def fills_line(self, found: Span) -> bool:
        """Whether ``found`` stands on its line by itself."""
        first, _ = self._without_stops[self.line_at(found.start)]
        _, last = self._without_stops[self.line_at(found.end)]
        return found.start <= first and last <= found.end

    def begins_line(self, place: int) -> bool:
        """Whether nothing but brackets and the like stands before ``place`` on its line."""
        return place <= self._texts[self.line_at(place)][0]

    def is_stated(self, place: int) -> bool:
        """Whether at ``place`` stands a label and on its line nothing else or its text."""
        return bool(self.grammar.bare.match(self.text, place)) or self.has_text(place)

    def has_text(self, place: int) -> bool:
        """Whether at ``place`` stands a label and on its line the text of its choice."""
        label, text = self._headed(place)
        return bool(text) and text == self.offered.get(label)

    def may_state(self, place: int) -> bool:
        """Whether at ``place`` stands a label with nothing or its text, even if cut off."""
        label, text = self._headed(place)
        return bool(label) and self.offered.get(label, "").startswith(text)

    @cached_property
    def headings(self) -> set[str]:
        """The labels that fill a line or have nothing but a bracket behind them."""
        return {found[1] for line in self.lines if (found := self.grammar.heading.fullmatch(line))}

    @cached_property
    def blocks(self) -> list[Block | None]:
        """For each line the block that begins there; None if it does not begin with a label."""
        blocks: list[Block | None] = [None]
        for number in reversed(range(len(self.lines))):
            blocks.append(self._block(number, blocks[-1]))
        return blocks[:0:-1]

    def block_below(self, place: int) -> Block | None:
        """The block right below the line that holds ``place``."""
        below = self.line_at(place) + 1
        return self.blocks[below] if below < len(self.blocks) else None

    def _block(self, number: int, below: Block | None) -> Block | None:
        line, start = self.lines[number], self._starts[number]
        found = self.grammar.line.fullmatch(line)
        if not found:
            return None
        letters = dict.fromkeys((found[1], *(below.letters if below else ())))
        return Block(
            letters=tuple(letters),
            stated=self.is_stated(start) and (not below or below.stated),
            may_state=self.may_state(start) or bool(below and below.may_state),
            is_opinion=bool(OPINION.search(line)),
        )

    def _headed(self, place: int) -> tuple[str, str]:
        """The label at ``place`` and what stands behind it on its line, as far as a text can go.

        No more than one character of what is longer than all texts is returned with it.
        """
        found = self.grammar.head.match(self.text, place)
        if not found:
            return "", ""
        start = AROUND.match(self.text, found.end()).end()
        _, end = self._texts[self.line_at(place)]
        return found[1], self.text[start : min(end, start + self._most + 1)]

    @cached_property
    def _most(self) -> int:
        return max(map(len, self.offered.values()), default=0)

    @cached_property
    def _texts(self) -> list[tuple[int, int]]:
        return self._stripped(AROUND_TEXT)

    @cached_property
    def _without_stops(self) -> list[tuple[int, int]]:
        return self._stripped(FULL_STOPS)

    def _stripped(self, characters: str) -> list[tuple[int, int]]:
        """Where each line begins and ends without the ``characters`` at its ends."""
        return [
            (start + len(line) - len(line.lstrip(characters)), start + len(line.rstrip(characters)))
            for start, line in zip(self._starts, self.lines, strict=False)
        ]
