"""The national examination as IgakuQA publishes it, complete: 400 questions a year.

Unlike ``igakuqa.read_text_questions`` (the paper's text-only five-choice questions) this holds the
image questions, those with six or eight choices and the numeric ones, their texts exactly as
published, outer white space included.
"""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jmedlora.core.jsonl import Record
from jmedlora.exams.readers.igakuqa import (
    points,
    read_all,
    section_files,
    to_fetch,
    year_and_section,
)
from jmedlora.exams.readers.igakuqa_cases import with_cases
from jmedlora.exams.readers.igakuqa_notes import read_notes
from jmedlora.exams.readers.record_check import (
    Problems,
    checked_points,
    checked_text,
    checked_text_only,
    checked_texts,
    is_number_text,
    shown,
)
from jmedlora.exams.schema import LETTERS, Question

EXAM = "igakuqa_exam"
MOST_CHOICES = 8


def read_questions(root: Path, *, years: Sequence[int] = ()) -> list[Question]:
    """All questions of ``years`` (default: all five) in exam order; ``root`` is IgakuQA's folder.

    Those that follow the first one of a series get its case. Raises FileError with every fault of
    the files.
    """
    notes = read_notes(root, years=years)

    def parse(record: Record, problems: Problems) -> Question:
        name = problems.problem_id
        note = notes.get(name or "")
        if name and not note:
            problems.faults.append(to_fetch(root, problems.file, f"{name} has no metadata"))
        return _question(record, problems, note.forbidden_as_published if note else ())

    questions = read_all(root, section_files(root, years), parse)
    return with_cases(questions, {each.problem_id: each.question for each in questions})


def read_prompt_examples(root: Path) -> list[Question]:
    """The three published worked examples, of the 100th examination (2006).

    What they are worth and what they forbid is not published: 0 points, nothing forbidden.
    """
    path = root / "scripts" / "prompts" / "prompt.jsonl"
    return read_all(root, [path], lambda record, problems: _question(record, problems, ()))


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
        answers=_answers(record.get("answer"), labels, problems) if known else (),
        exam=EXAM,
        year=year,
        section=section,
        points=int(checked_points(points(record.get("points", 0)), problems)),
        text_only=checked_text_only(record.get("text_only"), problems),
        forbidden=_letters(kinki, labels, problems) if known else (),
    )


def _choices(value: Any, problems: Problems) -> tuple[str, ...]:
    """Blank ones are allowed: those of 114C11 are in its image."""
    choices = checked_texts(value, "choices", problems)
    if len(choices) == 1 or len(choices) > MOST_CHOICES:
        problems.add(f"choices has {len(choices)} entries", f"give none or 2 to {MOST_CHOICES}")
    return choices


def _answers(value: Any, labels: str, problems: Problems) -> tuple[tuple[str, ...], ...]:
    """The accepted answers: ["a", "c"] is one of two letters, ["a or d"] are two of one letter."""
    answer = checked_texts(value, "answer", problems)
    either = answer[0].split(" or ") if len(answer) == 1 else []
    answers = tuple((part,) for part in either) if len(either) > 1 else (answer,)
    if labels:
        right = all(len(part) == 1 and part in labels for each in answers for part in each)
    else:
        right = len(answer) == 1 and is_number_text(answer[0])
    if not answer or not right:
        remedy = f"give letters from a to {labels[-1]}" if labels else "give one number as text"
        problems.add(f"answer is {shown(value)}", remedy)
    return answers


def _letters(kinki: Sequence[str], labels: str, problems: Problems) -> tuple[str, ...]:
    """The letters that the field ``kinki`` means, ascending: three by ["cde"], one by ["ｂ"]."""
    letters = "".join(unicodedata.normalize("NFKC", "".join(kinki)).lower().split())
    if not set(letters) <= set(labels):
        problems.add(f"kinki is {shown(list(kinki))}", "give letters of its choices")
    return tuple(sorted(set(letters)))
