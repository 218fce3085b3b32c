"""The same questions, answered by several models: Table 2 of the paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jmedlora.exams.protocol import Protocol
from jmedlora.exams.schema import LETTERS
from jmedlora.exams.shuffle import original
from jmedlora.report.compare.columns import Column, Subject
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.statistics import Floats
from jmedlora.report.compare.trial import trial
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.runs import response_of

Doc = dict[str, Any]
Mask = npt.NDArray[np.bool_]
CHANGES = {1: "gained", -1: "lost", 0: ""}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, in published order. label: its letter. gold: whether it is correct."""

    label: str
    text: str
    gold: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What one model answered.

    chosen: the labels of the choices that its response is nearest to, or the letters or the number
        that it gives; "" if it chooses nothing, None for a free question. scores: (name, value).
    right: None where nothing is right or wrong. change: "gained", "lost", or "" where it is as
        right as the baseline or has none.
    """

    column: str
    response: str
    chosen: str | None
    scores: tuple[tuple[str, float], ...]
    right: bool | None
    change: str


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question with all answers. gold: the correct answer where it is no choice, else ""."""

    problem_id: str
    text: str
    choices: tuple[Choice, ...]
    gold: str
    answers: tuple[Answer, ...]

    def count(self, change: str) -> int:
        """How many models ``change`` ("gained" or "lost")."""
        return sum(answer.change == change for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Asked:
    """One model's cell of a part, with that of its baseline, None if it has none."""

    column: Column
    measured: Measured
    protocol: Protocol
    base_column: Column | None
    base: Measured | None

    @property
    def right(self) -> Floats | None:
        """1 for each question that is right, 0 for the others; None where nothing is."""
        return _right(self.measured)

    @property
    def change(self) -> Floats | None:
        """For each question 1 if it was gained against the baseline, -1 if lost, else 0.

        None where there is no baseline or nothing is right or wrong.
        """
        before = _right(self.base) if self.base else None
        return None if self.right is None or before is None else self.right - before


@dataclass(frozen=True, slots=True)
class Part:
    """One subject at some shots: the cells of all models that were asked it."""

    subject: str
    shots: int
    cells: tuple[Asked, ...]

    @property
    def docs(self) -> list[Doc]:
        """The questions, in the order of every cell's keys."""
        return [record["doc"] for record in self.cells[0].measured.records]

    @property
    def order(self) -> list[int]:
        """The places of the questions in the order in which they were asked."""
        ids = [record.get("doc_id") for record in self.cells[0].measured.records]
        numbers = [value if isinstance(value, int) else 0 for value in ids]
        return sorted(range(len(numbers)), key=numbers.__getitem__)

    @property
    def changes(self) -> dict[str, Mask]:
        """By "gained", "lost" and "changed": for each question, whether any model did."""
        found = [cell.change for cell in self.cells if cell.change is not None]
        stacked = np.stack(found) if found else np.zeros((1, len(self.docs)))
        gained, lost = (stacked == 1).any(axis=0), (stacked == -1).any(axis=0)
        return {"gained": gained, "lost": lost, "changed": gained | lost}

    @property
    def trial(self) -> str:
        """Such as "trial: 20 of 1,455"; "" where the exam was asked whole."""
        return trial(self.cells[0].measured)

    @property
    def has_baseline(self) -> bool:
        """Whether any model can have gained or lost a question."""
        return any(cell.change is not None for cell in self.cells)

    @property
    def signatures(self) -> dict[str, list[str]]:
        """The models by the signature of their scores."""
        found: dict[str, list[str]] = {}
        for cell in self.cells:
            found.setdefault(str(cell.measured.signature), []).append(cell.column.title)
        return found

    def question(self, place: int) -> AnsweredQuestion:
        """The question at ``place`` of the keys, with all answers."""
        doc = self.docs[place]
        choices, gold = _choices(doc)
        return AnsweredQuestion(
            problem_id=str(doc.get("problem_id", "")),
            text=str(doc.get("question", "")),
            choices=choices,
            gold=gold,
            answers=tuple(_answer(cell, place) for cell in self.cells),
        )


def parts(columns: Sequence[Column], bases: Sequence[int | None]) -> list[Part]:
    """A part for each subject and number of shots whose answers are text, by name and shots.

    bases: for each column the index of its baseline, None if it has none.
    """
    return [
        Part(*subject, _cells(columns, bases, subject))
        for subject in sorted({key for column in columns for key in column.measured})
        if _is_text(columns, subject)
    ]


def _is_text(columns: Sequence[Column], subject: Subject) -> bool:
    first = next(column.measured[subject] for column in columns if subject in column.measured)
    return first.ours is not None and response_of(first.records[0]) is not None


def _right(measured: Measured) -> Floats | None:
    return measured.values.get(measured.protocol.right) if measured.protocol else None


def _cells(
    columns: Sequence[Column], bases: Sequence[int | None], subject: Subject
) -> tuple[Asked, ...]:
    cells = []
    for index, column in enumerate(columns):
        measured = column.measured.get(subject)
        if measured and measured.protocol:
            base = bases[index]
            base_column = columns[base] if base is not None else None
            before = base_column.measured.get(subject) if base_column else None
            cells.append(Asked(column, measured, measured.protocol, base_column, before))
    return tuple(cells)


def _choices(doc: Doc) -> tuple[tuple[Choice, ...], str]:
    """The choices, correct ones marked; and the gold where no choice is: a number."""
    if doc["answer"] and all(isinstance(each, int) for each in doc["answer"]):
        texts, correct = original(doc)
        gold = {LETTERS[index] for index in correct}
    else:
        texts = doc.get("choices", [])
        gold = {str(each) for answer in doc.get("accepted") or [doc["answer"]] for each in answer}
    labelled = zip(LETTERS, texts, strict=False)
    choices = tuple(Choice(label, text, label in gold) for label, text in labelled)
    return choices, "" if choices else ", ".join(sorted(gold))


def _answer(cell: Asked, place: int) -> Answer:
    measured, protocol = cell.measured, cell.protocol
    record = measured.records[place]
    response = response_of(record) or ""
    return Answer(
        column=cell.column.title,
        response=response,
        chosen=protocol.chosen(record["doc"], response),
        scores=tuple(
            (NAMES[score], float(measured.values[score][place])) for score in protocol.scores
        ),
        right=None if cell.right is None else bool(cell.right[place]),
        change=CHANGES[0 if cell.change is None else int(cell.change[place])],
    )
