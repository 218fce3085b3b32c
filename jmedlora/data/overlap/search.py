"""The search: from passages to hits, a block at a time and a long text in overlapping windows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from jmedlora.data.overlap.candidates import CandidateFilter, Candidates
from jmedlora.data.overlap.input_files import Passage
from jmedlora.data.overlap.normalize import OffsetMap, normalize
from jmedlora.data.overlap.parts import PartSearch, RunIndex
from jmedlora.data.overlap.sought_questions import Pattern, SoughtQuestion, Way, make_patterns
from jmedlora.data.overlap.thresholds import Thresholds
from jmedlora.data.overlap.verify import Match, Verifier
from jmedlora.data.overlap.windows import Window, WindowCutter

BLOCK_CHARACTERS, BLOCK_TEXTS = 50_000, 1_000
"""Searched at once, at most: larger blocks take memory, smaller ones time."""
STRENGTH: dict[Way, int] = {
    "parts": 0,
    "choices": 1,
    "stem": 2,
    "stem+answer": 2,
    "stem+choices": 3,
}
"""Where several patterns find a question in a record, the one of the highest is told."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit:
    """One question found in one record.

    question: its index. way: which pattern found it: with its choices, with its answer, the stem
    alone, the choices alone, or parts. containment: the share of the pattern's 3-grams, 0 to 1;
    for parts of its runs of 13 characters, in the record and its neighbour. ratio: partial ratio of
    pattern and excerpt, 0 to 100. start, end: of the matching excerpt in ``passage.text``.
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


class PassageMatches:
    """What was found in one passage: of each question the best match."""

    def __init__(self) -> None:
        self._best: dict[int, Match] = {}
        self._whole: list[tuple[int, int]] = []

    def add(self, match: Match) -> None:
        """Keeps the match if it is the best of its question."""
        best = self._best.setdefault(match.question, match)
        if _preference(match) > _preference(best):
            self._best[match.question] = match
        if STRENGTH[match.way] >= STRENGTH["stem"]:
            self._whole.append((match.start, match.end))

    def hits(self, passage: Passage) -> Iterator[Hit]:
        """The hits, by question."""
        offsets = OffsetMap(passage.text)
        for question, match in sorted(self._best.items()):
            if STRENGTH[match.way] >= STRENGTH["stem"] or not self._belongs_to_another(match):
                start, end = offsets.original_span(match.start, match.end)
                yield Hit(question, passage, match.way, match.containment, match.ratio, start, end)

    def _belongs_to_another(self, match: Match) -> bool:
        """Whether most of it is a piece of a question that is found here as a whole.

        Many questions share their choices or a phrase with another one.
        """
        least = (match.end - match.start) / 2
        return any(
            min(end, match.end) - max(start, match.start) > least for start, end in self._whole
        )


def _preference(match: Match) -> tuple[int, float, float, int]:
    """The match that is told has the highest one: choices with their stem are the best evidence."""
    return STRENGTH[match.way], match.ratio, match.containment, -match.start


class Search:
    """Looks for ``questions``. It can be used for any number of files."""

    def __init__(self, questions: Sequence[SoughtQuestion], thresholds: Thresholds) -> None:
        self.questions, self.thresholds = questions, thresholds
        self._patterns: list[Pattern] = make_patterns(questions, thresholds)
        texts = [pattern.text for pattern in self._patterns]
        self._windows = WindowCutter.for_longest(max(map(len, texts), default=0))
        shares = [pattern.containment for pattern in self._patterns]
        self._filter = CandidateFilter(texts, shares)
        self._verifier = Verifier(self._patterns, self._filter)
        whole = {each.question: each for each in reversed(self._patterns)}  # its first pattern
        self._runs = RunIndex(list(whole.values()), self._filter, thresholds.parts)

    @property
    def too_short(self) -> list[SoughtQuestion]:
        """The questions that are not looked for, because so little text is found anywhere."""
        sought = {pattern.question for pattern in self._patterns}
        return [each for index, each in enumerate(self.questions) if index not in sought]

    @property
    def only_with_choices_or_answer(self) -> list[SoughtQuestion]:
        """The questions whose stem is not looked for as a whole without choices or answer."""
        sought = {pattern.question for pattern in self._patterns}
        alone = {pattern.question for pattern in self._patterns if pattern.way == "stem"}
        return [self.questions[index] for index in sorted(sought - alone)]

    def find_hits(self, passages: Iterable[Passage]) -> Iterator[Hit]:
        """Each question in each passage of a file once: by the strongest pattern, at its best.

        By passage, then in exam order. No two passages have the same line.
        """
        found: dict[int, PassageMatches] = defaultdict(PassageMatches)
        parts, held = PartSearch(self._runs), list[Passage]()
        for block in _batches(passages, lambda passage: len(passage.text)):
            for line, match in self._matches(block, parts):
                found[line].add(match)
            # The next record may hold the other part of a question in the last one.
            for passage in [*held, *block[:-1]]:
                yield from found.pop(passage.line, PassageMatches()).hits(passage)
            held = block[-1:]
        for passage in held:
            yield from found.pop(passage.line, PassageMatches()).hits(passage)

    def _matches(self, block: Sequence[Passage], parts: PartSearch) -> Iterator[tuple[int, Match]]:
        """What is found in a block: the line of each passage, and the match."""
        windows = (
            (passage, window)
            for passage in block
            for window in self._windows.cut(normalize(passage.text))
        )
        for some in _batches(windows, lambda pair: len(pair[1].text)):
            candidates = self._filter.find_candidates([window.text for _, window in some])
            yield from self._whole_matches(some, candidates)
            yield from parts.find(some, candidates)

    def _whole_matches(
        self, windows: Sequence[tuple[Passage, Window]], candidates: Candidates
    ) -> Iterator[tuple[int, Match]]:
        for text, pattern in zip(
            candidates.texts.tolist(), candidates.patterns.tolist(), strict=True
        ):
            passage, window = windows[text]
            if found := self._verifier.verify(window.text, candidates.grams_of(text), pattern):
                start, end = found.start + window.start, found.end + window.start
                yield passage.line, replace(found, start=start, end=end)


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
