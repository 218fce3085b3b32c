"""A user's own exam: JSON Lines or CSV in the schema, read strictly."""

import difflib
from functools import lru_cache
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered, Record, read_csv, read_jsonl
from jmedlora.exams.readers.question_record import OPTIONAL, REQUIRED, parse_question
from jmedlora.exams.readers.record_check import duplicates
from jmedlora.exams.readers.shared_cases import mark_follow_ups
from jmedlora.exams.readers.text_check import look_alikes, text_faults
from jmedlora.exams.schema import LETTERS, Question

CHOICE_COLUMNS = tuple(f"choice_{letter}" for letter in LETTERS)
FIELDS = REQUIRED + OPTIONAL
TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_exam(path: Path, *, exam: str | None = None) -> list[Question]:
    """Every question of ``path`` (.jsonl or .csv), in file order.

    ``exam`` names the exam where the file does not (default: the file's name). Raises FileError
    with every fault of the file at once. A CSV has the columns ``problem_id, question, choice_a,
    choice_b … , answer`` ("a", "a,c", "a or d", or a number in a row without choices) and may have
    ``exam, year, section, points, text_only, forbidden`` ("b,d"), ``images`` ("a.png;b.png") and
    ``case``.
    """
    records, faults = _read_records(path)
    numbered: list[tuple[Path, int, Question]] = []
    for line, record in records:
        faults += _misspelt(record, path, line)
        parsed = parse_question(record, path, line, exam=exam or path.stem)
        if isinstance(parsed, Question):
            numbered.append((path, line, parsed))
            faults += text_faults(parsed, path, line)
        else:
            faults += parsed
    faults += [*duplicates(numbered), *look_alikes(numbered)]
    if not numbered and not faults:
        faults.append(Fault(path, None, None, "holds no question", "write one record per question"))
    if faults:
        raise FileError(sorted(faults, key=lambda fault: fault.line or 0))
    return list(mark_follow_ups(item for _, _, item in numbered))


def _read_records(path: Path) -> tuple[list[Numbered], list[Fault]]:
    if path.suffix.lower() == ".jsonl":
        return read_jsonl(path)
    if path.suffix.lower() == ".csv":
        rows, faults = read_csv(path)
        if fault := _columns(path, list(rows[0][1])) if rows else None:
            return [], [*faults, fault]
        return [(line, _from_row(row)) for line, row in rows], faults
    what = f"'{path.suffix}' files are not read"
    remedy = "save the exam as .jsonl or .csv"
    if path.suffix.lower() in (".yaml", ".yml"):
        remedy = "name the questions (.jsonl or .csv): their description beside them is read too"
    return [], [Fault(path, None, None, what, remedy)]


def _columns(path: Path, names: list[str]) -> Fault | None:
    """What is wrong with the header: a choice skipped or misspelt would shift the labels."""
    found = [name for name in names if name.strip().lower().startswith("choice")]
    expected = list(CHOICE_COLUMNS[: len(found)])
    if len(found) >= 2 and sorted(found) == expected:
        return None
    what = f"the choice columns are {', '.join(found) or 'missing'}"
    remedy = "name them choice_a, choice_b, choice_c … without a gap, and separate cells by commas"
    return Fault(path, 1, None, what, remedy)


def _from_row(row: dict[str, str]) -> Record:
    """A CSV row as a JSON record: empty optional cells left out, numbers and truth values read."""
    record: Record = {name: cell for name, cell in row.items() if name not in CHOICE_COLUMNS}
    cells = [row[name] for name in CHOICE_COLUMNS if name in row]
    while cells and not cells[-1].strip():
        cells.pop()
    record["choices"] = cells
    for name in OPTIONAL:
        if not record.get(name, "").strip():
            record.pop(name, None)
    if "text_only" in record:
        record["text_only"] = TRUTH.get(record["text_only"].strip().lower(), record["text_only"])
    if "images" in record:
        record["images"] = [name.strip() for name in record["images"].split(";") if name.strip()]
    for name, kind in (("year", int), ("points", float)):
        if name in record:
            record[name] = _number(record[name], kind)
    return record


def _number(cell: str, kind: type[int] | type[float]) -> int | float | str:
    try:
        return kind(cell)
    except ValueError:
        return cell  # parse_question names the value


def _misspelt(record: Record, path: Path, line: int) -> list[Fault]:
    """Further fields are welcome, but one that nearly has a schema name is taken for a slip."""
    faults = []
    for name in record:
        meant = _nearly(name)
        if meant and meant not in record:
            what = f"field '{name}' is unknown"
            faults.append(Fault(path, line, None, what, f"did you mean '{meant}'?"))
    return faults


@lru_cache(maxsize=1024)  # the records of a file have the same fields
def _nearly(name: str) -> str | None:
    """The field of the schema that ``name`` nearly is; None if it is one, or like none."""
    if name in FIELDS:
        return None
    close = difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.8)
    return close[0] if close else None
