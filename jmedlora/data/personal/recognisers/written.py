"""Recognisers of what is told by how it is written: patterns, each with its confidence."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from jmedlora.data.personal.finding import Kind

LANGUAGE = "ja"
Judge = Callable[[str, int, int, float], float]
"""The confidence of ``text[start:end]``, given that of its pattern; 0 where it is nothing."""
Sort = Callable[[str, int, int], Kind]
"""The kind of ``text[start:end]``."""


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


class TextRecogniser(LocalRecognizer):
    """A recogniser that reads the text alone, which is folded and of bounded length."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        super().__init__(
            supported_entities=[kind.value for kind in kinds], supported_language=LANGUAGE
        )

    def load(self) -> None:
        """Nothing is to be loaded."""

    def analyze(
        self,
        text: str,
        entities: list[str],  # noqa: ARG002 - Presidio names them
        nlp_artifacts: Any = None,  # noqa: ARG002
    ) -> list[RecognizerResult]:
        """What is found in ``text``."""
        return list(self._results(text))

    def _results(self, text: str) -> Iterator[RecognizerResult]:
        raise NotImplementedError


class WrittenRecogniser(TextRecogniser):
    """Finds data by the ways in which it is written.

    Args:
        kind: what is found, unless ``sort`` says another.
        ways: the patterns.
        judge: looks at what a pattern found, and at what stands beside it.
        sort: tells kinds apart.

    """

    def __init__(
        self,
        kind: Kind,
        ways: Sequence[Written],
        judge: Judge | None = None,
        sort: Sort | None = None,
    ) -> None:
        self.kind, self.ways = kind, ways
        self.judge, self.sort = judge, sort
        super().__init__([kind])

    def _results(self, text: str) -> Iterator[RecognizerResult]:
        for way in self.ways:
            for match in way.pattern.finditer(text):
                place = match.span("value")
                sure = self.judge(text, *place, way.confidence) if self.judge else way.confidence
                kind = self.sort(text, *place) if self.sort else self.kind
                if sure:
                    yield RecognizerResult(kind.value, *place, sure)
