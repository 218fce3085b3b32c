"""What is looked for: every question with its choices, long stems alone, short ones with the
right answer, and choices alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jmedlora.core.errors import UserError
from jmedlora.data.overlap.candidates import NGRAM_LENGTH, SEPARATOR
from jmedlora.data.overlap.normalize import normalize
from jmedlora.data.overlap.thresholds import Thresholds
from jmedlora.exams.documents import content_hash
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.registry import NAMES, load_exam, native_form
from jmedlora.exams.schema import Question

Way = Literal["stem+choices", "stem+answer", "stem", "choices", "parts"]
"""Which pattern found a question; "parts": runs of characters of stem and choices."""
SHORTEST_PATTERN = 20
"""Characters, normalised, under which no text is looked for: it would be found anywhere."""
UNREACHABLE = 2.0
"""More than any containment."""
UNREACHABLE_RATIO = 101.0
"""More than any partial ratio."""
CHOICES_ALONE, CHOICES_GRAMS = 15, 8
"""Japanese characters, and different 3-grams within the choices, under which choices alone are not
looked for: others share them.
"""
SHORTEST_CHOICES = 10
"""Characters, normalised, under which the choices of a question say nothing: "①", "a", "12"."""


@dataclass(frozen=True, slots=True)
class SoughtQuestion:
    """One question of an exam.

    exam: its name for lm-eval's tasks, or the stem of its file. answer: the texts of the correct
    choices, in label order; () for a question without choices.
    """

    exam: str
    problem_id: str
    question: str
    choices: tuple[str, ...]
    answer: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Stem and choices, one a line."""
        return "\n".join((self.question, *self.choices))

    @property
    def text_with_answer(self) -> str:
        """Stem and correct choices, one a line: what is left where a question became Q and A."""
        return "\n".join((self.question, *self.answer))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One text that is looked for. question: the index of the question that it stands for.

    text: normalised, with a SEPARATOR between texts that may stand in any order. containment: the
    share of its 3-grams, 0 to 1, that a text must hold. ratio: the partial ratio that it must
    reach. sure: the containment that is enough without, above 1 where none is.
    """

    question: int
    way: Way
    text: str
    containment: float
    ratio: float
    sure: float = UNREACHABLE


@dataclass(frozen=True, slots=True)
class SoughtExam:
    """An exam to look for. sha256: over its questions, as the results files record it."""

    name: str
    sha256: str
    questions: tuple[SoughtQuestion, ...]


def read_exams(given: Sequence[str]) -> list[SoughtExam]:
    """The exams called ``given``: names of load_exam, or files (.jsonl, .csv), each once.

    Raises MissingDataError, FileError, or UserError for a name that is neither.
    """
    found: dict[str, SoughtExam] = {}
    for each in given:
        name, items = _read_exam(each)
        if name in found:
            raise UserError(f"--exam {each}: {name} is given twice; name each exam once")
        questions = tuple(_sought_question(name, item) for item in items)
        found[name] = SoughtExam(name, content_hash(map(native_form(name), items)), questions)
    return list(found.values())


def make_patterns(questions: Sequence[SoughtQuestion], thresholds: Thresholds) -> list[Pattern]:
    """The texts to look for. A question without any is too short to be told from other text."""
    return [
        pattern
        for index, question in enumerate(questions)
        for pattern in _patterns(index, question, thresholds)
    ]


def length_in_japanese(text: str) -> float:
    """How much a normalised text says, in Japanese characters.

    Three Latin letters or digits count as one: a stem does not say more because it spells a term
    out in English as well.
    """
    return len(text) - sum(map(str.isascii, text)) * 2 / 3


def _patterns(index: int, question: SoughtQuestion, thresholds: Thresholds) -> Iterator[Pattern]:
    stem, choices = normalize(question.question), normalize("".join(question.choices))
    text, least, alike = normalize(question.text), thresholds.containment, thresholds.stem_ratio
    if len(choices) >= SHORTEST_CHOICES and len(text) >= SHORTEST_PATTERN:
        yield Pattern(index, "stem+choices", text, least, thresholds.ratio, thresholds.sure)
    elif choices and len(text) >= SHORTEST_PATTERN:
        # Choices that are only labels make it no more telling than the stem alone.
        yield Pattern(index, "stem+choices", text, least, alike)
    if length_in_japanese(stem) >= thresholds.min_stem and len(stem) >= SHORTEST_PATTERN:
        yield Pattern(index, "stem", stem, least, alike)
    elif (
        normalize("".join(question.answer))
        and len(answered := normalize(question.text_with_answer)) >= SHORTEST_PATTERN
    ):
        yield Pattern(index, "stem+answer", answered, least, alike)
    yield from _choices_alone(index, question.choices, thresholds.choices)


def _choices_alone(index: int, choices: Sequence[str], share: float) -> Iterator[Pattern]:
    """The choices in any order, whatever labels stand between them, if they are telling."""
    texts = list(map(normalize, choices))
    grams = {text[place : place + NGRAM_LENGTH] for text in texts for place in range(len(text) - 2)}
    if length_in_japanese("".join(texts)) >= CHOICES_ALONE and len(grams) >= CHOICES_GRAMS:
        yield Pattern(index, "choices", SEPARATOR.join(texts), share, UNREACHABLE_RATIO, share)


def is_exam_file(exam: str) -> bool:
    """Whether ``exam`` is a file of one's own, not a name."""
    return Path(exam).suffix.lower() in (".jsonl", ".csv")


def _read_exam(given: str) -> tuple[str, Sequence[Question]]:
    """The exam's name and its items."""
    if is_exam_file(given):
        return _read_exam_file(Path(given))
    known = [name for name in NAMES if name not in ("jmed_own", "jmed_treatment")]
    if given not in known:
        names = ", ".join(known)
        raise UserError(f"--exam {given}: no such exam; use {names}, or a file (.jsonl, .csv)")
    return given, load_exam(given).items


def _read_exam_file(path: Path) -> tuple[str, Sequence[Question]]:
    if path.stem in NAMES:
        raise UserError(f"--exam {path}: {path.stem} is the name of another exam; rename the file")
    return path.stem, read_exam(path)


def _sought_question(exam: str, item: Question) -> SoughtQuestion:
    """Looks for the first of several accepted answers; a number is no text to look for."""
    answer = tuple(item.choices[index] for index in item.indices)
    return SoughtQuestion(exam, item.problem_id, item.question, item.choices, answer)
