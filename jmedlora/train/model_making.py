"""The frame in which every command of ``jmed-train`` makes a model."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jmedlora.core.errors import UserError
from jmedlora.train.disk_full import is_full_disk
from jmedlora.train.start_guard import missing_exports_line

ENVIRONMENT = "$DO_NOT_TRACK=1 and $HF_HUB_OFFLINE=1 must be set: nothing is looked for on the Hub"


@contextmanager
def making_model(folder: Path) -> Iterator[None]:
    """Makes a model in ``folder``: only in private, and what the machine lacks is a UserError.

    Raises UserError without the recipes' two exports: bitsandbytes would look for kernels on the
    Hub as soon as a 4-bit layer is used.
    """
    if line := missing_exports_line(os.environ):
        raise UserError(line)
    try:
        yield
    except Exception as error:
        if is_full_disk(error):
            what, remedy = "no space left on the disk", "free some space, or name another folder"
        elif type(error).__name__ == "OutOfMemoryError":  # torch's, which is not imported here
            what, remedy = "not enough memory for the model", "use a machine with more"
        else:
            raise
        raise UserError(f"{folder}: {what}; {remedy}") from error
