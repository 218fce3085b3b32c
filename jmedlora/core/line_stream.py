"""Reading a file line by line, in a memory that grows with its longest line alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.regular_file import open_regular

LONGEST_LINE = 64 * 2**20
"""Bytes of a line at most: a longer one is a file without line breaks."""


def unreadable_fault(path: Path, error: OSError) -> Fault:
    """``path`` cannot be read, and why."""
    what = f"cannot be read ({error.strerror})"
    return Fault(path, None, None, what, "check the path and its permissions")


def too_large_fault(path: Path, line: int) -> Fault:
    """The record at ``line`` (1-based) needs more memory than there is."""
    what = "not enough memory for this record"
    return Fault(path, line, None, what, "write it as several records")


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Every line of ``path`` with its 1-based number and its line feed.

    Raises FileError if it cannot be read or a line is longer than LONGEST_LINE.
    """
    try:
        with open_regular(path) as file:
            yield from _split_lines(file, path)
    except OSError as error:
        raise FileError([unreadable_fault(path, error)]) from error


def _split_lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := _read_line(file, path, number + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            what = f"the line is longer than {LONGEST_LINE // 2**20} MiB"
            remedy = "write one record per line, in pieces"
            raise FileError([Fault(path, number, None, what, remedy)])
        yield number, line


def _read_line(file: BinaryIO, path: Path, number: int) -> bytes:
    try:
        return file.readline(LONGEST_LINE + 1)
    except MemoryError as error:
        raise FileError([too_large_fault(path, number)]) from error
