"""What the commands of this package share: a private start, and faults in one line."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.train.start_guard import refusal


def run_tool(work: Callable[[], None], done: str) -> int:
    """Does ``work`` and prints ``done``, or what is wrong; returns the exit status.

    Without the recipes' two exports nothing is done: bitsandbytes would look for kernels on the
    Hub as soon as a 4-bit layer is used.
    """
    if line := refusal(os.environ):
        print(f"jmed-train: {line}", file=sys.stderr)
        return 1
    try:
        work()
    except FileError as error:
        print(f"jmed-train: {error}", file=sys.stderr)
        return 1
    print(done)
    return 0


def require_new(folder: Path) -> None:
    """Raises FileError if ``folder`` already holds something."""
    if folder.exists() and any(folder.iterdir()):
        raise FileError([Fault(folder, None, None, "is not empty", "name a new folder")])
