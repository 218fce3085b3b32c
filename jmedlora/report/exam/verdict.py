"""The result of an examination: points, pass lines, forbidden choices, verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from jmed_metrics.examination import mark_record
from jmed_metrics.marking import Mark, mark_officially
from jmedlora.exams.description import PassLine
from jmedlora.exams.documents import letters_document, published_answer
from jmedlora.exams.examination import Examination
from jmedlora.exams.readers.igakuqa_notes import Note
from jmedlora.exams.schema import Question
from jmedlora.report.exam.predictions import Prediction

EASY = 70.0
"""Percent of the candidates: what at least so many get right, a candidate should get right."""
PASS, FAIL, INCOMPLETE, UNDECIDED, NONE = "pass", "fail", "incomplete", "undecided", "none"
"""The verdicts. incomplete: questions have no answer. undecided: it fails, but would pass if every
answer that was cut off were right. none: a line is not known, or there is no description."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and the marks of its answer by both rules; None where there is no answer.

    mark: the one of the two that counts. note: None where nothing is published.
    """

    question: Question
    note: Note | None
    default: Mark | None
    official: Mark | None
    mark: Mark | None

    @property
    def correct(self) -> bool:
        """Whether it is answered, and rightly; what is missing is not."""
        return self.mark is not None and self.mark.correct

    @property
    def cut(self) -> bool:
        """Whether the model was cut off before it had answered."""
        return self.mark is not None and self.mark.cut


@dataclass(frozen=True, slots=True)
class Humans:
    """A model beside the candidates, over ``n`` answered questions whose share is published.

    model, candidates: the mean share of right answers, 0 to 1; nan if n is 0.
    """

    n: int
    model: float
    candidates: float


@dataclass(frozen=True, slots=True)
class LineResult:
    """One pass line: the points reached, and what they would be were every cut answer right.

    most: the most points there are.
    """

    name: str
    line: PassLine
    points: float
    best: float
    most: float

    @property
    def missed(self) -> str:
        """In words by what it is missed; "" if it is not, or if nobody knows the line."""
        line = self.line.pass_from
        return (
            "" if line is None or self.points >= line else f"{self.name} {self.points:g} < {line:g}"
        )


@dataclass(frozen=True, slots=True)
class ExamResult:
    """One model's examination: all questions, in order, answered or not."""

    model: str
    examination: Examination
    answers: tuple[Answered, ...]

    @property
    def answered(self) -> int:
        """How many questions have an answer, readable or not."""
        return sum(each.mark is not None for each in self.answers)

    @property
    def correct(self) -> int:
        """How many answers are right."""
        return sum(each.correct for each in self.answers)

    @property
    def points(self) -> float:
        """Points over all sections."""
        return points(self.answers)

    @property
    def max_points(self) -> float:
        """The most points there are."""
        return sum(each.question.points for each in self.answers)

    @property
    def lines(self) -> dict[str, LineResult]:
        """The pass lines by name; {} without a description."""
        description = self.examination.description
        named = description.lines.items() if description else ()
        return {name: self._line(name, line) for name, line in named}

    def _line(self, name: str, line: PassLine) -> LineResult:
        within = [each for each in self.answers if each.question.section in line.sections]
        cut = sum(each.question.points for each in within if each.cut)
        asked = sum(each.question.points for each in within)
        most = asked if line.points is None else line.points
        return LineResult(name, line, points(within), points(within) + cut, most)

    @property
    def forbidden(self) -> int | None:
        """Questions on which a forbidden choice was taken: the Ministry counts questions.

        None where nobody knows which choices are forbidden.
        """
        description = self.examination.description
        if not description or description.most_forbidden is None:
            return None
        return sum(bool(each.mark and each.mark.forbidden) for each in self.answers)

    @property
    def unparsed(self) -> int:
        """Answers that could not be read."""
        return sum(bool(each.mark and each.mark.unparsed) for each in self.answers)

    @property
    def cut(self) -> int:
        """Answers that were cut off before the model had answered."""
        return sum(each.cut for each in self.answers)

    @property
    def lines_from(self) -> str:
        """Where the pass lines come from; "" without a description."""
        description = self.examination.description
        return description.lines_from if description else ""

    @property
    def missed(self) -> list[str]:
        """The lines not reached, in words; [] if all are."""
        found = [line.missed for line in self.lines.values() if line.missed]
        return [*found, *self._too_many_forbidden]

    @property
    def _too_many_forbidden(self) -> list[str]:
        description, taken = self.examination.description, self.forbidden
        most = description.most_forbidden if description else None
        if taken is None or most is None or taken <= most:
            return []
        return [f"forbidden {taken} > {most}"]

    @property
    def verdict(self) -> str:
        """One of PASS, FAIL, INCOMPLETE, UNDECIDED and NONE."""
        if self.answered < len(self.answers):
            return INCOMPLETE
        lines = self.lines.values()
        if self._too_many_forbidden or any(_out_of_reach(line) for line in lines):
            return FAIL
        if any(line.missed for line in lines):
            return UNDECIDED
        unknown = not lines or any(line.line.pass_from is None for line in lines)
        return NONE if unknown else PASS

    def as_record(self) -> dict[str, Any]:
        """The result as plain JSON types; the keys are fixed, for programs."""
        lines = self.lines
        required, general = (lines.get(name) for name in ("required", "general"))
        return {
            "model": self.model,
            "exam": self.examination.name,
            "year": self.examination.description and self.examination.description.year,
            "correct": self.correct,
            "questions": len(self.answers),
            "points": whole(self.points),
            "max_points": whole(self.max_points),
            "required": required and whole(required.points),
            "general": general and whole(general.points),
            "kinki": self.forbidden,
            "verdict": self.verdict,
            "unparsed": self.unparsed,
            "cut": self.cut,
            "lines": {name: _line_record(line) for name, line in lines.items()},
            "lines_from": self.lines_from or None,
        }


