"""An audit: how many answers are of each kind, and the entries that are shown of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jmed_metrics.examination import mark_record
from jmed_metrics.thinking import split_thinking
from jmedlora.core.errors import LONGEST_NAME, shortened
from jmedlora.core.jsonl import Record
from jmedlora.exams.schema import LETTERS
from jmedlora.report.audit.excerpt import LONGEST_THINKING, Excerpt, ending, excerpt
from jmedlora.report.audit.readings import KINDS, Reading, reread
from jmedlora.report.audit.samples import Answered, read_answers
from jmedlora.report.audit.sources import Source

LONGEST_QUESTION = 2000
"""Characters of a question that are shown, and of each of its choices."""
LONGEST_GOLD = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer as it is shown.

    place: among all of its source. file, line, sample: as in ``Answered``. gold: the correct
    answer, in words. chosen: what was read, "" if nothing. length, thought: characters of all that
    the model wrote, and of the thinking in it. choices: label and text of each.
    """

    place: int
    file: Path
    line: int | None
    sample: int | None
    problem_id: str
    reading: Reading
    gold: str
    length: int
    thought: int
    answer: Excerpt
    thinking: str
    question: str
    choices: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """The question, and which of several answers to it this is."""
        return f"{self.problem_id}, sample {self.sample}" if self.sample else self.problem_id

    @property
    def chosen(self) -> str:
        return ", ".join(self.reading.mark.chosen)

    @property
    def right(self) -> bool:
        return self.reading.mark.correct


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one kind: all ``count`` of them, or a part spread evenly over the run."""

    kind: str
    count: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """The readings of one task of one run. counts: by kind; a changed one is in two."""

    source: Source
    total: int
    counts: Mapping[str, int]
    sections: tuple[Section, ...]


def audit(source: Source, kinds: Collection[str], *, limit: int | None, read: int) -> Audit:
    """The readings of ``source``, with entries of ``kinds``, in the order of KINDS.

    limit: most entries of a kind, None for all. read: how many answers that were read are shown.
    The samples are read twice, one at a time. Raises FileError and ResultsError.
    """
    readings = [reread(each) for each in read_answers(source)]
    places = _by_kind(readings)
    shown = {
        kind: spread(places[kind], read if kind == "read" else limit)
        for kind in KINDS
        if kind in kinds
    }
    wanted = {place for each in shown.values() for place in each}
    entries = {
        place: _entry(place, each, readings[place])
        for place, each in enumerate(read_answers(source))
        if place in wanted
    }
    return Audit(
        source=source,
        total=len(readings),
        counts={kind: len(places[kind]) for kind in KINDS},
        sections=tuple(
            Section(kind, len(places[kind]), tuple(entries[place] for place in each))
            for kind, each in shown.items()
        ),
    )


def _by_kind(readings: Sequence[Reading]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, reading in enumerate(readings):
        for kind in reading.kinds:
            places[kind].append(place)
    return places


def spread(places: Sequence[int], most: int | None) -> list[int]:
    """At most ``most`` of ``places``, as far apart as can be: always the same ones."""
    if most is None or len(places) <= most:
        return list(places)
    return [places[number * len(places) // most] for number in range(most)]


def _entry(place: int, answered: Answered, reading: Reading) -> Entry:
    """What is shown of ``answered``: of long texts parts."""
    thought, doc = split_thinking(answered.text), answered.doc

    def reads_alike(line: str) -> bool:
        chosen = reading.mark.chosen
        return bool(chosen) and mark_record(doc, line).chosen == chosen

    return Entry(
        place=place,
        file=answered.file,
        line=answered.line,
        sample=answered.sample,
        problem_id=shortened(answered.problem_id, LONGEST_NAME),
        reading=reading,
        gold=_gold(doc),
        length=len(answered.text),
        thought=len(thought.thinking),
        answer=excerpt(thought.answer, reads_alike),
        thinking=ending(thought.thinking, LONGEST_THINKING),
        question=shortened(_question(doc), LONGEST_QUESTION),
        choices=tuple(
            (label, shortened(text, LONGEST_QUESTION))
            for label, text in zip(LETTERS, doc["choices"], strict=False)
        ),
    )


def _question(doc: Record) -> str:
    """The question as it was asked: the case that it belongs to comes first."""
    case = doc.get("case")
    return f"{case}\n\n{doc['question']}" if isinstance(case, str) and case else doc["question"]


def _gold(doc: Record) -> str:
    if doc.get("every_answer_right"):
        return "any answer"
    accepted = doc.get("accepted") or [doc["answer"]]
    return shortened(" or ".join(", ".join(each) for each in accepted), LONGEST_GOLD)
