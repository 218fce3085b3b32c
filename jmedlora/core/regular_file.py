"""Opening a file that a user named: what never ends, or never begins, is refused.

A named pipe is waited for until somebody writes into it, and a device such as /dev/zero has no end.
"""

import errno
import stat
from io import BufferedReader
from pathlib import Path

KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Where standard input, and what a shell opens for ``<(command)``, stand as files."""


def open_regular(path: Path) -> BufferedReader:
    """``path``, opened for reading bytes.

    Raises OSError, also for a pipe, a socket or a device, unless it is one of STREAMS: these are
    open already.
    """
    if not str(path).startswith(STREAMS):
        require_regular(path)
    return path.open("rb")


def read_regular(path: Path) -> bytes:
    """The bytes of ``path``. Raises OSError as open_regular does."""
    with open_regular(path) as file:
        return file.read()


def require_regular(path: Path) -> None:
    """Raises OSError, which names ``path``, for a pipe, a socket or a device."""
    if kind := KINDS.get(stat.S_IFMT(path.stat().st_mode)):
        raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
