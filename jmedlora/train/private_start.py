"""The condition on which every command of ``jmed-train`` starts: nothing leaves the machine."""

import os

from jmedlora.core.errors import UserError
from jmedlora.train.start_guard import refusal

ENVIRONMENT = "$DO_NOT_TRACK=1 and $HF_HUB_OFFLINE=1 must be set: nothing is looked for on the Hub"


def require_private_start() -> None:
    """Raises UserError without the recipes' two exports.

    Without them, bitsandbytes would look for kernels on the Hub as soon as a 4-bit layer is used.
    """
    if line := refusal(os.environ):
        raise UserError(line)
