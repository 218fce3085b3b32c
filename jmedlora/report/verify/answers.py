"""What a task's filter leaves of the logged responses, worked out again.

The scores are computed from ``filtered_resps``; what the model wrote is in ``resps``.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import ne
from typing import Any

from jmedlora.core.display import counted
from jmedlora.core.jsonl import Record
from jmedlora.exams.chat_answers import Generation, read_repeated
from jmedlora.exams.evaluated_model import model_args
from jmedlora.report.load.repetitions import responses
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.runs import answers_of
from jmedlora.report.verify.difference import Difference, sha256_hex, shown_hash

OUR_FILTER = ("<function answers_behind_thinking at 0x", "def answers_behind_thinking(")
"""How lm-eval's versions write the one filter of this project's tasks into a results file."""
FOREIGN = "the step from response to answer: the task has a filter that is not of this project"
CUT = (
    "{} stored as cut off: whether a response reached its limit shows only with the model's "
    "tokenizer, or to its server"
)


def answer_differences(
    result: TaskResult, records: Sequence[Record]
) -> tuple[list[Difference], list[str]]:
    """Answers that are not what the filter leaves of their response; and what was not checked.

    ``records`` are complete samples of ``result``, in any order.
    """
    step = _step(result.config.filter_list)
    if step.get("function") == "take_first":
        return _differences(result, records, [first_responses(record) for record in records]), []
    if not str(step.get("filter_fn")).startswith(OUR_FILTER):
        return [], [FOREIGN]
    stored = [answers_of(record) for record in records]
    left = _behind_thinking(result, records, stored)
    kept = [_but_cut(*each) for each in zip(stored, left, strict=True)]
    cut = sum(map(ne, chain.from_iterable(kept), chain.from_iterable(left)))
    expected: list[list[Any]] = [each if len(each) == 1 else [each] for each in kept]
    said = [CUT.format(counted(cut, "answer"))] if cut else []
    return _differences(result, records, expected), said


def _step(filters: Any) -> Mapping[str, Any]:
    """The one step of the one filter of a task; {} where there are several, or none is known."""
    if not filters:
        return {"function": "take_first"}
    steps = filters[0].get("filter") if _is_one_object(filters) else None
    return dict(steps[0]) if steps and _is_one_object(steps) else {}


def _is_one_object(values: Any) -> bool:
    """Whether it is a list of one JSON object."""
    return isinstance(values, list) and len(values) == 1 and isinstance(values[0], Mapping)


def first_responses(record: Record) -> list[Any]:
    """The first response to each request of a sample: lm-eval's ``take_first``."""
    responses = record.get("resps")
    lists = responses if isinstance(responses, list) else []
    return [each[0] if isinstance(each, list) and each else None for each in lists]


def _behind_thinking(
    result: TaskResult, records: Sequence[Record], stored: Sequence[list[str]]
) -> list[list[str]]:
    """The answers, as far as the texts alone tell which were cut off.

    They are as many as are ``stored``: earlier versions kept the first of several.
    """
    how = Generation(stripped=model_args(result.run).get("think_end_token") is not None)
    logged = [
        responses(record) if len(answers) > 1 else responses(record)[:1] or [None]
        for record, answers in zip(records, stored, strict=True)
    ]
    texts = [[each if isinstance(each, str) else None for each in several] for several in logged]
    docs = [record["doc"] for record in records]
    return read_repeated(texts, docs, [prompt_of(record) or "" for record in records], how)


def _but_cut(stored: list[str], left: list[str]) -> list[str]:
    """The answers that are ``left`` of their responses, but none where "" is stored."""
    if len(stored) != len(left):
        return left
    return [text and own for own, text in zip(left, stored, strict=True)]


def _differences(
    result: TaskResult, records: Sequence[Record], expected: Sequence[list[Any]]
) -> list[Difference]:
    return [
        Difference(result.task, record["doc"]["problem_id"], "the answer", *map(_shown, both))
        for record, answer in zip(records, expected, strict=True)
        if (both := (record["filtered_resps"], answer))[0] != both[1]
    ]


def _shown(answer: list[Any]) -> str:
    """An answer as its length and its hash: no response is repeated."""
    texts = answer[0] if answer and isinstance(answer[0], list) else answer
    length = sum(len(each) for each in texts if isinstance(each, str))
    return f"{length} characters ({shown_hash(sha256_hex(repr(answer)))})"


def prompt_of(record: Record) -> str | None:
    """The prompt as it was sent; None where the sample does not have it.

    Messages to a chat server stand in a list of one text.
    """
    arguments = record.get("arguments")
    first = arguments.get("gen_args_0") if isinstance(arguments, dict) else None
    found = first.get("arg_0") if isinstance(first, dict) else None
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    return found if isinstance(found, str) else None
