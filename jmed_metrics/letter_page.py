"""The lines of a response, and which labels begin them or are all that stands on them."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from jmed_metrics.letter_grammar import AROUND, DISCUSSION, ITEM, OPENS_ANSWER, Grammar

SIGHT = 200
"""How many characters around labels are looked at for what announces them or takes them back."""


class Head(NamedTuple):
    """What begins a line that states or discusses a choice: its label, and all behind that."""

    label: str
    rest: str


class Page:
    """A normalized text by lines; the line below one that ends with a marker is joined to it."""

    def __init__(self, grammar: Grammar, text: str, offered: Mapping[str, str]) -> None:
        self.grammar, self.offered = grammar, offered
        self.lines: list[str] = []
        self.bare: list[list[str]] = []
        """The labels of each line, or of what was joined to it, that is nothing else."""
        is_open = False
        for line in text.split("\n"):
            if is_open:
                self._join(line)
            else:
                self.lines.append(line)
                self.bare.append(self._bare(line))
            is_open = not is_open and self._opens_answer(line)

    def _join(self, line: str) -> None:
        line = ITEM.sub("", line, count=1)
        self.lines[-1] += f": {line}" if self.lines[-1].startswith("#") else f" {line}"
        self.bare[-1] = self._bare(line)

    def _bare(self, line: str) -> list[str]:
        return self.letters(line) if self.grammar.bare.fullmatch(line) else []

    def _opens_answer(self, line: str) -> bool:
        found = OPENS_ANSWER.search(line[-SIGHT:])
        is_heading = line.startswith("#") or bool(found and (found.start() == 0 or found["link"]))
        return found is not None and is_heading and not self.head(line)

    def head(self, line: str) -> Head | None:
        """The label that begins a line or a sentence, if one does."""
        found = self.grammar.head.match(line)
        return Head(found[1], line[found.end(1) :]) if found else None

    @cached_property
    def heads(self) -> list[Head | None]:
        """What begins each line."""
        return [self.head(line) for line in self.lines]

    @cached_property
    def runs(self) -> list[tuple[int, list[str]]]:
        """The labels of bare lines below each other, behind the number of the first one."""
        runs: list[tuple[int, list[str]]] = []
        for number, letters in enumerate(self.bare):
            if letters and number and self.bare[number - 1]:
                runs[-1][1].extend(letters)
            elif letters:
                runs.append((number, [*letters]))
        return [(number, list(dict.fromkeys(letters))) for number, letters in runs]

    @cached_property
    def is_cut(self) -> bool:
        """Whether the last run may be cut off, as it stands below lines on other choices only."""
        number, letters = self.runs[-1] if self.runs else (0, [])
        discussed = {head.label for head in self.heads[:number] if head and head.rest.strip(AROUND)}
        is_discussion = bool(discussed) or any(map(DISCUSSION.search, self.lines[:number]))
        return is_discussion and not discussed.issuperset(letters)

    def sentences(self) -> Iterator[tuple[int, re.Match[str]]]:
        """The sentences, with the numbers of their lines."""
        for number, line in enumerate(self.lines):
            for sentence in re.finditer("[^。]+。?", line):
                yield number, sentence

    def letters(self, found: str) -> list[str]:
        """The labels of a list, without what stands in brackets behind them."""
        return [each[1] for each in self.grammar.one.finditer(found)]

    def below(self, number: int) -> list[Head]:
        """What begins the lines right below a line, as many as there are labels or fewer."""
        end = number + 1
        while end <= number + self.grammar.size and end < len(self.lines) and self.heads[end]:
            end += 1
        return [head for head in self.heads[number + 1 : end] if head]

    def is_stated(self, head: Head) -> bool:
        """Whether the label is followed by nothing or by the text of its choice."""
        return head.rest.strip(AROUND) in ("", self.offered.get(head.label))

    def may_state(self, head: Head) -> bool:
        """The same, even if the text was cut off."""
        return self.offered.get(head.label, "").startswith(head.rest.strip(AROUND))
