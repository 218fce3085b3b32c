"""Questions without choices and without a correct answer, whose responses people read."""

from pathlib import Path

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record, read_jsonl
from jmedlora.exams.readers.record_check import Problems, checked_text, unique_or_raise
from jmedlora.exams.readers.text_check import look_alikes, text_faults
from jmedlora.exams.schema import Question

FIELDS = ("id", "instruction", "input")


def read_free_questions(path: Path, *, exam: str | None = None) -> list[Question]:
    """Every question of the JSON Lines file ``path`` (fields id, instruction, input), in its order.

    ``exam`` names the exam (default: the file's name). Outer white space of texts is dropped.
    Raises FileError with every fault of the file at once.
    """
    records, faults = read_jsonl(path)
    if not records and not faults:
        faults.append(Fault(path, None, None, "holds no question", "write one record per question"))
    parsed = [
        (path, line, _parse(record, path, line, exam or path.stem)) for line, record in records
    ]
    faults += look_alikes(
        (path, line, each) for path, line, each in parsed if isinstance(each, Question)
    )
    return unique_or_raise(parsed, faults)


def _parse(record: Record, path: Path, line: int, exam: str) -> Question | list[Fault]:
    problems = Problems({"problem_id": record.get("id")}, path, line)
    name, stem, context = (checked_text(record.get(key), key, problems) for key in FIELDS)
    question = Question(name, stem, (), (), exam, context=context)
    return problems.faults or text_faults(question, path, line) or question
