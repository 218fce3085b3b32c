"""What lm-eval is given of a question: plain JSON types, in the form that a protocol asks for.

The prompt templates name the fields of these documents, and the hash of an exam is over them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jmedlora.core.jsonl import Record
from jmedlora.exams.schema import Question

WITHOUT_CASE = ("igakuqa", "igakuqa_exam")
"""Exams that are published, and are asked unless told otherwise, without the case of follow-ups."""
RARE = ("accepted", "every_answer_right")
"""Fields of ``letters_document`` that only some questions have."""
Document = Mapping[str, Any]
Form = Callable[[Question], Record]


def choices_document(question: Question) -> Record:
    """For answers that are compared with the choices' texts: ``answer`` is 0-based indices."""
    return {
        "problem_id": question.problem_id,
        "question": _asked(question),
        "choices": list(question.choices),
        "answer": list(question.indices),
        "exam": question.exam,
        "year": question.year,
        "section": question.section,
        "points": float(question.points),
        "text_only": question.text_only,
    }


def letters_document(question: Question) -> Record:
    """For answers by letter or number: ``answer`` is letters, ["04"], or ["a or d"] for either.

    Where several answers are accepted, ``accepted`` lists them; ``every_answer_right`` stands only
    where it is true.
    """
    rare: Record = {}
    if len(question.answers) > 1:
        rare["accepted"] = [list(each) for each in question.answers]
    if question.every_answer_right:
        rare["every_answer_right"] = True
    return {
        "problem_id": question.problem_id,
        "question": _asked(question),
        "choices": list(question.choices),
        "answer": published_answer(question),
        "year": question.year or 0,
        "section": question.section,
        "points": _shortest(question.points),
        "text_only": question.text_only,
        "forbidden": list(question.forbidden),
        **rare,
    }


def chat_document(question: Question) -> Record:
    """As for letters, with the case apart and the names of the images."""
    return {
        **letters_document(question),
        "question": question.question,
        "case": question.case,
        "images": list(question.images),
    }


def free_document(question: Question) -> Record:
    """For answers that people read: the context stands where the choices of others do."""
    return {
        "problem_id": question.problem_id,
        "question": question.question,
        "choices": [question.context],
        "answer": [],
    }


def published_answer(question: Question) -> list[str]:
    """The answer as IgakuQA writes it: ["a", "c"], or ["a or d"] where either is right.

    If several answers have more than one letter, it is the first; nobody published such yet.
    """
    if len(question.answers) > 1 and all(len(each) == 1 for each in question.answers):
        return [" or ".join(label for answer in question.answers for label in answer)]
    return list(question.answer)


def with_same_fields(documents: Sequence[Document]) -> list[Record]:
    """Each with all fields that one of them has; None stands where a document has none.

    A table of ``datasets`` has the columns of its first row, and drops what others have more.
    """
    fields = dict.fromkeys(field for document in documents for field in document)
    return [{**fields, **document} for document in documents]


def _asked(question: Question) -> str:
    """The stem, behind the case that it belongs to."""
    return (question if question.exam in WITHOUT_CASE else case_in_front(question)).question


def case_in_front(question: Question) -> Question:
    """The same with its case, where it has one, as the beginning of its stem."""
    if not question.case:
        return question
    return replace(question, question=f"{question.case}\n{question.question}", case="")


def has_case(document: Document, question: Question) -> bool:
    """Whether ``document`` asks ``question`` with the case that it belongs to."""
    in_front = document["question"] == case_in_front(question).question
    return bool(question.case) and (in_front or document.get("case") == question.case)


def _shortest(points: float) -> float:
    """A whole number of points as one: the published ones are."""
    return int(points) if points == int(points) else points


def content_hash(documents: Iterable[Document]) -> str:
    """SHA-256 (64 hex digits) over every field of every document, in order, but the exam's name.

    The name of a user's exam is that of its file, and a copy is the same exam.
    """
    digest = hashlib.sha256()
    for document in documents:
        kept = {key: value for key, value in document.items() if key != "exam"}
        line = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
