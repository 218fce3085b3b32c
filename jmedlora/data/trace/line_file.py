"""JSON Lines files, read one record at a time, whatever is in them."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record, parse_object
from jmedlora.core.line_stream import read_lines


@dataclass(slots=True)
class LineFile:
    """One file. At the end of a reading sha256 is that of its bytes, records how many it has,
    broken its lines that are no JSON object, fault what ended the reading early, or "".
    """

    path: Path
    sha256: str = ""
    records: int = 0
    broken: list[int] = field(default_factory=list)
    fault: str = ""

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        """Every record with its 1-based line. Lines that are none are noted and passed over."""
        return self.holding(b"")

    def holding(self, *needed: bytes) -> Iterator[tuple[int, Record]]:
        """The records whose line holds one of ``needed``: the others are not parsed."""
        digest = hashlib.sha256()
        self.records, self.broken, self.fault = 0, [], ""
        try:
            for number, raw in read_lines(self.path):
                digest.update(raw)
                line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
                if line.strip():
                    self.records += 1
                    if any(each in line for each in needed):
                        yield from self._parsed(line, number)
        except FileError as error:
            self.fault = str(error)
        self.sha256 = digest.hexdigest()

    def _parsed(self, line: bytes, number: int) -> Iterator[tuple[int, Record]]:
        try:
            found = parse_object(line.decode().removesuffix("\n"), self.path, number)
        except UnicodeDecodeError:
            found = Fault(self.path, number, None, "is not UTF-8", "")
        if isinstance(found, Fault):
            self.broken.append(number)
        else:
            yield number, found
