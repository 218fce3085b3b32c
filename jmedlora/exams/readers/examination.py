"""The national examination as IgakuQA publishes it, complete: 400 questions a year.

Unlike ``igakuqa.read_items`` (the paper's text-only five-choice questions) this holds the image
questions, those with six or eight choices and the numeric ones, their texts exactly as published.
What the examiners forbid, the category (診療科) and how many candidates were right stand in the
sibling files ``*_metadata.jsonl``.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record
from jmedlora.exams.readers.igakuqa import (
    SECTIONS,
    YEARS,
    points,
    read_records,
    to_fetch,
    year_and_section,
)
from jmedlora.exams.schema import (
    LETTERS,
    Each,
    Problems,
    checked_points,
    checked_text,
    checked_text_only,
    collected,
    shown,
)

MOST_CHOICES = 8
MOST_FORBIDDEN = 3
"""Questions on which a candidate who passes may have taken a forbidden choice (禁忌肢)."""
REQUIRED_SECTIONS = "BE"


@dataclass(frozen=True, slots=True)
class PassLine:
    """Points that pass, and the most there are, in the required and in the general sections."""

    required: int
    required_points: int
    general: int
    general_points: int


PASS_LINES = {
    2018: PassLine(160, 200, 208, 299),
    2019: PassLine(160, 200, 209, 296),
    2020: PassLine(158, 197, 217, 299),
    2021: PassLine(160, 200, 209, 300),
    2022: PassLine(158, 197, 214, 297),
}
"""The Ministry's lines for the 112th to the 116th examination, by year."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the examination, its texts as published, outer white space included.

    choices: in label order; () for a numeric question. answer: letters, the digits of a numeric
    answer, or ("a or d",) where either is right. points: 0 where the question was struck out.
    text_only: it can be answered without an image. forbidden: the letters of choices that must
    never be taken (禁忌肢).
    """

    problem_id: str
    question: str
    choices: tuple[str, ...]
    answer: tuple[str, ...]
    year: int
    section: str
    points: int
    text_only: bool
    forbidden: tuple[str, ...]

    @property
    def required(self) -> bool:
        """Whether it belongs to the required sections (必修), which have a line of their own."""
        return self.section in REQUIRED_SECTIONS

    @property
    def numeric(self) -> bool:
        """Whether it asks for a number and offers no choices."""
        return not self.choices

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters of its choices."""
        return tuple(LETTERS[: len(self.choices)])

    def as_record(self) -> Record:
        """The question as plain JSON types, keys in the order of the fields."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Note:
    """What IgakuQA notes of a question.

    category: 診療科. human_accuracy: percent of the candidates who were right, None if unknown.
    forbidden_as_published: the field ``kinki`` to the letter; 15 are malformed (["cde"], ["ｂ"]).
    """

    problem_id: str
    category: str
    human_accuracy: float | None
    forbidden_as_published: tuple[str, ...]


def read_questions(root: Path, *, years: Sequence[int] = ()) -> list[Question]:
    """All questions of ``years`` (default: all five) in exam order; ``root`` is IgakuQA's folder.

    Raises FileError with every fault of the files.
    """
    notes = read_notes(root, years=years)

    def parse(record: Record, problems: Problems) -> Question:
        name = problems.problem_id
        note = notes.get(name or "")
        if name and not note:
            problems.faults.append(to_fetch(root, problems.file, f"{name} has no metadata"))
        return _question(record, problems, note.forbidden_as_published if note else ())

    return _read_all(root, [path for path, _ in _files(root, years)], parse)


def read_notes(root: Path, *, years: Sequence[int] = ()) -> dict[str, Note]:
    """The notes on all questions of ``years`` (default: all five), by problem_id.

    Raises FileError with every fault of the files.
    """
    notes = _read_all(root, [path for _, path in _files(root, years)], _note)
    return {note.problem_id: note for note in notes}


def read_prompt_examples(root: Path) -> list[Question]:
    """The three published worked examples, of the 100th examination (2006).

    What they are worth and what they forbid is not published: 0 points, nothing forbidden.
    """
    path = root / "scripts" / "prompts" / "prompt.jsonl"
    return _read_all(root, [path], lambda record, problems: _question(record, problems, ()))


def _files(root: Path, years: Sequence[int]) -> list[tuple[Path, Path]]:
    """The file of questions and that of notes of every section, in exam order."""
    stems = [
        root / "data" / str(year) / f"{YEARS[year]}-{section}"
        for year in sorted(years or YEARS)
        for section in SECTIONS
    ]
    return [
        (stem.with_suffix(".jsonl"), stem.with_name(f"{stem.name}_metadata.jsonl"))
        for stem in stems
    ]


def _read_all(
    root: Path, paths: Sequence[Path], parse: Callable[[Record, Problems], Each]
) -> list[Each]:
    faults: list[Fault] = []
    parsed: list[tuple[Path, int, Each | list[Fault]]] = []
    for path in paths:
        records, found = read_records(root, path)
        faults += found
        for line, record in records:
            problems = Problems(record, path, line)
            each = parse(record, problems)
            parsed.append((path, line, problems.faults or each))
    return collected(parsed, faults)


def _question(record: Record, problems: Problems, kinki: Sequence[str]) -> Question:
    problem_id = checked_text(record.get("problem_id"), "problem_id", problems)
    year, section = year_and_section(problem_id)
    if year is None and problem_id:
        problems.add(f"problem_id is {shown(problem_id)}", "give one such as 112A1")
    checked_text(record.get("problem_text"), "problem_text", problems)
    choices = _choices(record.get("choices"), problems)
    labels = LETTERS[: len(choices)]
    known = isinstance(record.get("choices"), list)  # else every letter would be a fault, too
    return Question(
        problem_id=problem_id,
        question=record.get("problem_text", ""),
        choices=choices,
        answer=_answer(record.get("answer"), labels, problems) if known else (),
        year=year or 0,
        section=section,
        points=int(checked_points(points(record.get("points", 0)), problems)),
        text_only=checked_text_only(record.get("text_only"), problems),
        forbidden=_letters(kinki, labels, problems) if known else (),
    )


def _note(record: Record, problems: Problems) -> Note:
    return Note(
        problem_id=checked_text(record.get("problem_id"), "problem_id", problems),
        category=checked_text(record.get("category"), "category", problems),
        human_accuracy=_percent(record.get("human_accuracy"), problems),
        forbidden_as_published=_texts(record.get("kinki"), "kinki", problems),
    )


def _texts(value: Any, field: str, problems: Problems) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    problems.add(f"{field} is {shown(value)}", "give a list of texts")
    return ()


def _choices(value: Any, problems: Problems) -> tuple[str, ...]:
    """Blank ones are allowed: those of 114C11 are in its image."""
    choices = _texts(value, "choices", problems)
    if len(choices) == 1 or len(choices) > MOST_CHOICES:
        problems.add(f"choices has {len(choices)} entries", f"give none or 2 to {MOST_CHOICES}")
    return choices


def _answer(value: Any, labels: str, problems: Problems) -> tuple[str, ...]:
    answer = _texts(value, "answer", problems)
    letters = [part for each in answer for part in each.split(" or ")]
    if labels:
        right = all(len(part) == 1 and part in labels for part in letters)
    else:
        right = len(answer) == 1 and re.fullmatch(r"[0-9]+(\.[0-9]+)?", answer[0]) is not None
    if not answer or not right:
        remedy = f"give letters from a to {labels[-1]}" if labels else "give one number as text"
        problems.add(f"answer is {shown(value)}", remedy)
    return answer


def _letters(kinki: Sequence[str], labels: str, problems: Problems) -> tuple[str, ...]:
    """The letters that the field ``kinki`` means, ascending: three by ["cde"], one by ["ｂ"]."""
    letters = "".join(unicodedata.normalize("NFKC", "".join(kinki)).lower().split())
    if not set(letters) <= set(labels):
        problems.add(f"kinki is {shown(list(kinki))}", "give letters of its choices")
    return tuple(sorted(set(letters)))


def _percent(value: Any, problems: Problems) -> float | None:
    """The published share is text, "39.3", or "" where it is unknown."""
    if value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", value):
        return float(value)
    problems.add(f"human_accuracy is {shown(value)}", 'give a percentage as text, or ""')
    return None
