"""A full disk, said in one line instead of a traceback through three libraries."""

import errno
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

DISK_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL_PHRASES = (
    "No space left on device",
    "unexpected pos",
    "iostream error",
    "PytorchStreamWriter failed",
    "file write failed",
)
"""How safetensors and torch, which give no errno, report it."""


def install_disk_full_hook(folder: Path) -> None:
    """From now on an error from a full disk ends the process with one line about ``folder``."""

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if is_full_disk(error):
            # from every process: the one whose part did not fit may not be the first
            print(
                f"jmed-train: {folder}: no space left on the disk. The complete checkpoints are "
                "kept; free some space and run the same command to go on from the newest",
                file=sys.stderr,
                flush=True,
            )
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = report


def is_full_disk(error: BaseException) -> bool:
    """Whether ``error``, or one that it came from, is that of a full disk."""
    return any(_is_full(each) for each in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in DISK_FULL_NUMBERS:
        return True
    return any(words in str(error) for words in DISK_FULL_PHRASES)
