"""The answers of a run as they were logged: the question, the whole text, how it was scored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record
from jmedlora.exams.document_check import can_be_marked
from jmedlora.report.audit.sources import REMEDY, Source
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import response_of
from jmedlora.report.load.sample_stream import AGAIN, stream_samples

NEEDED = ("correct", "unparsed")
"""What every sample has that was scored by reading it."""
METRICS = (*NEEDED, "cut", "forbidden")


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer. line: of its sample, or its place among those published.

    text: all that the model wrote, its thinking included. scored: those of METRICS that its sample
    has. left: what lm-eval's filter left of the text.
    """

    line: int
    doc: Record
    text: str
    left: str
    scored: Mapping[str, bool]

    @property
    def problem_id(self) -> str:
        return self.doc["problem_id"]


def read_answers(source: Source) -> Iterator[Answered]:
    """The answers in the order of the file, one at a time.

    Raises FileError for a sample that is not one of a task that reads answers, and ResultsError at
    the end if they are not as many as were scored.
    """
    if source.answers:
        yield from source.answers
        return
    count = 0
    for line, record in stream_samples(source.path):
        count += 1
        yield _answered(source, line, record)
    scored = source.result.scored if source.result else count
    if count != scored:
        what = f"holds {count} answers, but {scored} were scored"
        raise ResultsError(f"{source.path}: {what}; evaluate again")


def _answered(source: Source, line: int, record: Record) -> Answered:
    doc, left = record.get("doc"), response_of(record)
    if not (isinstance(doc, dict) and left is not None):
        raise _unusable(source, line, None, "no question or no answer in this sample", AGAIN)
    if any(name not in record for name in NEEDED):
        what = "nothing is read from these answers: they have no 'correct' and 'unparsed'"
        raise _unusable(source, line, _id(doc), what, REMEDY)
    scored = {name: record[name] for name in METRICS if name in record}
    if not (can_be_marked(doc) and all(map(_is_mark, scored.values()))):
        raise _unusable(source, line, _id(doc), "the sample is not complete", "evaluate again")
    whole = _first_text(record.get("resps"))
    given = {name: bool(value) for name, value in scored.items()}
    return Answered(line, doc, left if whole is None else whole, left, given)


def _unusable(
    source: Source, line: int, problem_id: str | None, what: str, remedy: str
) -> FileError:
    return FileError([Fault(source.path, line, problem_id, what, remedy)])


def _id(doc: Record) -> str | None:
    name = doc.get("problem_id")
    return name if isinstance(name, str) else None


def _is_mark(value: Any) -> bool:
    return not isinstance(value, bool) and value in (0, 1)


def _first_text(responses: Any) -> str | None:
    """What the model wrote, which lm-eval logs as a list in a list."""
    first = responses[0] if isinstance(responses, list) and responses else None
    found = first[0] if isinstance(first, list) and first else None
    return found if isinstance(found, str) else None
