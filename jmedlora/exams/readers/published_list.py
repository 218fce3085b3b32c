"""Reading a published exam that is a JSON list of questions."""

from collections.abc import Callable, Sequence
from pathlib import Path

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record, read_json_list
from jmedlora.exams.readers.record_check import Problems, unique_or_raise
from jmedlora.exams.schema import Question, canonical_id


def read_lists(
    root: Path,
    paths: Sequence[Path],
    id_field: str,
    parse: Callable[[Record, Problems], Question],
) -> list[Question]:
    """What ``parse`` makes of every record of ``paths``, which belong to the exam in ``root``.

    id_field: the field of a record that has its id. Raises FileError with every fault.
    """
    faults: list[Fault] = []
    parsed: list[tuple[Path, int | None, Question | list[Fault]]] = []
    for path in paths:
        records, found = _read(root, path)
        faults += found
        for record in records:
            problems = Problems({"problem_id": _canonical(record.get(id_field))}, path, None)
            question = parse(record, problems)
            parsed.append((path, None, problems.faults or question))
    return unique_or_raise(parsed, faults)


def to_fetch(root: Path, path: Path, what: str) -> Fault:
    """A fault of a published file, whose remedy is to fetch the exam anew."""
    remedy = f"run: jmed-data fetch {root.name} --dest {root.parent}"
    return Fault(path, None, None, what, remedy)


def _read(root: Path, path: Path) -> tuple[list[Record], list[Fault]]:
    if not path.is_file():
        return [], [to_fetch(root, path, "the file is missing")]
    records, faults = read_json_list(path)
    if not records and not faults:
        faults.append(to_fetch(root, path, "holds no question"))
    return records, faults


def _canonical(name: object) -> object:
    return canonical_id(name) if isinstance(name, str) else name
