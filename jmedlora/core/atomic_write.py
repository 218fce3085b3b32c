"""Writing files whole or not at all, and JSON as this project writes it."""

import contextlib
import errno
import json
import os
import secrets
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

from jmedlora.core.errors import UserError

PRIVATE = 0o600
"""The mode of a file that holds texts of documents, or what was found in them."""
PUBLIC = 0o666
"""That of other files, less the umask."""


class WriteError(UserError):
    """A file that could not be written; the text names it, the reason and the remedy."""


def write_file(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Puts ``content`` (text as UTF-8) at ``path`` in one step. Raises WriteError.

    private: only its owner can read it (PRIVATE), whatever the umask is.
    """
    raw = content.encode() if isinstance(content, str) else content
    with write_errors(path), atomic_write(path, private=private) as file:
        file.write(raw)


@contextlib.contextmanager
def atomic_write(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """An open file that becomes ``path`` when the block ends without an exception.

    As with atomic_path; and the content is on the disk before it gets its name. private: as with
    write_file, from the first byte on.
    """

    def opened(part: str, flags: int) -> int:
        return os.open(part, flags, PRIVATE if private else PUBLIC)

    with atomic_path(path) as part, open(part, "wb", opener=opened) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Where to write what becomes ``path`` when the block ends without an exception.

    The folder of ``path`` is made where needed, and taken away where the block fails. An earlier
    file stays as it was if the disk is full or the program is stopped; of two programs that write
    it at once, the last one's stands. Raises OSError.
    """
    # Each process writes its own; on a shared folder another machine may have the same number.
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    made = list(takewhile(lambda folder: not folder.exists(), path.parents))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):  # it was moved, or could not be made
            part.unlink()
        with contextlib.suppress(OSError):  # a file is in it
            for folder in made:
                folder.rmdir()


@contextlib.contextmanager
def write_errors(path: Path, *, remedy: str = "choose another --out") -> Iterator[None]:
    """Turns an OSError in the block into a WriteError about ``path``.

    remedy: what to do unless the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            remedy = "free some space"
        raise WriteError(f"{path}: cannot be written ({error.strerror}); {remedy}") from error


def dump(value: Any) -> str:
    """JSON as this project writes it: readable Japanese, no NaN."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
