"""Which questions of an examination stand in earlier ones: examiners use questions again.

Who trains on published examinations has then seen a part of the next one. The search is that of
``jmed-data overlap``, with its default thresholds: it finds copies and near-copies, not questions
that ask the same in other words.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.display import counted
from jmedlora.data.overlap.input_files import Passage
from jmedlora.data.overlap.search import Hit, Search
from jmedlora.data.overlap.sought_questions import SoughtQuestion
from jmedlora.data.overlap.thresholds import Thresholds
from jmedlora.exams.cache import MissingDataError
from jmedlora.exams.description import shipped
from jmedlora.exams.examination import Examination, load_examinations
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.registry import load_exam
from jmedlora.exams.schema import Question
from jmedlora.report.render.plain_sheet import PlainSheet, name
from jmedlora.report.render.sheet import printable

WITH_STEM = ("stem+choices", "stem+answer", "stem")
"""The ways of a hit that are a question: choices alone may belong to another one."""
OTHERS = ("jjsimqa",)
"""Exams beside the national examinations."""
COVERAGE = (
    "It finds copies and near-copies by the search of jmed-data overlap (docs/prepare.md); a "
    "question asked in other words is not."
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question of an earlier exam that is like one of the examination.

    way: what of it was found (stem+choices, stem+answer, stem). containment: the share of the later
    question's 3-grams that it has, 0 to 1. ratio: rapidfuzz's partial ratio, 0 to 100.
    """

    exam: str
    question: Question
    way: str
    containment: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Reused:
    """What was found of one examination.

    found: its questions that stand in earlier exams, in exam order, each with those. searched: the
    earlier exams on this machine. missing: those that are not.
    """

    examination: Examination
    found: tuple[tuple[Question, tuple[Earlier, ...]], ...]
    searched: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Such as "120: 8 of 400 questions stand in earlier examinations"."""
        label = name(self.examination.name)
        if not self.searched:
            return f"{label}: not compared, because no earlier examination is on this machine"
        questions = counted(len(self.examination.questions), "question")
        return f"{label}: {len(self.found)} of {questions} stand in earlier examinations"

    def as_record(self, *, text: bool) -> dict[str, Any]:
        """Plain JSON types; with the text of the questions if asked for."""
        return {
            "exam": self.examination.name,
            "questions": len(self.examination.questions),
            "reused": len(self.found),
            "searched": list(self.searched),
            "missing": list(self.missing),
            "found": [_record(question, earlier, text=text) for question, earlier in self.found],
        }


def find_reused(examination: Examination, own: Sequence[Path] = ()) -> Reused:
    """The questions of ``examination`` that stand in the exams of earlier years on this machine.

    An examination whose year nobody knows, as a user's own may be, is held against all of them.
    own: files with questions of the user's own that are earlier ones, whatever their years.
    Raises FileError for one that cannot be used.
    """
    searched, missing = [each.stem for each in own], []
    earlier = [(each.stem, question) for each in own for question in read_exam(each)]
    for exam in (*shipped(), *OTHERS):
        try:
            questions = [each for each in _questions(exam) if _is_earlier(each, examination)]
        except MissingDataError:
            missing.append(exam)
            continue
        if questions:
            searched.append(exam)
            earlier += [(exam, each) for each in questions]
    found = tuple(_found(examination.questions, earlier))
    later = [exam for exam in missing if _may_be_earlier(exam, examination)]
    return Reused(examination, found, tuple(searched), tuple(later))


def sheets(found: Sequence[Reused], *, text: bool) -> list[PlainSheet]:
    """A table for each examination: what people read."""
    return [_sheet(each, text=text) for each in found]


def _questions(exam: str) -> Sequence[Question]:
    return load_exam(exam).items if exam in OTHERS else load_examinations(exam)[0].questions


def _year(examination: Examination) -> int | None:
    return examination.description.year if examination.description else None


def _is_earlier(question: Question, examination: Examination) -> bool:
    year = _year(examination)
    return year is None or question.year is None or question.year < year


def _may_be_earlier(exam: str, examination: Examination) -> bool:
    year, description = _year(examination), shipped().get(exam)
    known = description.year if description else None
    return year is None or known is None or known < year


def _found(
    questions: Sequence[Question], earlier: Sequence[tuple[str, Question]]
) -> Iterator[tuple[Question, tuple[Earlier, ...]]]:
    search = Search([_sought(each) for each in questions], Thresholds())
    passages = (Passage(line, _text(each)) for line, (_, each) in enumerate(earlier))
    hits: dict[int, list[Hit]] = defaultdict(list)
    for hit in search.find_hits(passages):
        if hit.way in WITH_STEM:
            hits[hit.question].append(hit)
    for index in sorted(hits):
        likest = sorted(hits[index], key=lambda hit: (-hit.ratio, hit.passage.line))
        yield questions[index], tuple(_earlier(hit, *earlier[hit.passage.line]) for hit in likest)


def _sought(question: Question) -> SoughtQuestion:
    answer = tuple(question.choices[index] for index in question.indices)
    return SoughtQuestion(
        question.exam, question.problem_id, question.question, question.choices, answer
    )


def _text(question: Question) -> str:
    """All that stands in the examination: the case, the stem, and the choices, one a line."""
    return "\n".join(filter(None, (question.case, question.question, *question.choices)))


def _earlier(hit: Hit, exam: str, question: Question) -> Earlier:
    return Earlier(exam, question, hit.way, hit.containment, hit.ratio)


def _record(question: Question, earlier: Sequence[Earlier], *, text: bool) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        {
            "exam": each.exam,
            "problem_id": each.question.problem_id,
            "way": each.way,
            "containment": each.containment,
            "ratio": each.ratio,
            **({"text": _text(each.question)} if text else {}),
        }
        for each in earlier
    ]
    told = {"text": _text(question)} if text else {}
    return {"problem_id": question.problem_id, **told, "earlier": found}


def _sheet(found: Reused, *, text: bool) -> PlainSheet:
    headings = ("question", "exam", "earlier question", "found", "of its 3-grams", "ratio")
    rows = [
        (name(question.problem_id), name(each.exam), name(each.question.problem_id), each.way,
         f"{each.containment:.0%}", f"{each.ratio:.0f}")
        for question, earlier in found.found for each in earlier
    ]  # fmt: skip
    notes = [f"Searched: {', '.join(map(name, found.searched))}."] if found.searched else []
    if found.missing:
        data = dict.fromkeys(_published(exam) for exam in found.missing)
        missing = ", ".join(found.missing)
        notes.append(f"Not on this machine: {missing}; run: jmed-data fetch {' '.join(data)}")
    if found.searched:
        notes.append(COVERAGE)
    if text:
        notes += _texts(found)
    return PlainSheet(found.summary, headings, tuple(rows), tuple(notes))


def _published(exam: str) -> str:
    """The published exam that has the questions of an examination."""
    description = shipped().get(exam)
    return description.questions if description else exam


def _texts(found: Reused) -> Iterator[str]:
    for question, earlier in found.found:
        for each in (question, *(each.question for each in earlier)):
            yield f"{name(each.problem_id)}: {printable(_text(each))}"
