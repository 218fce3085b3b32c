"""The hits as one HTML file to look at: no script, nothing loaded, whatever the records hold."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.page_template import page_environment
from jmedlora.data.overlap.search import Hit
from jmedlora.data.overlap.search_report import Report
from jmedlora.data.overlap.sought_questions import SoughtQuestion

MOST_PAIRS, PAIRS_A_QUESTION = 200, 3
"""Pairs that are shown: as many as a browser shows at once, and of one question.

All are in hits.jsonl.
"""
CONTEXT_CHARACTERS = 300
"""Characters of the record that are shown on both sides of the excerpt."""


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A question beside a record. place: "file:line". before, after: what stands around it."""

    question: SoughtQuestion
    place: str
    way: str
    containment: float
    ratio: float
    before: str
    excerpt: str
    after: str

    @classmethod
    def of(cls, hit: Hit, question: SoughtQuestion, file: Path) -> "ShownPair":
        """What the page shows of ``hit``."""
        text, start, end = hit.passage.text, hit.start, hit.end
        before = text[max(0, start - CONTEXT_CHARACTERS) : start]
        after = text[end : end + CONTEXT_CHARACTERS]
        return cls(
            question,
            f"{file}:{hit.passage.line}",
            hit.way,
            hit.containment,
            hit.ratio,
            "…" * (start > CONTEXT_CHARACTERS) + before,
            hit.excerpt,
            after + "…" * (end + CONTEXT_CHARACTERS < len(text)),
        )


@dataclass(frozen=True, slots=True)
class QuestionPairs:
    """What is shown of one question. records: how many hold it in all."""

    question: SoughtQuestion
    records: int
    pairs: Sequence[ShownPair]


class FirstPairs:
    """The first PAIRS_A_QUESTION pairs of each question, for the page."""

    def __init__(self) -> None:
        self._pairs: dict[int, list[ShownPair]] = {}

    def add(self, hit: Hit, question: SoughtQuestion, file: Path) -> None:
        """Keeps the pair if it is among the first of its question."""
        kept = self._pairs.setdefault(hit.question, [])
        if len(kept) < PAIRS_A_QUESTION:
            kept.append(ShownPair.of(hit, question, file))

    def groups(self, records: Callable[[int], int]) -> list[QuestionPairs]:
        """MOST_PAIRS at most, by exam and question: all first ones come before any second one.

        records: in how many records a question, by index, was found.
        """
        ranked = sorted((n, index) for index, kept in self._pairs.items() for n in range(len(kept)))
        shown = Counter(index for _, index in ranked[:MOST_PAIRS])
        return [
            QuestionPairs(self._pairs[index][0].question, records(index), self._pairs[index][:n])
            for index, n in sorted(shown.items())
        ]


def render_page(report: Report, groups: Sequence[QuestionPairs]) -> str:
    """The page, with some of the report's pairs."""
    environment = page_environment("jmedlora.data.overlap")
    template = environment.get_template("overlap.html.jinja")
    shown = sum(len(group.pairs) for group in groups)
    return template.render(report=report, groups=groups, shown=shown)
