"""The one form of a question, whatever exam it comes from and however it is asked."""

import re
import string
from dataclasses import dataclass

LETTERS = string.ascii_lowercase
"""The labels of choices, in their order: a question has at most 26."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an exam.

    problem_id: unique within its exam. question: the stem. choices: their texts in label order
    (a, b, c …); () where a number or a free text is asked for. answers: every accepted answer, the
    first one first: the labels of its choices, or a number as one text ("04"); () where nothing is
    right or wrong. exam, year, section: where it comes from; year is None and section "" where
    unknown. points: what the examination gives for it, 0 where it was struck out. text_only: it can
    be answered without an image. forbidden: the labels of choices that must never be taken
    (禁忌肢). images: the names of its image files. case: the text that it shares with the questions
    beside it (連問). context: a text that stands beside the stem of a free question.
    every_answer_right: it was struck out so that every candidate got its points. follow_up: an
    earlier question of its exam is published with its case.
    """

    problem_id: str
    question: str
    choices: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    exam: str
    year: int | None = None
    section: str = ""
    points: float = 1.0
    text_only: bool = True
    forbidden: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    case: str = ""
    context: str = ""
    every_answer_right: bool = False
    follow_up: bool = False

    @property
    def answer(self) -> tuple[str, ...]:
        """The first accepted answer; () where nothing is right or wrong."""
        return self.answers[0] if self.answers else ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters of its choices."""
        return tuple(LETTERS[: len(self.choices)])

    @property
    def indices(self) -> tuple[int, ...]:
        """The 0-based indices of the choices of the first accepted answer; () for a number."""
        return tuple(LETTERS.index(label) for label in self.answer) if self.choices else ()

    @property
    def numeric(self) -> bool:
        """Whether it asks for a number."""
        return bool(self.answers) and not self.choices


def canonical_id(text: str) -> str:
    """The id of a question of the national examination as IgakuQA writes it: "120A1".

    "120A-1", as others write it, is the same question. Any other text is its own id.
    """
    found = re.fullmatch(r"([0-9]{3}[A-I])-([0-9]{1,3})", text)
    return found[1] + found[2] if found else text
