"""Recognisers of what is told by how it is written: patterns, each with its confidence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from jmedlora.data.personal.finding import Kind

LANGUAGE = "ja"


@dataclass(frozen=True, slots=True)
class Written:
    """A way of writing something.

    Attributes:
        pattern: a regular expression whose group ``value`` is what is found.
        confidence: how sure it is, from above 0 to 1.

    """

    pattern: re.Pattern[str]
    confidence: float


def written(pattern: str, confidence: float) -> Written:
    """A way of writing, whose letters may have either case."""
    return Written(re.compile(pattern, re.IGNORECASE), confidence)


class WrittenRecogniser(LocalRecognizer):
    """Finds one kind of data by the ways in which it is written."""

    def __init__(self, kind: Kind, ways: Sequence[Written]) -> None:
        self.ways = ways
        super().__init__(supported_entities=[kind.value], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing is to be loaded."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None
    ) -> list[RecognizerResult]:
        """What is found in ``text``, folded, of bounded length."""
        return list(self._results(text))

    def _results(self, text: str) -> Iterator[RecognizerResult]:
        for way in self.ways:
            for match in way.pattern.finditer(text):
                start, end = match.span("value")
                confidence = self.judge(text, start, end, way.confidence)
                if confidence:
                    yield RecognizerResult(self.kind_of(text, start, end), start, end, confidence)

    def judge(self, text: str, start: int, end: int, confidence: float) -> float:
        """The confidence of ``text[start:end]`` among its neighbours: 0 where it is none."""
        return confidence

    def kind_of(self, text: str, start: int, end: int) -> str:
        """The kind of ``text[start:end]``."""
        return self.supported_entities[0]
