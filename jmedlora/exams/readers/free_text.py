"""Questions without choices and without a correct answer, whose responses people read."""

from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record, read_jsonl
from jmedlora.exams.schema import Problems, checked_text, collected

FIELDS = ("id", "instruction", "input")


@dataclass(frozen=True, slots=True)
class FreeQuestion:
    """One question. problem_id: unique in its file. instruction, input: the parts of the prompt."""

    problem_id: str
    instruction: str
    input: str

    def as_record(self) -> Record:
        """The question as plain JSON types, in the fields that the templates of exams name."""
        return {
            "problem_id": self.problem_id,
            "question": self.instruction,
            "choices": [self.input],
            "answer": [],
        }


def read_free_questions(path: Path) -> list[FreeQuestion]:
    """Every question of the JSON Lines file ``path`` (fields id, instruction, input), in its order.

    Outer white space of texts is dropped. Raises FileError with every fault of the file at once.
    """
    records, faults = read_jsonl(path)
    if not records and not faults:
        faults.append(Fault(path, None, None, "holds no question", "write one record per question"))
    return collected([(path, line, _parse(record, path, line)) for line, record in records], faults)


def _parse(record: Record, path: Path, line: int) -> FreeQuestion | list[Fault]:
    problems = Problems({"problem_id": record.get("id")}, path, line)
    question = FreeQuestion(*(checked_text(record.get(name), name, problems) for name in FIELDS))
    return problems.faults or question
