"""The marks of one model's answers to an examination, by either rule, beside the candidates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from jmed_metrics.benchmark_rules import (
    Rule,
    mark_as_igakuqa119,
    mark_as_jmle2026,
    marked_answer,
)
from jmed_metrics.examination import mark_record
from jmed_metrics.marking import Mark, as_published, mark_officially
from jmedlora.exams.documents import letters_document, published_answer
from jmedlora.exams.examination import Examination
from jmedlora.exams.readers.igakuqa_notes import Note
from jmedlora.exams.schema import Question
from jmedlora.report.exam.predictions import Prediction

EASY = 70.0
"""Percent of the candidates: what at least so many get right, a candidate should get right."""
BENCHMARKS: Mapping[str, Rule] = {"igakuqa119": mark_as_igakuqa119, "jmle2026": mark_as_jmle2026}
"""The rules of published exams whose own programs take the answer from a marked line."""
PUBLISHED_RULES = ("igakuqa", *BENCHMARKS)
"""The exams that have a published rule."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and the marks of its answer by both rules; None where there is no answer.

    mark: the one of the two that counts. note: None where nothing is published. with_case: whether
    it was asked with the case that it belongs to; None where that is not known.
    """

    question: Question
    note: Note | None
    default: Mark | None
    official: Mark | None
    mark: Mark | None
    with_case: bool | None = None

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


def mark_answers(
    examination: Examination, predictions: Mapping[str, Prediction], *, official: bool
) -> tuple[Answered, ...]:
    """Every question in order, with the marks of its answer in ``predictions`` if it has one.

    official: the published rule counts; else the default one, which reads the answer.
    """
    notes = examination.notes
    return tuple(
        _answered(
            each,
            notes.get(each.problem_id),
            predictions.get(each.problem_id),
            exam=examination.exam,
            official=official,
        )
        for each in examination.questions
    )


def points(answers: Iterable[Answered]) -> float:
    """The points of the right ones."""
    return sum(each.question.points for each in answers if each.correct)


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


def _answered(
    question: Question,
    note: Note | None,
    prediction: Prediction | None,
    *,
    exam: str,
    official: bool,
) -> Answered:
    if prediction is None:
        return Answered(question, note, None, None, None)
    by_default = _default(question, prediction)
    by_script = _official(question, note, prediction, exam)
    mark = by_script if official else by_default
    return Answered(question, note, by_default, by_script, mark, prediction.with_case)


def _default(question: Question, prediction: Prediction) -> Mark:
    if prediction.cut:
        return Mark((), question.every_answer_right, (), cut=True)
    return mark_record(letters_document(question), prediction.text)


def _official(
    question: Question, note: Note | None, prediction: Prediction, exam: str
) -> Mark | None:
    """By the rule that the publisher of ``exam`` uses; None where there is none."""
    taken = prediction.taken
    if rule := BENCHMARKS.get(exam):
        answer = marked_answer(prediction.text) if taken is None else taken
        return rule(answer, question.answers)
    if exam not in PUBLISHED_RULES:
        return None
    return mark_officially(
        as_published(prediction.text) if taken is None else taken,
        answer=published_answer(question),
        answers=question.answers,
        forbidden=note.forbidden_as_published if note else (),
        every_answer_right=question.every_answer_right,
    )
