"""The files to read, looked at before anything is searched: a search may take hours."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.data.overlap.stream import COMPRESSED, GZIP, unreadable


def check_inputs(files: Sequence[Path], exams: Sequence[Path], *, twice: bool) -> None:
    """Raises FileError with every fault of the training files and the exam files at once.

    twice: whether each training file is read twice, which a pipe cannot be.
    """
    faults = [fault for file in files for fault in _training(file, twice=twice)]
    faults += [fault for exam in exams for fault in _readable(exam)]
    faults += _given_twice(files)
    if faults:
        raise FileError(faults)


def _training(path: Path, *, twice: bool) -> Iterator[Fault]:
    if not path.exists() or path.is_dir() or path.is_file():
        yield from _readable(path)
    elif twice:
        what = "is no regular file, and --drop reads it twice"
        yield Fault(path, None, None, what, "save it to a file first")


def _readable(path: Path) -> Iterator[Fault]:
    """What keeps ``path`` from being read; a pipe would lose what is read here."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return
    try:
        with path.open("rb") as file:
            start = file.read(len(GZIP))
    except OSError as error:
        yield unreadable(path, error)
        return
    if start == GZIP:
        yield Fault(path, None, None, *COMPRESSED)


def _given_twice(files: Sequence[Path]) -> Iterator[Fault]:
    where = [path.resolve() for path in files]
    for index, path in enumerate(files):
        if where[index] in where[:index]:
            yield Fault(path, None, None, "is given twice", "name each file once")
