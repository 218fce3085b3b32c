"""The questions that samples hold, checked: whether they are what the tasks gave to lm-eval."""

from collections.abc import Mapping
from typing import Any

Doc = Mapping[str, Any]


def is_whole(doc: Doc, protocol: str) -> bool:
    """Whether ``doc`` has the fields that a task of ``protocol`` gives every question."""
    texts = (doc.get("problem_id"), doc.get("question"))
    if not all(isinstance(text, str) for text in texts) or not _are_texts(doc.get("choices")):
        return False
    match protocol:
        case "letters":
            return _are_texts(doc.get("answer")) and _are_texts(doc.get("forbidden"))
        case "free":
            return isinstance(doc.get("answer"), list)
    return _has_indices(doc)


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _has_indices(doc: Doc) -> bool:
    """Whether choices, answer and permutation fit each other."""
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
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        return False
    return len(set(values)) == len(values) and all(0 <= value < count for value in values)
