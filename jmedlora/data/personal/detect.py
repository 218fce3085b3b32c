"""Finds personal data in a text, offline, in a time that grows with its length only."""

from collections.abc import Iterator

from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.folded_text import fold
from jmedlora.data.personal.ginza_engine import analyzer
from jmedlora.data.personal.recognisers import all_recognisers
from jmedlora.data.personal.settle import settle

WINDOW = 3000
"""Characters looked at together. Sudachi takes at most 49,149 bytes: 12,000 characters."""
MARGIN = 200
"""Characters before and behind a window that are looked at with it: what begins in a window is
found as far as its margin goes."""


class Detector:
    """Finds personal data. It takes some seconds and 1 GB to make one, so make one only."""

    def __init__(self) -> None:
        """Loads GiNZA. To import this module takes Presidio; see search.open_finder."""
        self._analyzer = analyzer(all_recognisers())

    def find(self, text: str) -> list[Finding]:
        """The personal data in ``text``, sorted by place, none overlapping another.

        Any text will do: of megabytes, with NUL or half surrogate pairs in it, or empty.
        """
        folded = fold(text)
        found = settle(self._reported(folded.text), folded.text)
        return [
            Finding(*folded.original(each.start, each.end), each.kind, each.confidence)
            for each in found
        ]

    def _reported(self, text: str) -> Iterator[Finding]:
        for begin in range(0, len(text), WINDOW):
            first = max(begin - MARGIN, 0)
            window = text[first : begin + WINDOW + MARGIN]
            for each in self._analyzer.analyze(window, "ja") if window.strip() else []:
                start = first + each.start
                if begin <= start < begin + WINDOW:
                    yield Finding(start, first + each.end, Kind(each.entity_type), each.score)
