"""Runs a command whose folder small/ is on a disk without room."""

import subprocess

import pytest

SMALL_DISK = ("unshare", "--map-root-user", "--mount")
FULL = (
    "mount -t tmpfs -o size=64k tmpfs small && cp -r before/. small && "
    "{ head -c 1M /dev/zero > small/filler 2> /dev/null; true; } || exit 9; "
    '"$@"; status=$?; rm small/filler; cp -r small/. after; exit $status'
)
"""Runs a command while the disk below small/ is full; what is on it before and after is copied."""


def small_disk() -> tuple[str, ...]:
    """The beginning of a command that has mounts of its own; its script is FULL."""
    if subprocess.run([*SMALL_DISK, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs a mount namespace, for a small disk")
    return (*SMALL_DISK, "sh", "-c")
