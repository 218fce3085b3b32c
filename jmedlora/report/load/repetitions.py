"""The answers of a run that lm-eval asked with ``repeats``: as many runs of one answer each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from jmedlora.exams.chat_answers import Generation, read_answers
from jmedlora.exams.protocol import Protocol
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import Record, samples_file


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
    others = (_repetition(measured, protocol, place) for place in range(1, counts.pop()))
    return [measured, *others]


def responses(record: Record) -> Sequence[Any]:
    """All that the model wrote in answer to a question; lm-eval logs a list for each request."""
    found = record.get("resps")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, list) else ()


def _repetition(measured: Measured, protocol: Protocol, place: int) -> Measured:
    docs = [record["doc"] for record in measured.records]
    texts = [str(responses(record)[place]) for record in measured.records]
    if protocol.name == "chat":
        prompts = [prompt_of(record) for record in measured.records]
        texts = read_answers(texts, docs, prompts, Generation())
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
