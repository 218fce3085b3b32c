"""How a training run ends before its time: one line, exit status 1, no traceback."""

import os
import sys
import time
from typing import NoReturn

WAIT = 5.0
"""Seconds by which other processes end later than the first one, which says why.

The launcher kills all as soon as one has ended; without the wait the message could be lost."""


def rank() -> int:
    """The number of this process among those of the run: 0 is the one that speaks."""
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first_on_machine() -> bool:
    """Whether this process is the one of its machine that says why a run ends."""
    return int(os.environ.get("LOCAL_RANK", rank())) == 0


def print_once(line: str) -> None:
    """Prints ``line`` once, however many processes there are."""
    if rank() == 0:
        print(f"jmed-train: {line}", file=sys.stderr, flush=True)


def abort_run(message: object, *, status: int = 1) -> NoReturn:
    """Ends the run with ``message``, for a reason that the first process of each machine sees.

    It is said once on each machine: each has a terminal of its own. Other processes may see the
    reason too; those that do not are ended by the launcher.
    """
    if is_first_on_machine():
        print(f"jmed-train: {message}", file=sys.stderr, flush=True)
    else:
        time.sleep(WAIT)
    raise SystemExit(status)
