"""One writer at a time in a folder, enforced by the operating system."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import lock_descriptor

from jmedlora.core.atomic_write import WriteError

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps ``folder``, made where needed, for this process until the block ends.

    The lock goes with the process, however it ends, so that a killed one leaves none behind. Raises
    WriteError, naming the process, if another one holds it, and OSError if the file system has no
    locks.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        remedy = "choose another folder or free some space"
        raise WriteError(f"{folder}: cannot be written to ({error.strerror}); {remedy}") from error
    try:
        _take(file, folder)
        yield
    finally:
        os.close(file)


def _take(file: int, folder: Path) -> None:
    # filelock's FileLock would open the file itself, which the process number stands in.
    if not lock_descriptor(file, blocking=False):
        raise WriteError(
            f"{folder}: process {_holder(file)} is writing there; wait until it has ended, or "
            "choose another folder"
        )
    with suppress(OSError):  # a full disk has no room for the number, but knows the lock
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {platform.node()}\n".encode(), 0)


def _holder(file: int) -> str:
    """The number of the process that holds the lock, and its machine if that is another one."""
    number, _, machine = os.pread(file, 300, 0).decode(errors="replace").strip().partition(" ")
    other = f" on machine {machine}" if machine and machine != platform.node() else ""
    return f"{number or 'unknown'}{other}"
