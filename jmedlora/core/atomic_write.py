"""Writing files whole or not at all, and JSON as this project writes it."""

import contextlib
import errno
import json
import os
from pathlib import Path
from typing import Any

from jmedlora.core.errors import UserError


class WriteError(UserError):
    """A file that could not be written; the text names it, the reason and the remedy."""


def write_file(path: Path, content: str | bytes) -> None:
    """Puts ``content`` (text as UTF-8) at ``path`` in one step, its folder made where needed.

    An earlier file stays as it was if the disk is full or the program is stopped; of two programs
    that write it at once, the last one's stands. Raises WriteError naming the file and the reason.
    """
    raw = content.encode() if isinstance(content, str) else content
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # each process writes its own
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # where no part could be made, none is left
            part.unlink()
        remedy = "free some space" if error.errno == errno.ENOSPC else "choose another --out"
        raise WriteError(f"{path}: cannot be written ({error.strerror}); {remedy}") from error


def dump(value: Any) -> str:
    """JSON as this project writes it: readable Japanese, no NaN."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
