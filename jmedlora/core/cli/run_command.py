"""Running a command to its end: what a user can mend is one line, a bug keeps its traceback."""

import errno
import io
import os
import platform
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from jmedlora.core.errors import printable, shortened, user_message

FAILED = 1
BUG = 70
"""What sysexits.h calls EX_SOFTWARE."""
INTERRUPTED = 130
LONGEST = 1000
"""Characters of a line at most: some errors repeat what a file holds."""


def run_command(name: str, run: Callable[[], int]) -> int:
    """What ``run`` returns, or the exit status for what it raised, told on standard error.

    FAILED, with a line, for a UserError and for a file or an output that cannot be read or written.
    INTERRUPTED for Ctrl-C, behind which the same command can be given again. BUG, with the
    traceback, for everything else.
    """
    if sys.stderr is None:  # closed; print would take standard output in its place
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stdout is None:
        _print_lines(f"{name}: standard output is closed; send it to a file or to {os.devnull}")
        return FAILED
    _let_odd_names_be_printed()
    try:
        status = run()
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        _flush_or_drop_output()
        return _tell(name, error)
    return status


def _tell(name: str, error: BaseException) -> int:
    """Says on standard error what ended the command; returns the exit status."""
    if isinstance(error, KeyboardInterrupt):
        _print_lines(f"{name}: interrupted; run the same command again")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # the reader, such as head, has seen enough
        return FAILED
    message = user_message(error) or _fault_of_output(error)
    if message is None:
        traceback.print_exception(error)
        _print_lines(f"{name}: {_request_for_a_report()}")
        return BUG
    _print_lines(f"{name}: {message}")
    return FAILED


def _fault_of_output(error: BaseException) -> str | None:
    """What is wrong with standard output, if ``error`` comes from it."""
    if isinstance(error, UnicodeEncodeError):
        return _unshown_character(error)
    if isinstance(error, OSError) and error.errno == errno.EBADF and not _output_takes_bytes():
        return f"the output: cannot be read or written ({error.strerror})"
    return None


def _output_takes_bytes() -> bool:
    try:
        os.write(sys.stdout.fileno(), b"")
    except OSError as error:
        return error.errno is None  # it has no number of the system, as in a test
    return True


def _unshown_character(error: UnicodeEncodeError) -> str | None:
    """What to do where standard output has not the characters that it is to show.

    None if the error came from elsewhere. UTF-8 has all: see _let_odd_names_be_printed.
    """
    encoding = str(sys.stdout.encoding).lower()
    if encoding == "utf-8" or error.encoding.lower() != encoding:
        return None
    character = f"U+{ord(error.object[error.start]):04X}"
    return f"standard output ({encoding}) cannot show {character}; run: export PYTHONUTF8=1"


def _request_for_a_report() -> str:
    try:
        own = version("jmedlora")
    except PackageNotFoundError:
        own = "not installed"
    return (
        "this is a bug in jmedlora, not a mistake of yours. Please send its maintainers the "
        "command line, the traceback above, which may show names of files and texts from them (so "
        f"read it first), and these versions: jmedlora {own}, Python {platform.python_version()} "
        f"on {platform.system()}"
    )


def _print_lines(text: str) -> None:
    for line in text.split("\n"):
        print(shortened(printable(line), LONGEST), file=sys.stderr)


def _let_odd_names_be_printed() -> None:
    """A file name that is not UTF-8 is shown with escapes; strictly, it could not be printed."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and (out.encoding, out.errors) == ("utf-8", "strict"):
        out.reconfigure(errors="backslashreplace")


def _flush_or_drop_output() -> None:
    """Writes what is still unwritten, or drops it: it would fail again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with open(os.devnull, "wb") as devnull:  # noqa: PTH123
            os.dup2(devnull.fileno(), sys.stdout.fileno())
