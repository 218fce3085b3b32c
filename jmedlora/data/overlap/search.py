"""The search: from passages to hits, a block at a time and a long text in overlapping windows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from jmedlora.data.overlap.candidates import CandidateFilter
from jmedlora.data.overlap.input_files import Passage
from jmedlora.data.overlap.normalize import OffsetMap, normalize
from jmedlora.data.overlap.sought_questions import Pattern, SoughtQuestion, Way, make_patterns
from jmedlora.data.overlap.thresholds import INSERTION_FACTOR, Thresholds
from jmedlora.data.overlap.verify import Match, Verifier

BLOCK_CHARACTERS, BLOCK_TEXTS = 50_000, 1_000
"""Searched at once, at most: larger blocks take memory, smaller ones time."""
SHORTEST_WINDOW = 500
"""Characters of a window at least: smaller ones only cost time."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a text. start: its place in the whole text."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class WindowCutter:
    """Cuts texts, because in a whole book nearly every 3-gram occurs somewhere.

    overlap: characters that two neighbours share. size: those of a window. Whatever is no longer
    than ``overlap`` stands whole in one window.
    """

    overlap: int
    size: int

    @classmethod
    def for_longest(cls, longest: int) -> "WindowCutter":
        """The cutter for patterns of at most ``longest`` characters."""
        overlap = int(longest * INSERTION_FACTOR)
        return cls(overlap, max(2 * overlap, SHORTEST_WINDOW))

    def cut(self, text: str) -> Iterator[Window]:
        """The windows of ``text``, in order; a text that fits is one."""
        start = 0
        while start + self.size < len(text):
            yield Window(start, text[start : start + self.size])
            start += self.size - self.overlap
        yield Window(start, text[start:])


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

    def __init__(self, questions: Sequence[SoughtQuestion], thresholds: Thresholds) -> None:
        self.questions, self.thresholds = questions, thresholds
        self._patterns: list[Pattern] = make_patterns(questions, thresholds)
        texts = [pattern.text for pattern in self._patterns]
        self._windows = WindowCutter.for_longest(max(map(len, texts), default=0))
        self._filter = CandidateFilter(texts, thresholds.containment)
        self._verifier = Verifier(self._patterns, self._filter)

    @property
    def too_short(self) -> list[SoughtQuestion]:
        """The questions that are not looked for, because so little text is found anywhere."""
        sought = {pattern.question for pattern in self._patterns}
        return [each for index, each in enumerate(self.questions) if index not in sought]

    @property
    def only_with_choices_or_answer(self) -> list[SoughtQuestion]:
        """The questions that are looked for only with their choices or their answer."""
        sought = {pattern.question for pattern in self._patterns}
        alone = {pattern.question for pattern in self._patterns if pattern.way == "stem"}
        return [self.questions[index] for index in sorted(sought - alone)]

    def find_hits(self, passages: Iterable[Passage]) -> Iterator[Hit]:
        """Each question in each passage once: with its choices if they are there, at its best.

        By passage, then in exam order.
        """
        for block in _batches(passages, lambda passage: len(passage.text)):
            yield from self._search_block(block)

    def _search_block(self, block: Sequence[Passage]) -> Iterator[Hit]:
        windows = (
            (index, window)
            for index, passage in enumerate(block)
            for window in self._windows.cut(normalize(passage.text))
        )
        best: dict[tuple[int, int], Match] = {}
        for part in _batches(windows, lambda numbered: len(numbered[1].text)):
            for index, match in self._matches(part):
                key = index, self._patterns[match.pattern].question
                if key not in best or self._preference(match) > self._preference(best[key]):
                    best[key] = match
        offset_maps: dict[int, OffsetMap] = {}
        for (index, question), match in sorted(best.items(), key=lambda each: each[0]):
            offsets = offset_maps.setdefault(index, OffsetMap(block[index].text))
            yield self._hit(question, block[index], match, offsets)

    def _matches(self, part: Sequence[tuple[int, Window]]) -> Iterator[tuple[int, Match]]:
        """What is found in some windows: the index of each one's passage, and the match."""
        candidates = self._filter.find_candidates([window.text for _, window in part])
        for text, pattern in zip(
            candidates.texts.tolist(), candidates.patterns.tolist(), strict=True
        ):
            index, window = part[text]
            if found := self._verifier.verify(window.text, candidates.grams_of(text), pattern):
                start, end = found.start + window.start, found.end + window.start
                yield index, Match(pattern, found.containment, found.ratio, start, end)

    def _preference(self, match: Match) -> tuple[bool, float, float, int]:
        """The match that is told has the highest one: choices are the stronger evidence."""
        has_choices = self._patterns[match.pattern].way == "stem+choices"
        return has_choices, match.ratio, match.containment, -match.start

    def _hit(self, question: int, passage: Passage, match: Match, offsets: OffsetMap) -> Hit:
        start, end = offsets.original_span(match.start, match.end)
        way = self._patterns[match.pattern].way
        return Hit(question, passage, way, match.containment, match.ratio, start, end)


def _batches(items: Iterable[T], length: Callable[[T], int]) -> Iterator[list[T]]:
    """Lists of about BLOCK_CHARACTERS, and of BLOCK_TEXTS at most; a longer item ends its list."""
    batch: list[T] = []
    size = 0
    for each in items:
        batch.append(each)
        size += length(each)
        if size >= BLOCK_CHARACTERS or len(batch) >= BLOCK_TEXTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
