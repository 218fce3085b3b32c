"""The scores of single answers, worked out again by the code of their protocol."""

from collections.abc import Mapping
from typing import Any

from jmedlora.core.errors import UserError
from jmedlora.core.jsonl import Record
from jmedlora.core.number_checks import is_number
from jmedlora.exams.document_check import can_be_marked
from jmedlora.exams.protocol import Protocol
from jmedlora.report.load.measurements import TOLERANCE
from jmedlora.report.load.runs import response_of
from jmedlora.report.verify.difference import Difference, shown_value

Scores = Mapping[str, float]
MOST = 1e300
"""A whole number in JSON may be too large for a float."""
MARKED = "unparsed"
"""The rate of the protocols that mark letters or a number."""


def scores_again(protocol: Protocol, record: Record) -> Scores | None:
    """Every score and rate of one sample; None where it is too damaged to be scored."""
    doc = record["doc"]
    if not protocol.is_whole(doc) or (MARKED in protocol.rates and not can_be_marked(doc)):
        return None
    answers = _answers(protocol, record)
    if answers is None:
        return None
    try:
        return protocol.score(doc, answers)
    except UserError:  # log-likelihoods that cannot be any
        return None


def _answers(protocol: Protocol, record: Record) -> list[Any] | None:
    """What the protocol scores, as lm-eval handed it over; None where that is not logged."""
    if protocol.decoding is not None:
        text = response_of(record)
        return None if text is None else [text]
    logged = record.get("filtered_resps")
    pairs = logged if isinstance(logged, list) else []
    try:
        values = [(float(value), greedy == "True") for value, greedy in pairs]
    except (TypeError, ValueError):
        return None
    return values if len(values) == len(record["doc"]["choices"]) else None


def score_differences(
    task: str, protocol: Protocol, record: Record, again: Scores | None
) -> list[Difference]:
    """What a sample stores otherwise than ``again``, its scores worked out again."""
    problem_id = str(record["doc"].get("problem_id"))
    if again is None:
        return [Difference(task, problem_id, "the sample", "not complete", "nothing")]
    return [
        Difference(task, problem_id, name, shown_value(record.get(name)), shown_value(again[name]))
        for name in protocol.metrics
        if not is_same(record.get(name), again[name])
    ]


def is_same(stored: Any, found: float) -> bool:
    """Whether a stored value is the number ``found``, up to the rounding of sums."""
    if not is_number(stored) or not abs(stored) <= MOST:
        return False
    return abs(stored - found) < TOLERANCE * max(1.0, abs(found))
