"""The search: from passages to hits, a block at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from jmedlora.data.overlap.candidates import Sieve
from jmedlora.data.overlap.normalize import Places, normal
from jmedlora.data.overlap.questions import Pattern, Sought, Way, patterns
from jmedlora.data.overlap.stream import Passage
from jmedlora.data.overlap.thresholds import Thresholds
from jmedlora.data.overlap.verify import Finding, Judge
from jmedlora.data.overlap.windows import Window, Windows

BLOCK, MOST = 50_000, 1_000
"""Characters and texts that are sifted at once: larger blocks take memory, smaller ones time."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit:
    """One question found in one record.

    question: its index. way: with its choices, with its answer, or the stem alone. containment: the
    share of its 3-grams, 0 to 1. ratio: partial ratio, 0 to 100. start, end: of the matching
    excerpt in ``passage.text``.
    """

    question: int
    passage: Passage
    way: Way
    containment: float
    ratio: float
    start: int
    end: int

    @property
    def excerpt(self) -> str:
        """The part of the record that is like the question."""
        return self.passage.text[self.start : self.end]


class Search:
    """Looks for ``questions``. It can be used for any number of files."""

    def __init__(self, questions: Sequence[Sought], thresholds: Thresholds) -> None:
        self.questions, self.thresholds = questions, thresholds
        self._patterns: list[Pattern] = patterns(questions, thresholds)
        texts = [pattern.text for pattern in self._patterns]
        self._windows = Windows.of(max(map(len, texts), default=0))
        self._sieve = Sieve(texts, thresholds.containment)
        self._judge = Judge(self._patterns, self._sieve)

    @property
    def too_short(self) -> list[Sought]:
        """The questions that are not looked for, because so little text is found anywhere."""
        sought = {pattern.question for pattern in self._patterns}
        return [each for index, each in enumerate(self.questions) if index not in sought]

    @property
    def not_alone(self) -> list[Sought]:
        """The questions that are looked for only with their choices or their answer."""
        sought = {pattern.question for pattern in self._patterns}
        alone = {pattern.question for pattern in self._patterns if pattern.way == "stem"}
        return [self.questions[index] for index in sorted(sought - alone)]

    def hits(self, passages: Iterable[Passage]) -> Iterator[Hit]:
        """Each question in each passage once: with its choices if they are there, at its best.

        By passage, then in exam order.
        """
        for block in _batches(passages, lambda passage: len(passage.text)):
            yield from self._in_block(block)

    def _in_block(self, block: Sequence[Passage]) -> Iterator[Hit]:
        windows = (
            (index, window)
            for index, passage in enumerate(block)
            for window in self._windows.cut(normal(passage.text))
        )
        best: dict[tuple[int, int], Finding] = {}
        for part in _batches(windows, lambda numbered: len(numbered[1].text)):
            for index, finding in self._findings(part):
                key = index, self._patterns[finding.pattern].question
                if key not in best or self._rank(finding) > self._rank(best[key]):
                    best[key] = finding
        places: dict[int, Places] = {}
        for (index, question), finding in sorted(best.items(), key=lambda each: each[0]):
            where = places.setdefault(index, Places(block[index].text))
            yield self._hit(question, block[index], finding, where)

    def _findings(self, part: Sequence[tuple[int, Window]]) -> Iterator[tuple[int, Finding]]:
        """What is found in some windows: the index of each one's passage, and the finding."""
        sifted = self._sieve.sift([window.text for _, window in part])
        for text, pattern in zip(sifted.texts.tolist(), sifted.patterns.tolist(), strict=True):
            index, window = part[text]
            if found := self._judge.judge(window.text, sifted.of(text), pattern):
                start, end = found.start + window.start, found.end + window.start
                yield index, Finding(pattern, found.containment, found.ratio, start, end)

    def _rank(self, finding: Finding) -> tuple[bool, float, float, int]:
        """What the finding to tell is highest in: its choices are the stronger evidence."""
        has_choices = self._patterns[finding.pattern].way == "stem+choices"
        return has_choices, finding.ratio, finding.containment, -finding.start

    def _hit(self, question: int, passage: Passage, finding: Finding, places: Places) -> Hit:
        start, end = places.original(finding.start, finding.end)
        way = self._patterns[finding.pattern].way
        return Hit(question, passage, way, finding.containment, finding.ratio, start, end)


def _batches(all_of_them: Iterable[T], length: Callable[[T], int]) -> Iterator[list[T]]:
    """Lists of about BLOCK characters, a longer one ending its list, and of MOST at most."""
    batch: list[T] = []
    size = 0
    for each in all_of_them:
        batch.append(each)
        size += length(each)
        if size >= BLOCK or len(batch) >= MOST:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
