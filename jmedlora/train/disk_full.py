"""A full disk, known by what several libraries say of it."""

import errno

from jmedlora.train.error_causes import error_causes

DISK_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL_PHRASES = (
    "No space left on device",
    "unexpected pos",
    "iostream error",
    "PytorchStreamWriter failed",
    "file write failed",
)
"""How safetensors and torch, which give no errno, report it."""


def is_full_disk(error: BaseException) -> bool:
    """Whether ``error``, or one that it came from, is that of a full disk."""
    return any(_is_full(each) for each in error_causes(error))


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in DISK_FULL_NUMBERS:
        return True
    return any(words in str(error) for words in DISK_FULL_PHRASES)
