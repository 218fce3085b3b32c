"""Training files one record at a time: instruction records and pretraining texts, read strictly.

What is checked is what ``jmed-data check --for train`` and ``--for pretrain`` check, but the file
is never in memory as a whole.
"""

import codecs
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import JSON_SPACE, Record, likely_encoding, parse_object
from jmedlora.data.dataset import Kind, record_faults

LONGEST = 64 * 2**20
"""Bytes of a line at most: a longer one is a file without line breaks."""
MOST_FAULTS = 1000
"""Faults after which the rest of a file is not read."""
FIELDS: dict[Kind, tuple[str, ...]] = {
    "train": ("instruction", "input", "output"),
    "pretrain": ("text",),
}
GZIP = b"\x1f\x8b"
"""What a gzip file begins with."""
COMPRESSED = "is gzip-compressed", "unpack it first"
"""What is wrong with such a file, and the remedy."""
Advance = Callable[[int], object]
"""Is told how many bytes were read."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one record: all that a model reads of it. line: 1-based."""

    line: int
    text: str


class TrainingStream:
    """The records of one file, or its lines, to be read once.

    advance is told how many bytes each line has. line: the last one read, 1-based. At the end
    ``sha256`` and ``count`` are those of the whole file.
    """

    def __init__(self, path: Path, advance: Advance = lambda _: None) -> None:
        self.path, self._advance = path, advance
        self.line = self.count = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of the bytes read, 64 hex digits."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Passage]:
        """Raises FileError at the end with the faults of all lines; after one nothing is given."""
        faults: list[Fault] = []
        for number, line in self.raw():
            found = _passage(line, self.path, number)
            if isinstance(found, list):
                faults += found
            elif found is not None:
                self.count += 1
                if not faults:
                    yield found
            if len(faults) >= MOST_FAULTS:
                break
        if not self.count and not faults:
            what, remedy = "holds no record", "write one per line, with instruction and output"
            faults = [Fault(self.path, None, None, what, f"{remedy}, or text")]
        if faults:
            raise FileError(faults)

    def raw(self) -> Iterator[tuple[int, bytes]]:
        """Every line with its 1-based number and its line feed, of any content."""
        for number, line in _opened(self.path):
            self._digest.update(line)
            self._advance(len(line))
            self.line = number
            yield number, line


def unreadable(path: Path, error: OSError) -> Fault:
    """``path`` cannot be read, and why."""
    what = f"cannot be read ({error.strerror})"
    return Fault(path, None, None, what, "check the path and its permissions")


def too_large(path: Path, line: int) -> Fault:
    """The record at ``line`` (1-based) needs more memory than there is."""
    what = "not enough memory for this record"
    return Fault(path, line, None, what, "write it as several records")


def _opened(path: Path) -> Iterator[tuple[int, bytes]]:
    """Every line of ``path`` with its 1-based number and its line feed.

    Raises FileError if it cannot be read or a line is longer than LONGEST.
    """
    try:
        with path.open("rb") as file:
            yield from _lines(file, path)
    except OSError as error:
        raise FileError([unreadable(path, error)]) from error


def _lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := _line(file, path, number + 1):
        number += 1
        if len(line) > LONGEST:
            what = f"the line is longer than {LONGEST // 2**20} MiB"
            remedy = "write one record per line, in pieces"
            raise FileError([Fault(path, number, None, what, remedy)])
        yield number, line


def _line(file: BinaryIO, path: Path, number: int) -> bytes:
    try:
        return file.readline(LONGEST + 1)
    except MemoryError as error:
        raise FileError([too_large(path, number)]) from error


def _passage(line: bytes, path: Path, number: int) -> Passage | list[Fault] | None:
    """The text of a line, its faults, or None if it is blank."""
    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
        if line.startswith(GZIP):
            raise FileError([Fault(path, None, None, *COMPRESSED)])
    try:
        text = line.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        what = f"byte 0x{line[error.start]:02x} is not UTF-8{likely_encoding(line)}"
        # Every other line would say the same.
        raise FileError([Fault(path, number, None, what, "save the file as UTF-8")]) from error
    if not text.strip(JSON_SPACE):
        return None
    record = parse_object(text, path, number)
    return [record] if isinstance(record, Fault) else _checked(record, path, number)


def _checked(record: Record, path: Path, number: int) -> Passage | list[Fault]:
    kind: Kind
    if "instruction" in record or "output" in record:
        kind = "train"
    elif "text" in record:
        kind = "pretrain"
    elif "messages" in record:
        remedy = "write its turns as instruction and output"
        what = "is a chat ('messages'), which is not read"
        return [Fault(path, number, None, what, remedy)]
    else:
        what = "has neither 'instruction' and 'output' nor 'text'"
        return [Fault(path, number, None, what, "add them or delete the line")]
    if faults := list(record_faults(record, path, number, kind)):
        return faults
    return Passage(number, "\n".join(record.get(field) or "" for field in FIELDS[kind]))
