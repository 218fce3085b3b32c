"""The answers of a run that lm-eval asked with ``repeats``: as many runs of one answer each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from jmedlora.core.number_checks import is_whole
from jmedlora.exams.chat_answers import Generation, read_repeated
from jmedlora.exams.protocol import Protocol
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import Record, answers_of, samples_file


def repetitions(measured: Measured) -> list[Measured]:
    """One measurement for each of the answers that lm-eval's ``repeats`` had a question given.

    lm-eval scores the first alone; the others are scored here in the same way.
    """
    counts = {len(responses(record)) for record in measured.records}
    protocol = measured.protocol
    if protocol is None or protocol.decoding is None or counts == {1}:
        return [measured]
    if len(counts) != 1:
        path = samples_file(measured.run, measured.task)
        raise ResultsError(f"{path}: not every question has as many answers; evaluate again")
    answers = _answers(measured.records, protocol)
    others = (
        _repetition(measured, protocol, [each[place] for each in answers])
        for place in range(1, counts.pop())
    )
    return [measured, *others]


def responses(record: Record) -> Sequence[Any]:
    """All that the model wrote in answer to a question; lm-eval logs a list for each request."""
    found = record.get("resps")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, list) else ()


def times_asked(result: TaskResult) -> int:
    """How often each question was to be answered; 1 for log-likelihoods, which do not change."""
    given = result.config.repeats
    return given if result.protocol.decoding is not None and is_whole(given) else 1


def chat_answers(records: Sequence[Record]) -> list[list[str]]:
    """All answers to each question of a chat task, "" where one was cut off before it was given.

    Tasks of earlier versions kept only the first without its thinking. The thinking of the others
    is taken away here; of these nobody knows which the token limit cut off behind it.
    """
    kept = [answers_of(record) for record in records]
    logged = [responses(record) for record in records]
    if list(map(len, kept)) == list(map(len, logged)):
        return kept
    texts = [[str(each) for each in several] for several in logged]
    docs = [record["doc"] for record in records]
    return read_repeated(texts, docs, [prompt_of(record) for record in records], Generation())


def _answers(records: Sequence[Record], protocol: Protocol) -> list[list[str]]:
    if protocol.name == "chat":
        return chat_answers(records)
    return [[str(each) for each in responses(record)] for record in records]


def _repetition(measured: Measured, protocol: Protocol, texts: Sequence[str]) -> Measured:
    docs = [record["doc"] for record in measured.records]
    scored = [protocol.score(doc, [text]) for doc, text in zip(docs, texts, strict=True)]
    values = {
        metric: np.array([each[metric] for each in scored], dtype=np.float64)
        for metric in protocol.metrics
    }
    records = tuple(
        {**record, "filtered_resps": [text]}
        for record, text in zip(measured.records, texts, strict=True)
    )
    scores = {metric: float(each.mean()) for metric, each in values.items()}
    return replace(measured, scores=scores, values=values, records=records)


def prompt_of(record: Record) -> str:
    """What was sent, as lm-eval logs it; "" where it did not."""
    sent = record.get("arguments")
    first = sent.get("gen_args_0") if isinstance(sent, dict) else None
    return str(first.get("arg_0", "")) if isinstance(first, dict) else ""
