"""What a search writes: each file appears whole at the end, or not at all."""

import contextlib
import errno
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jmedlora.core.atomic_write import WriteError
from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.data.overlap.hit_counts import FileCounts
from jmedlora.data.overlap.input_files import TrainingStream
from jmedlora.data.overlap.search import Hit
from jmedlora.data.overlap.sought_questions import SoughtQuestion

RECORD_CHARACTERS = 4000
"""Characters of a record that are written, its excerpt among them."""


class Streamed:
    """A file written piece by piece. Raises WriteError, also on entering if it cannot be made.

    It replaces an earlier file of that name only when it is left without an exception.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")  # the next run overwrites what is left

    def __enter__(self) -> "Streamed":
        if (
            self.path.exists() and not self.path.is_file()
        ):  # a folder, or a device such as /dev/full
            raise WriteError(f"{self.path}: is no regular file; choose another place")
        with self._faults():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._keep()
        finally:
            with contextlib.suppress(OSError):  # what was not flushed has no room
                self._file.close()
            self._part.unlink(missing_ok=True)

    def write(self, raw: bytes) -> None:
        """Appends ``raw``."""
        with self._faults():
            self._file.write(raw)

    def write_line(self, record: dict[str, Any]) -> None:
        """Appends ``record`` as a line of JSON."""
        self.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n")

    def _keep(self) -> None:
        with self._faults():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._part.replace(self.path)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            remedy = "free some space" if full else "choose another place"
            raise WriteError(
                f"{self.path}: cannot be written ({error.strerror}); {remedy}"
            ) from error


def clean_file_paths(files: Sequence[Path], drop: str) -> list[Path]:
    """Where the clean copy of each file goes: ``drop`` itself, or files of their names in it.

    It is a folder if it ends in "/", if it is there as one, or for several files. Raises UserError
    for two files of one name.
    """
    folder = Path(drop)
    if len(files) == 1 and not drop.endswith(("/", os.sep)) and not folder.is_dir():
        return [folder]
    names = [file.name for file in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f"--drop {drop}: two files are called {twice[0]}; drop from one at a time")
    return [folder / name for name in names]


def check_no_overwrite(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raises UserError if one of ``outputs`` would overwrite one of ``inputs`` or another one."""
    read = {path.resolve(): path for path in inputs}
    seen: set[Path] = set()
    for path in outputs:
        where = path.resolve()
        # A hard link to an input is only replaced: the input keeps its content.
        if where in read:
            raise UserError(f"{path}: would overwrite {read[where]}; choose another name")
        if where in seen:
            raise UserError(f"{path}: is to be written twice; choose another name")
        seen.add(where)


def write_clean_file(searched: FileCounts, out: Streamed) -> int:
    """Copies the lines of the file that hold no question, byte for byte. Returns the records left.

    Raises FileError if the file changed since it was searched: its lines would be others.
    """
    hit_lines = iter(searched.hit_lines)
    upcoming = next(hit_lines, None)
    stream = TrainingStream(searched.path)
    for number, line in stream.raw_lines():
        if number == upcoming:
            upcoming = next(hit_lines, None)
        else:
            out.write(line)
    if stream.sha256 != searched.sha256:
        what, remedy = "changed while it was searched", "run the same command again"
        raise FileError([Fault(searched.path, None, None, what, remedy)])
    return searched.records - len(searched.hit_lines)


def write_exclude_list(found: Iterable[SoughtQuestion], out: Streamed) -> None:
    """One line per question, sorted: what the tasks take as ``exclude`` in ``--metadata``."""
    for exam, problem_id in sorted((each.exam, each.problem_id) for each in found):
        out.write_line({"exam": exam, "problem_id": problem_id})


def hit_record(hit: Hit, question: SoughtQuestion, file: Path) -> dict[str, Any]:
    """A hit as plain JSON types.

    start, end: of the excerpt in the whole record. record: RECORD_CHARACTERS of it around the
    excerpt.
    """
    record = _record_excerpt(hit)
    return {
        "exam": question.exam,
        "problem_id": question.problem_id,
        "file": str(file),
        "line": hit.passage.line,
        "way": hit.way,
        "containment": round(hit.containment, 4),
        "ratio": round(hit.ratio, 2),
        "question": question.text,
        "excerpt": hit.excerpt,
        "start": hit.start,
        "end": hit.end,
        "record": record,
        "record_is_cut": len(record) < len(hit.passage.text),
    }


def _record_excerpt(hit: Hit) -> str:
    """The record; of one longer than RECORD_CHARACTERS the excerpt and what stands around it."""
    text, room = hit.passage.text, max(RECORD_CHARACTERS - (hit.end - hit.start), 0)
    last = max(len(text) - RECORD_CHARACTERS, 0)  # from there on a window would reach over the end
    start = min(max(hit.start - room // 2, 0), last, hit.start)
    return text[start : max(start + RECORD_CHARACTERS, hit.end)]
