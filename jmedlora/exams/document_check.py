"""Whether a document that was read back from a run is what its task gave to lm-eval."""

import re
from typing import Any

from jmedlora.core.number_checks import is_whole
from jmedlora.exams.documents import Document

NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


def has_texts(doc: Document) -> bool:
    """Whether it has the texts of every question: its id, its stem, its choices."""
    texts = (doc.get("problem_id"), doc.get("question"))
    return all(isinstance(text, str) for text in texts) and are_texts(doc.get("choices"))


def are_texts(values: Any) -> bool:
    """Whether it is a list of texts."""
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def can_be_marked(doc: Document) -> bool:
    """Whether ``jmed_metrics.examination.mark_record`` can mark answers to it."""
    if not has_texts(doc) or not are_texts(doc.get("forbidden")):
        return False
    accepted = doc.get("accepted") or [doc.get("answer")]
    if not isinstance(accepted, list) or not all(are_texts(each) and each for each in accepted):
        return False
    return bool(doc["choices"]) or all(NUMBER.fullmatch(each[0]) for each in accepted)


def is_choices_document(doc: Document) -> bool:
    """Whether it is one of ``documents.choices_document``, shuffled or not."""
    return has_texts(doc) and has_indices(doc)


def has_indices(doc: Document) -> bool:
    """Whether choices, answer (0-based indices) and permutation fit each other."""
    choices, answer = doc["choices"], doc.get("answer")
    order = doc.get("permutation", list(range(len(choices))))
    return (
        all(choices)
        and bool(answer)
        and _are_indices(answer, len(choices))
        and _are_indices(order, len(choices))
        and len(order) == len(choices)
    )


def _are_indices(values: Any, count: int) -> bool:
    """Whether it is a list of distinct whole numbers below ``count``."""
    if not isinstance(values, list) or not all(map(is_whole, values)):
        return False
    return len(set(values)) == len(values) and all(0 <= value < count for value in values)
