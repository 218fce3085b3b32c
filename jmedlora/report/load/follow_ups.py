"""The answers to a task apart: to follow-ups of series (連問), and to all other questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record
from jmedlora.exams.documents import Document
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.runs import samples_beside
from jmedlora.report.load.sample_stream import AGAIN, stream_samples


@dataclass(frozen=True, slots=True)
class Part:
    """1 for each question that was answered rightly and 0 for each other; of samples the mean.

    docs: the questions of several samples.
    """

    values: Sequence[float]
    docs: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """The answers to follow-ups, and to all other questions."""

    follow_ups: Part
    others: Part


def apart_of(measured: Measured) -> Apart | None:
    """The values of the score ``protocol.right`` of samples that were read; None as below."""
    result = measured.ours
    if not result or not result.data.follow_ups or not result.protocol.right:
        return None
    docs = [record["doc"] for record in measured.records]
    ids = frozenset(result.data.follow_ups.ids)
    follows = np.array([doc.get("problem_id") in ids for doc in docs])
    values = measured.values[result.protocol.right]
    parts = [
        Part(values[chosen].tolist(), [docs[place] for place in np.flatnonzero(chosen)])
        for chosen in (follows, ~follows)
    ]
    return Apart(*parts)


def read_apart(result: TaskResult) -> Apart | None:
    """The values of the score ``result.protocol.right`` in the samples beside the results file.

    None where the task has no follow-ups or no such score (questions without choices), or no
    samples are there. Raises FileError for a sample without a value.
    """
    noted, path = result.data.follow_ups, samples_beside(result.path, result.task)
    if not noted or not result.protocol.right or not path.is_file():
        return None
    ids = frozenset(noted.ids)
    follow_ups: list[int] = []
    others: list[int] = []
    for line, record in stream_samples(path):
        doc = record.get("doc")
        follows = isinstance(doc, dict) and doc.get("problem_id") in ids
        (follow_ups if follows else others).append(_right(record, result, path, line))
    return Apart(Part(follow_ups), Part(others))


def _right(record: Record, result: TaskResult, path: Path, line: int) -> int:
    value = record.get(result.protocol.right)
    if value in (0, 1):
        return int(value)
    what = f"{result.protocol.right} is {f'{value!r}'[:20]}, not 0 or 1"
    raise FileError([Fault(path, line, None, what, AGAIN)])
