"""IgakuQA as published: the Japanese national medical examinations of 2018 to 2022.

Layout (repository jungokasai/IgakuQA, Kasai et al. 2023, arXiv:2303.18027):
``data/<year>/<exam>-<section>.jsonl``, the English in ``*_translate.jsonl``, and three worked
examples of the 100th examination, in none of the five years, in ``scripts/prompts/``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Numbered, Record, read_jsonl
from jmedlora.exams.description import years_of
from jmedlora.exams.readers.igakuqa_cases import with_cases
from jmedlora.exams.readers.question_record import parse_question
from jmedlora.exams.readers.record_check import Each, Problems, unique_or_raise
from jmedlora.exams.schema import Question

NAME = "igakuqa"
BEFORE_FIRST = 1906
"""The year of the 112th examination is 2018, and there is one a year."""
SECTIONS = "ABCDEF"
CHOICES = 5
FIELDS = {"ja": ("problem_text", "choices"), "en": ("problem_text_en", "choices_en")}


def read_text_questions(
    root: Path, *, years: Sequence[int] = (), language: str = "ja"
) -> list[Question]:
    """The text-only five-choice questions of ``years`` (default: all five), in exam order.

    1,455 over all years. ``language`` is "ja" or "en" (the published translation). The
    follow-ups of a series are marked, and in Japanese they have its case. Raises FileError with
    every fault of the files.
    """
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    parsed: list[tuple[Path, int, Question | list[Fault]]] = []
    for year in sorted(years or years_of(NAME)):
        for section in SECTIONS:
            path = section_file(root, year, section)
            records, found = _read(root, path, language)
            faults += found
            texts |= _texts(records)
            asked = [(line, record) for line, record in records if not _outside_subset(record)]
            parsed += [(path, line, _parse(record, path, line, language)) for line, record in asked]
    questions = with_cases(unique_or_raise(parsed, faults), texts)
    return questions if language == "ja" else [replace(each, case="") for each in questions]


def _texts(records: Sequence[Numbered]) -> dict[str, str]:
    """The Japanese text of every question, those outside the subset included."""
    pairs = ((record.get("problem_id"), record.get("problem_text")) for _, record in records)
    return {name: text for name, text in pairs if isinstance(name, str) and isinstance(text, str)}


def section_files(root: Path, years: Sequence[int]) -> list[Path]:
    """The file of questions of every section of ``years`` (all five where none), in exam order."""
    return [
        section_file(root, year, section)
        for year in sorted(years or years_of(NAME))
        for section in SECTIONS
    ]


def section_file(root: Path, year: int, section: str) -> Path:
    """Where the questions of one section are, in Japanese."""
    return root / "data" / str(year) / f"{year - BEFORE_FIRST}-{section}.jsonl"


def read_examples(root: Path, *, language: str = "ja") -> list[Question]:
    """The published pool of worked examples, in its order: three items of the 100th examination."""
    name = "prompt.jsonl" if language == "ja" else "prompt_translate.jsonl"
    path = root / "scripts" / "prompts" / name
    records, faults = _read(root, path, "ja")
    parsed = [(path, line, _parse(record, path, line, language)) for line, record in records]
    return unique_or_raise(parsed, faults)


def to_fetch(root: Path, path: Path, what: str) -> Fault:
    """A fault of a published file, whose remedy is to fetch the exam anew."""
    return Fault(path, None, None, what, f"run: jmed-data fetch igakuqa --dest {root.parent}")


def read_records(root: Path, path: Path) -> tuple[list[Numbered], list[Fault]]:
    """The records of a published file below ``root``; a missing or empty one is a fault, too."""
    if not path.is_file():
        return [], [to_fetch(root, path, "the file is missing")]
    records, faults = read_jsonl(path)
    if not records and not faults:
        faults.append(to_fetch(root, path, "holds no question"))
    return records, faults


def read_all(
    root: Path, paths: Sequence[Path], parse: Callable[[Record, Problems], Each]
) -> list[Each]:
    """What ``parse`` makes of every record of ``paths``. Raises FileError with every fault."""
    faults: list[Fault] = []
    parsed: list[tuple[Path, int, Each | list[Fault]]] = []
    for path in paths:
        records, found = read_records(root, path)
        faults += found
        for line, record in records:
            problems = Problems(record, path, line)
            each = parse(record, problems)
            parsed.append((path, line, problems.faults or each))
    return unique_or_raise(parsed, faults)


def _read(root: Path, path: Path, language: str) -> tuple[list[Numbered], list[Fault]]:
    records, faults = read_records(root, path)
    if language == "ja" or faults:
        return records, faults
    return _with_translation(root, path, records)


def _with_translation(
    root: Path, path: Path, records: list[Numbered]
) -> tuple[list[Numbered], list[Fault]]:
    """``records`` with the English texts of the sibling file, which has no points and text_only."""
    other = path.with_name(f"{path.stem}_translate.jsonl")
    translated, faults = read_jsonl(other)
    by_id = {str(record.get("problem_id")): record for _, record in translated}
    joined = []
    for line, record in records:
        problem_id = str(record.get("problem_id"))
        english = by_id.get(problem_id)
        if english is None:
            faults.append(to_fetch(root, other, f"{problem_id} has no translation"))
        else:
            fields = {key: english.get(key) for key in FIELDS["en"]}
            joined.append((line, {**record, **fields}))
    return joined, faults


def _outside_subset(record: Record) -> bool:
    """Whether it needs an image or has not five choices (12 are numeric, 4 have 6 or 8)."""
    choices = record.get("choices")
    return record.get("text_only") is False or (
        isinstance(choices, list) and len(choices) != CHOICES
    )


def _parse(record: Record, path: Path, line: int, language: str) -> Question | list[Fault]:
    question, choices = FIELDS[language]
    year, section = year_and_section(record.get("problem_id"))
    fields = {
        "problem_id": record.get("problem_id"),
        "question": record.get(question),
        "choices": record.get(choices),
        "answer": record.get("answer"),
        "year": year,
        "section": section,
        "points": points(record.get("points", 1)),
        "text_only": record.get("text_only"),
    }
    exam = "igakuqa" if language == "ja" else "igakuqa_en"
    parsed = parse_question(fields, path, line, exam=exam)
    if (
        isinstance(parsed, Question) and len(parsed.choices) != CHOICES
    ):  # only the English can differ
        what = f"{choices} has {len(parsed.choices)} entries"
        return [Fault(path, line, parsed.problem_id, what, f"give all {CHOICES}")]
    return parsed


def points(value: Any) -> Any:
    """The published points are a digit as text ("3"); the schema names anything else."""
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]", value) else value


def year_and_section(problem_id: Any) -> tuple[int | None, str]:
    """112A1 is of section A of the 112th examination, that of 2018."""
    match = re.fullmatch(r"(\d{3})([A-I])\d+", problem_id) if isinstance(problem_id, str) else None
    return (int(match[1]) + BEFORE_FIRST, match[2]) if match else (None, "")
