"""Reading JSON Lines and CSV, line by line, so that every fault can name its line; and JSON."""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.regular_file import read_regular

JSON_SPACE = " \t\r"
ANEW = "bring the file anew"
Record = dict[str, Any]
Numbered = tuple[int, Record]
"""A 1-based line number and the record that starts there."""


def read_jsonl(path: Path) -> tuple[list[Numbered], list[Fault]]:
    """The objects of a JSON Lines file and what was wrong with the other lines.

    Blank lines are skipped and a byte order mark is accepted. Nothing is raised: a file that cannot
    be opened or decoded is a fault, too.
    """
    text, faults = _read_text(path)
    records: list[Numbered] = []
    # Only line feeds end a record: str.splitlines would also cut at U+2028 or a form feed.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip(JSON_SPACE):
            continue
        parsed = parse_object(line, path, number)
        if isinstance(parsed, Fault):
            faults.append(parsed)
        else:
            records.append((number, parsed))
    return records, faults


def read_csv(path: Path) -> tuple[list[Numbered], list[Fault]]:
    """The rows of a CSV file with a header, as text fields by column, and the faulty rows."""
    text, faults = _read_text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    records: list[Numbered] = []
    try:
        header = reader.fieldnames or []
        for name in sorted({name for name in header if header.count(name) > 1}):
            faults.append(Fault(path, 1, None, f"two columns are called '{name}'", "rename one"))
        for number, row in _numbered_rows(reader):
            if None in row or None in row.values():
                faults.append(_ragged(path, number, reader))
            else:
                records.append((number, row))
    except csv.Error as error:
        remedy = "close the quotation mark or save the file as CSV again"
        faults.append(Fault(path, reader.reader.line_num, None, f"not valid CSV ({error})", remedy))
    return records, faults


def read_json_list(path: Path) -> tuple[list[Record], list[Fault]]:
    """The objects of the one list that a JSON file holds, or what is wrong with the file.

    Nothing is raised: a file that cannot be opened or decoded is a fault, too.
    """
    records, faults = read_json_value(path)
    if faults:
        return [], faults
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        return [], [Fault(path, None, None, "a list of JSON objects is needed", ANEW)]
    return records, []


def read_json_value(path: Path) -> tuple[Any, list[Fault]]:
    """The one value that a JSON file holds, or what is wrong with the file; nothing is raised."""
    text, faults = _read_text(path)
    if faults:
        return None, faults
    try:
        return json.loads(text, object_pairs_hook=_without_repeats), []
    except (ValueError, RecursionError) as error:  # a key twice, a number too long, too deep
        return None, [Fault(path, None, None, f"not usable JSON ({error})", ANEW)]


def _read_text(path: Path) -> tuple[str, list[Fault]]:
    try:
        raw = read_regular(path)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        return "", [Fault(path, None, None, what, "check the path and its permissions")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8{likely_encoding(raw)}"
        return "", [Fault(path, line, None, what, "save the file as UTF-8")]


def likely_encoding(raw: bytes) -> str:
    """What bytes that are not UTF-8 may be instead, in brackets for a message, or ""."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return " (it is UTF-16)"
    for codec, name in (("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP")):
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return f" (it decodes as {name})"
    return ""


def parse_object(line: str, path: Path, number: int) -> Record | Fault:
    """The JSON object of a ``line``, which is the ``number``-th of ``path``, or what is wrong."""
    remedy = "repair or delete the line"
    try:
        record = json.loads(line, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        what = f"not a complete JSON object ({error.msg} at column {error.colno})"
        return Fault(path, number, None, what, remedy)
    except (ValueError, RecursionError) as error:  # a key twice, a number too long, too deep
        return Fault(path, number, None, f"not usable JSON ({error})", remedy)
    if not isinstance(record, dict):
        what = f"a JSON object is needed, this is {type(record).__name__}"
        return Fault(path, number, None, what, remedy)
    return record


def _without_repeats(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field '{repeated}' stands twice")
    return record


def _numbered_rows(reader: csv.DictReader) -> Iterator[tuple[int, dict[Any, Any]]]:
    start = reader.line_num + 1  # the caller has read the header
    for row in reader:
        yield start, row
        start = reader.line_num + 1


def _ragged(path: Path, number: int, reader: csv.DictReader) -> Fault:
    what = f"the row does not have the header's {len(reader.fieldnames or [])} cells"
    return Fault(path, number, None, what, "quote cells that contain a comma")