def result(
    model: str,
    examination: Examination,
    predictions: Mapping[str, Prediction],
    *,
    official: bool,
) -> ExamResult:
    """The result of ``model``, whose ``predictions`` are by problem_id, by one of the two rules."""
    notes = examination.notes
    answers = [
        _answered(
            each,
            notes.get(each.problem_id),
            predictions.get(each.problem_id),
            official=official,
        )
        for each in examination.questions
    ]
    return ExamResult(model, examination, tuple(answers))


def points(answers: Iterable[Answered]) -> float:
    """The points of the right ones."""
    return sum(each.question.points for each in answers if each.correct)


def whole(number: float) -> float:
    """``number``, as an int where it is one."""
    return int(number) if number == int(number) else number


def humans(answers: Iterable[Answered], *, least: float = 0.0, below: float = 101.0) -> Humans:
    """The comparison over the questions that ``least`` to under ``below`` percent got right."""
    pairs = [
        (each.correct, each.note.human_accuracy / 100)
        for each in answers
        if each.mark
        and each.note
        and each.note.human_accuracy is not None
        and least <= each.note.human_accuracy < below
    ]
    if not pairs:
        return Humans(0, float("nan"), float("nan"))
    return Humans(
        len(pairs), fmean(right for right, _ in pairs), fmean(share for _, share in pairs)
    )


def differing(answers: Iterable[Answered]) -> list[Answered]:
    """The answers on which the two rules disagree: right or wrong, or a forbidden choice taken."""
    return [
        each
        for each in answers
        if each.default
        and each.official
        and (
            each.default.correct != each.official.correct
            or bool(each.default.forbidden) != bool(each.official.forbidden)
        )
    ]


def _out_of_reach(line: LineResult) -> bool:
    """Whether it is missed even if every answer that was cut off were right."""
    return line.line.pass_from is not None and line.best < line.line.pass_from


def _line_record(line: LineResult) -> dict[str, Any]:
    passes = line.line.pass_from
    return {
        "points": whole(line.points),
        "max_points": whole(line.most),
        "pass": None if passes is None else whole(passes),
    }


def _answered(
    question: Question, note: Note | None, prediction: Prediction | None, *, official: bool
) -> Answered:
    if prediction is None:
        return Answered(question, note, None, None, None)
    by_default = mark_record(letters_document(question), prediction.text)
    by_script = mark_officially(
        prediction.published,
        answer=published_answer(question),
        answers=question.answers,
        forbidden=note.forbidden_as_published if note else (),
        every_answer_right=question.every_answer_right,
    )
    counts = by_script if official else by_default
    return Answered(question, note, by_default, by_script, counts)
