"""The files that a search reads: looked at before it starts, then read one record at a time.

Training files hold instruction records or pretraining texts. What is checked is what ``jmed-data
check --for train`` and ``--for pretrain`` check, but a file is never in memory as a whole.
"""

import codecs
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import JSON_SPACE, Record, likely_encoding, parse_object
from jmedlora.core.line_stream import read_lines, unreadable_fault
from jmedlora.data.conversation import as_instruction
from jmedlora.data.dataset import FIELD_ORDER, record_faults, record_kind

MOST_FAULTS = 1000
"""Faults after which the rest of a file is not read."""
GZIP_MAGIC = b"\x1f\x8b"
"""What a gzip file begins with."""
GZIP_FAULT = "is gzip-compressed", "unpack it first"
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
        """The hash of the bytes read, 64 hex digits."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Passage]:
        """Raises FileError at the end with the faults of all lines; after one nothing is given."""
        faults: list[Fault] = []
        for number, line in self.raw_lines():
            found = _parse_line(line, self.path, number)
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

    def raw_lines(self) -> Iterator[tuple[int, bytes]]:
        """Every line with its 1-based number and its line feed, of any content."""
        for number, line in read_lines(self.path):
            self._digest.update(line)
            self._advance(len(line))
            self.line = number
            yield number, line


def check_input_files(files: Sequence[Path], exams: Sequence[Path], *, twice: bool) -> None:
    """Raises FileError with every fault of the training files and the exam files at once.

    It comes before the search, which may take hours.
    twice: whether each training file is read twice, which a pipe cannot be.
    """
    faults = [fault for file in files for fault in _training_file_faults(file, twice=twice)]
    faults += [fault for exam in exams for fault in _file_faults(exam)]
    faults += _repeated_files(files)
    if faults:
        raise FileError(faults)


def _training_file_faults(path: Path, *, twice: bool) -> Iterator[Fault]:
    if not path.exists() or path.is_dir() or path.is_file():
        yield from _file_faults(path)
    elif twice:
        what = "is no regular file, and --drop reads it twice"
        yield Fault(path, None, None, what, "save it to a file first")


def _file_faults(path: Path) -> Iterator[Fault]:
    """What keeps ``path`` from being read; a pipe would lose what is read here."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return
    try:
        with path.open("rb") as file:
            start = file.read(len(GZIP_MAGIC))
    except OSError as error:
        yield unreadable_fault(path, error)
        return
    if start == GZIP_MAGIC:
        yield Fault(path, None, None, *GZIP_FAULT)


def _repeated_files(files: Sequence[Path]) -> Iterator[Fault]:
    where = [path.resolve() for path in files]
    for index, path in enumerate(files):
        if where[index] in where[:index]:
            yield Fault(path, None, None, "is given twice", "name each file once")


def _parse_line(line: bytes, path: Path, number: int) -> Passage | list[Fault] | None:
    """The text of a line, its faults, or None if it is blank."""
    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
        if line.startswith(GZIP_MAGIC):
            raise FileError([Fault(path, None, None, *GZIP_FAULT)])
    try:
        text = line.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        what = f"byte 0x{line[error.start]:02x} is not UTF-8{likely_encoding(line)}"
        # Every other line would say the same.
        raise FileError([Fault(path, number, None, what, "save the file as UTF-8")]) from error
    if not text.strip(JSON_SPACE):
        return None
    record = parse_object(text, path, number)
    return [record] if isinstance(record, Fault) else _record_passage(record, path, number)


def _record_passage(record: Record, path: Path, number: int) -> Passage | list[Fault]:
    kind = record_kind(record)
    if kind is None:
        what = "has neither 'instruction' and 'output' nor 'text'"
        return [Fault(path, number, None, what, "add them or delete the line")]
    if faults := list(record_faults(record, path, number, kind)):
        return faults
    texts = as_instruction(record) if kind == "train" else record
    return Passage(number, "\n".join(texts.get(field) or "" for field in FIELD_ORDER[kind]))
