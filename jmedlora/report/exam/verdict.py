"""The result of an examination: points, the lines of both sections, forbidden choices, verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from jmed_metrics.examination import mark_record
from jmed_metrics.marking import Mark, mark_officially
from jmedlora.exams.documents import letters_document, published_answer
from jmedlora.exams.pass_lines import MOST_FORBIDDEN, PASS_LINES, REQUIRED_SECTIONS, PassLine
from jmedlora.exams.readers.igakuqa_notes import Note
from jmedlora.exams.schema import Question
from jmedlora.report.exam.predictions import Prediction

EASY = 70.0
"""Percent of the candidates: what at least so many get right, a candidate should get right."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and the marks of its answer by both rules; None where there is no answer.

    mark: the one of the two that counts.
    """

    question: Question
    note: Note
    default: Mark | None
    official: Mark | None
    mark: Mark | None

    @property
    def correct(self) -> bool:
        """Whether it is answered, and rightly; what is missing is not."""
        return self.mark is not None and self.mark.correct

    @property
    def required(self) -> bool:
        """Whether it belongs to the required sections (必修), which have a line of their own."""
        return self.question.section in REQUIRED_SECTIONS


@dataclass(frozen=True, slots=True)
class Humans:
    """A model beside the candidates, over ``n`` answered questions whose share is published.

    model, candidates: the mean share of right answers, 0 to 1; nan if n is 0.
    """

    n: int
    model: float
    candidates: float


@dataclass(frozen=True, slots=True)
class YearResult:
    """One year's examination: all its questions, in order, answered or not."""

    year: int
    answers: tuple[Answered, ...]

    @property
    def line(self) -> PassLine:
        """The year's pass line."""
        return PASS_LINES[self.year]

    @property
    def answered(self) -> int:
        """How many questions have an answer, readable or not."""
        return sum(each.mark is not None for each in self.answers)

    @property
    def correct(self) -> int:
        """How many answers are right."""
        return sum(each.correct for each in self.answers)

    @property
    def points(self) -> int:
        """Points over all sections."""
        return points(self.answers)

    @property
    def max_points(self) -> int:
        """The most points there are."""
        return int(sum(each.question.points for each in self.answers))

    @property
    def required(self) -> int:
        """Points in the required sections (必修)."""
        return points(each for each in self.answers if each.required)

    @property
    def general(self) -> int:
        """Points in the other sections."""
        return points(each for each in self.answers if not each.required)

    @property
    def forbidden(self) -> int:
        """Questions on which a forbidden choice was taken: the Ministry counts questions."""
        return sum(bool(each.mark and each.mark.forbidden) for each in self.answers)

    @property
    def unparsed(self) -> int:
        """Answers that could not be read."""
        return sum(bool(each.mark and each.mark.unparsed) for each in self.answers)

    @property
    def missed(self) -> list[str]:
        """The lines not reached, in words; [] if all are."""
        line = self.line
        checks = (
            ("required", self.required < line.required, f"{self.required} < {line.required}"),
            ("general", self.general < line.general, f"{self.general} < {line.general}"),
            ("forbidden", self.forbidden > MOST_FORBIDDEN, f"{self.forbidden} > {MOST_FORBIDDEN}"),
        )
        return [f"{name} {numbers}" for name, failed, numbers in checks if failed]

    @property
    def verdict(self) -> str:
        """One of "pass", "fail" and "incomplete", where questions have no answer."""
        if self.answered < len(self.answers):
            return "incomplete"
        return "fail" if self.missed else "pass"

    def as_record(self) -> dict[str, Any]:
        """The year as plain JSON types; the keys are fixed, for programs."""
        return {
            "year": self.year,
            "correct": self.correct,
            "questions": len(self.answers),
            "points": self.points,
            "max_points": self.max_points,
            "required": self.required,
            "general": self.general,
            "kinki": self.forbidden,
            "verdict": self.verdict,
            "unparsed": self.unparsed,
        }


def results(
    questions: Sequence[Question],
    notes: Mapping[str, Note],
    predictions: Mapping[str, Prediction],
    *,
    official: bool,
) -> list[YearResult]:
    """The result of every year of which a question is answered, in order."""
    years = sorted({each.year or 0 for each in questions if each.problem_id in predictions})
    return [
        YearResult(
            year,
            tuple(
                _answered(
                    each,
                    notes[each.problem_id],
                    predictions.get(each.problem_id),
                    official=official,
                )
                for each in questions
                if each.year == year
            ),
        )
        for year in years
    ]


def points(answers: Iterable[Answered]) -> int:
    """The points of the right ones."""
    return int(sum(each.question.points for each in answers if each.correct))


def humans(answers: Iterable[Answered], *, least: float = 0.0, below: float = 101.0) -> Humans:
    """The comparison over the questions that ``least`` to under ``below`` percent got right."""
    pairs = [
        (each.correct, each.note.human_accuracy / 100)
        for each in answers
        if each.mark
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


def _answered(
    question: Question, note: Note, prediction: Prediction | None, *, official: bool
) -> Answered:
    if prediction is None:
        return Answered(question, note, None, None, None)
    by_default = mark_record(letters_document(question), prediction.text)
    by_script = mark_officially(
        prediction.published,
        problem_id=question.problem_id,
        answer=published_answer(question),
        answers=question.answers,
        forbidden=note.forbidden_as_published,
    )
    counts = by_script if official else by_default
    return Answered(question, note, by_default, by_script, counts)
