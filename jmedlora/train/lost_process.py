"""A process of the same training that is gone, known by what torch says in those that are left."""

from jmedlora.train.abort import world_size
from jmedlora.train.error_causes import error_causes

LOST_PHRASES = (
    "Connection closed by peer",
    "Connection reset by peer",
    "Broken pipe",
    "Timed out waiting",
    "Connection was likely closed",
    "client socket has timed out",
    "remote process exited or there was a network error",
)
"""What gloo says (the first four), torch's store (the next two) and NCCL.

torch has no class of error for it."""


def is_lost_process(error: BaseException) -> bool:
    """Whether ``error``, or one that it came from, is that of a connection to another process.

    A process that trains alone has lost none, whatever else it is connected to.
    """
    return world_size() > 1 and any(
        isinstance(each, RuntimeError) and any(words in str(each) for words in LOST_PHRASES)
        for each in error_causes(error)
    )
