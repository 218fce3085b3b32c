"""The answers to a task apart: to follow-ups of series (連問), and to all other questions."""

from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.runs import samples_beside
from jmedlora.report.load.sample_stream import AGAIN, stream_samples


@dataclass(frozen=True, slots=True)
class Apart:
    """1 for each question that was answered rightly and 0 for each other, in the order asked."""

    follow_ups: tuple[int, ...]
    others: tuple[int, ...]


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
    return Apart(tuple(follow_ups), tuple(others))


def _right(record: Record, result: TaskResult, path: Path, line: int) -> int:
    value = record.get(result.protocol.right)
    if value in (0, 1):
        return int(value)
    what = f"{result.protocol.right} is {f'{value!r}'[:20]}, not 0 or 1"
    raise FileError([Fault(path, line, None, what, AGAIN)])
