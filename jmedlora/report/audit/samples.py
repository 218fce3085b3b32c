"""The answers of a run as they were logged: the question, the whole text, how it was scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record
from jmedlora.exams.document_check import can_be_marked
from jmedlora.report.audit.sources import REMEDY, Source
from jmedlora.report.load.repetitions import responses
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import answers_of
from jmedlora.report.load.sample_stream import AGAIN, stream_samples

NEEDED = ("correct", "unparsed")
"""What every sample has that was scored by reading it."""
METRICS = (*NEEDED, "cut", "forbidden")


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, and where it stands (line: None where a file is one JSON value).

    text: all that the model wrote, its thinking included. cut: it is known to have ended before its
    answer; the text may not show it. scored: those of METRICS that lm-eval gave it. sample: its
    number, where the model answered a question several times; lm-eval scores the first.
    """

    file: Path
    line: int | None
    doc: Record
    text: str
    cut: bool
    scored: Mapping[str, bool]
    sample: int | None = None

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
        yield from _answered(source, line, record)
    scored = source.result.scored if source.result else count
    if count != scored:
        what = f"holds {count} answers, but {scored} were scored"
        raise ResultsError(f"{source.path}: {what}; evaluate again")


def _answered(source: Source, line: int, record: Record) -> Iterator[Answered]:
    """The answers of one sample: with lm-eval's ``repeats`` there are several."""
    doc, left = record.get("doc"), answers_of(record)
    if not (isinstance(doc, dict) and left):
        raise _unusable(source, line, None, "no question or no answer in this sample", AGAIN)
    if any(name not in record for name in NEEDED):
        what = "nothing is read from these answers: they have no 'correct' and 'unparsed'"
        raise _unusable(source, line, _id(doc), what, REMEDY)
    scored = {name: record[name] for name in METRICS if name in record}
    if not (can_be_marked(doc) and all(map(_is_mark, scored.values()))):
        raise _unusable(source, line, _id(doc), "the sample is not complete", "evaluate again")
    given = {name: bool(value) for name, value in scored.items()}
    whole = _texts(record) or left
    for place, text in enumerate(whole):
        cut = "cut" in scored and place < len(left) and not left[place].strip()
        sample = place + 1 if len(whole) > 1 else None
        yield Answered(source.path, line, doc, text, cut, {} if place else given, sample)


def _unusable(
    source: Source, line: int, problem_id: str | None, what: str, remedy: str
) -> FileError:
    return FileError([Fault(source.path, line, problem_id, what, remedy)])


def _id(doc: Record) -> str | None:
    name = doc.get("problem_id")
    return name if isinstance(name, str) else None


def _is_mark(value: Any) -> bool:
    return not isinstance(value, bool) and value in (0, 1)


def _texts(record: Record) -> Sequence[str]:
    """All that the model wrote, if lm-eval logged it as text; () else."""
    found = responses(record)
    return found if all(isinstance(each, str) for each in found) else ()
