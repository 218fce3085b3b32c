"""What is wrong with an input, said so that its owner can mend it."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHOWN = 5
"""How many faults an error message spells out before it counts the rest."""
LONGEST = 300
"""Characters of a text from a file that a message repeats."""
LONGEST_NAME = 60
OF_THE_MACHINE = {
    errno.EACCES, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
    errno.ENOSPC, errno.ENXIO, errno.EPERM, errno.EROFS, errno.ESTALE,
}  # fmt: skip
"""Faults of a disk, a device, permissions or a limit.

From a write to standard output they come without a file's name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (file, 1-based line, problem_id; None if unknown), what, and the remedy."""

    file: Path
    line: int | None
    problem_id: str | None
    what: str
    remedy: str

    def __str__(self) -> str:
        place = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        item = f"{shortened(self.problem_id, LONGEST_NAME)}: " if self.problem_id else ""
        return printable(f"{place}: {item}{shortened(self.what, LONGEST)}; {self.remedy}")


def shortened(text: str, longest: int) -> str:
    """``text``, cut at ``longest`` characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def printable(text: str) -> str:
    """``text`` with line breaks and control characters written out: it comes from a file."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class UserError(Exception):
    """What the user can mend. The text is shown as it is: each line says what, where and how."""


class FileError(UserError):
    """A file that cannot be used. ``faults`` holds them all; the text shows the first few."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"… and {len(self.faults) - SHOWN} more")
        super().__init__("\n".join(lines))


def user_message(error: BaseException) -> str | None:
    """What the user can mend about ``error``, in a line or more; None if it is a bug.

    An OSError can be mended if it names a file, or if its number is one of OF_THE_MACHINE. Others
    come from calls with wrong arguments, such as a read from a file that we closed.
    """
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory; cut the input into smaller parts"
    if isinstance(error, OSError) and error.errno is not None:
        named = isinstance(error.filename, str | bytes | os.PathLike)
        if named or error.errno in OF_THE_MACHINE:
            where = os.fsdecode(error.filename) if named else "the output"
            return f"{where}: cannot be read or written ({error.strerror})"
    return None
