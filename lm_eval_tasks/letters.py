"""A response to a question of the national examination, read and marked."""

from collections.abc import Sequence
from typing import Any

from jmed_metrics.examination import mark_record


def process_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, int]:
    """1 or 0 each: right; not to be read as an answer; took a forbidden choice (禁忌肢)."""
    mark = mark_record(doc, results[0])
    return {
        "correct": int(mark.correct),
        "unparsed": int(mark.unparsed),
        "forbidden": int(bool(mark.forbidden)),
    }
