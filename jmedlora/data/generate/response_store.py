"""The raw responses of a folder: appended one by one, on the disk before the next step.

A process that is killed, or a disk that is full, costs at most the line that was being written, and
that line is recognised: it is cut off and its call is made again.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import PRIVATE, WriteError
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.regular_file import open_regular

RESPONSES_FILE = "responses.jsonl"


class ResponseStore:
    """``responses.jsonl`` of a folder, open for appending. keys: of the requests answered.

    note: what was mended while opening, or "".
    """

    def __init__(self, path: Path, file: int, keys: set[str], note: str) -> None:
        self.path, self.keys, self.note = path, keys, note
        self._file = file

    def append(self, record: dict[str, Any]) -> None:
        """Writes ``record``, which has a ``key``, and waits for the disk. Raises WriteError.

        If it does not fit, the file is as it was before.
        """
        size = os.lseek(self._file, 0, os.SEEK_END)
        data = (json.dumps(record, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            raise _unwritable(self.path, error) from error
        self.keys.add(record["key"])


@contextmanager
def open_response_store(folder: Path) -> Iterator[ResponseStore]:
    """The store of ``folder``, which the caller holds the lock of.

    A half-written last line is cut off. Raises FileError for a broken line elsewhere, WriteError.
    """
    path = folder / RESPONSES_FILE
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        keys, whole = _scan_lines(path)
        note = ""
        if whole < os.fstat(file).st_size:
            os.ftruncate(file, whole)
            note = f"{path}: the last line was half-written; its call is made again"
        yield ResponseStore(path, file, keys, note)
    finally:
        os.close(file)


def _scan_lines(path: Path) -> tuple[set[str], int]:
    """The keys in the file, and the length in bytes of its whole lines."""
    keys: set[str] = set()
    whole = 0
    broken: int | None = None
    with open_regular(path) as file:
        for number, line in enumerate(file, start=1):
            if broken is not None:
                what, remedy = "no complete response", "delete the line: its call is made again"
                raise FileError([Fault(path, broken, None, what, remedy)])
            key = _line_key(line)
            if key is None:
                broken = number
            else:
                keys.add(key)
                whole += len(line)
    return keys, whole


def _line_key(line: bytes) -> str | None:
    """The key of a whole line; None for one that is not."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    key = record.get("key") if isinstance(record, dict) else None
    return key if isinstance(key, str) and isinstance(record.get("content"), str) else None


def _unwritable(path: Path, error: OSError) -> WriteError:
    return WriteError(
        f"{path}: cannot be written ({error.strerror}); what was answered before is kept: free "
        "some space, or choose another --out, and run the same command again"
    )
