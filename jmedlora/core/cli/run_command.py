"""Running a command to its end: every way in which it can fail is one line and an exit status."""

import os
import sys
from collections.abc import Callable

from jmedlora.core.errors import printable, shortened

INTERRUPTED = 130
LONGEST = 1000
"""Characters of a line at most: some errors repeat what a file holds."""


def run_command(name: str, run: Callable[[], int]) -> int:
    """What ``run`` returns; 1 for unusable input or output, with a line on standard error.

    130 for Ctrl-C, behind which the same command can be given again.
    """
    try:
        status = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{name}: interrupted; run the same command again", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        _drop_output()
        return 1
    except ValueError as error:
        lines = [shortened(printable(line), LONGEST) for line in str(error).split("\n")]
        print(f"{name}: {lines[0]}", *lines[1:], sep="\n", file=sys.stderr)
        return 1
    except MemoryError:
        print(f"{name}: not enough memory; cut the input into smaller parts", file=sys.stderr)
        return 1
    except OSError as error:
        _drop_output()
        where = error.filename or "the output"
        print(f"{name}: {where}: cannot be read or written ({error.strerror})", file=sys.stderr)
        return 1
    return status


def _drop_output() -> None:
    """What is still unwritten would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
