"""The result of an examination: points, pass lines, forbidden choices, verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jmed_metrics import proportion_interval
from jmedlora.core.natural_order import Key, natural_order
from jmedlora.exams.description import PassLine
from jmedlora.exams.examination import Examination
from jmedlora.report.exam.chance import Chances, chances
from jmedlora.report.exam.marked import Answered, mark_answers, points
from jmedlora.report.exam.reached import LineResult, Part, whole
from jmedlora.report.exam.systems import System

PASS, FAIL, INCOMPLETE, UNDECIDED, NONE = "pass", "fail", "incomplete", "undecided", "none"
"""The verdicts. incomplete: questions have no answer. undecided: it fails, but would pass if every
answer that was cut off, and every question that no task asks, were right. none: a line is not
known, or there is no description."""


@dataclass(frozen=True)
class ExamResult:
    """One model's examination: all questions, in order, answered or not.

    sampled: see System.
    """

    model: str
    examination: Examination
    answers: tuple[Answered, ...]
    sampled: str = ""

    @property
    def answered(self) -> int:
        """How many questions have an answer, readable or not."""
        return sum(each.mark is not None for each in self.answers)

    @property
    def not_asked(self) -> list[str]:
        """The ids of the questions that no task asks, where they have no answer."""
        return [each.question.problem_id for each in self.answers if self._is_not_asked(each)]

    @property
    def complete(self) -> bool:
        """Whether every question has an answer that a task asks."""
        return self.answered + len(self.not_asked) == len(self.answers)

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % of the share of right answers; None where questions were not yet asked."""
        if not self.complete:
            return None
        n = len(self.answers)
        return proportion_interval(self.correct / n, n)

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
    def without_images(self) -> Part:
        """What is reached in the questions that can be answered without an image."""
        return _part(each for each in self.answers if each.question.text_only)

    @property
    def with_images(self) -> Part:
        """The same in those that need one."""
        return _part(each for each in self.answers if not each.question.text_only)

    @property
    def follow_ups(self) -> Part:
        """What is reached in the questions that follow the first one of a series (連問)."""
        return _part(each for each in self.answers if each.question.follow_up)

    @property
    def without_follow_ups(self) -> Part:
        """The same in all others."""
        return _part(each for each in self.answers if not each.question.follow_up)

    @property
    def follow_ups_with_case(self) -> bool | None:
        """Whether the answered follow-ups were asked with their case; None: unknown, or mixed."""
        how = {each.with_case for each in self.answers if each.question.follow_up and each.mark}
        return how.pop() if len(how) == 1 else None

    @property
    def lines(self) -> dict[str, LineResult]:
        """The pass lines by name; {} without a description."""
        description = self.examination.description
        named = description.lines.items() if description else ()
        return {name: self._line(name, line) for name, line in named}

    def _line(self, name: str, line: PassLine) -> LineResult:
        within = [each for each in self.answers if each.question.section in line.sections]
        open_points = sum(each.question.points for each in within if self._is_open(each))
        asked = sum(each.question.points for each in within)
        most = asked if line.points is None else line.points
        return LineResult(name, line, points(within), points(within) + open_points, most)

    def _is_open(self, each: Answered) -> bool:
        """Whether a wrong answer says nothing of what the model knows."""
        return not each.correct and (each.cut or self._is_not_asked(each))

    def _is_not_asked(self, each: Answered) -> bool:
        return each.mark is None and each.question.problem_id in self.examination.not_asked

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
        if not self.complete:
            return INCOMPLETE
        lines = self.lines.values()
        if self._too_many_forbidden or any(line.out_of_reach for line in lines):
            return FAIL
        if any(line.missed for line in lines):
            return UNDECIDED
        unknown = not lines or any(not line.is_known for line in lines)
        return NONE if unknown else PASS

    @cached_property
    def chances(self) -> Chances:
        """The probabilities behind the verdict.

        There are none where the verdict itself is open: INCOMPLETE, UNDECIDED, or no description.
        Questions that are open beside a verdict that is not count as wrong, as in the points.
        """
        description = self.examination.description
        if not description or self.verdict in (INCOMPLETE, UNDECIDED):
            return Chances()
        return chances(self.answers, description)

    def as_record(self) -> dict[str, Any]:
        """The result as plain JSON types; the keys are fixed, for programs."""
        lines, found = self.lines, self.chances
        required, general = (lines.get(name) for name in ("required", "general"))
        return {
            "model": self.model,
            "exam": self.examination.name,
            "year": self.examination.description and self.examination.description.year,
            "correct": self.correct,
            "questions": len(self.answers),
            "interval": self.interval and list(self.interval),
            "points": whole(self.points),
            "max_points": whole(self.max_points),
            "required": required and whole(required.points),
            "general": general and whole(general.points),
            "kinki": self.forbidden,
            "verdict": self.verdict,
            "probability": found.every,
            "close": found.close,
            "kinki_probability": found.forbidden,
            "missed": self.missed,
            "unparsed": self.unparsed,
            "cut": self.cut,
            "lines": {
                name: {**line.as_record(), **found.line_record(name)}
                for name, line in lines.items()
            },
            "lines_from": self.lines_from or None,
            "without_images": self.without_images.as_record(),
            "with_images": self.with_images.as_record(),
            "without_follow_ups": self.without_follow_ups.as_record(),
            "follow_ups": {
                **self.follow_ups.as_record(),
                "with_case": self.follow_ups_with_case,
            },
        }


def results(systems: Iterable[System], *, official: bool) -> list[ExamResult]:
    """What each model reaches in each examination, by one of the two rules.

    In the order of the examinations; of each, most points first, and equal ones by their names.
    """
    found: dict[str, list[ExamResult]] = {}
    for each in systems:
        answers = mark_answers(each.examination, each.predictions, official=official)
        of_exam = found.setdefault(each.examination.name, [])
        of_exam.append(ExamResult(each.model, each.examination, answers, each.sampled))
    return [
        result for of_exam in found.values() for result in sorted(of_exam, key=_most_points_first)
    ]


def _most_points_first(result: ExamResult) -> tuple[float, int, Key]:
    return -result.points, -result.correct, natural_order(result.model)


def _part(answers: Iterable[Answered]) -> Part:
    found = list(answers)
    most = sum(each.question.points for each in found)
    return Part(sum(each.correct for each in found), len(found), points(found), most)
