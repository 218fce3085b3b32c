"""What ends a training from outside, said in one line instead of a traceback through libraries."""

import platform
import sys
from pathlib import Path
from types import TracebackType

from jmedlora.train.disk_full import is_full_disk
from jmedlora.train.lost_process import is_lost_process


def install_final_line(folder: Path) -> None:
    """From now on an error with a ``final_line`` about ``folder`` ends the process with it.

    Every process says it: the one whose part did not fit, or that is left, may not be the first.
    """

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if line := final_line(error):
            print(f"jmed-train: {folder}: {line}", file=sys.stderr, flush=True)
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = report


def final_line(error: BaseException) -> str:
    """What to say of ``error`` behind the output folder's name; "" if it is anything else."""
    if is_full_disk(error):
        return (
            "no space left on the disk. The complete checkpoints are kept; free some space and run "
            "the same command to go on from the newest"
        )
    if is_lost_process(error):
        return (
            f"{platform.node()} lost its connection to another process of this training, which "
            "may have said why. The complete checkpoints are kept; run the same command, on "
            "several machines on each of them, to go on from the newest"
        )
    return ""
