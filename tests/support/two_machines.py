"""Two machines made of this one: network namespaces joined by one cable (a pair of veth devices).

Each has an address of its own and reaches nothing but the other one. Processes, files and the clock
are this machine's, so a folder is shared unless a test names two. No root is needed where user
namespaces are allowed.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

INSIDE = ("nsenter", "--user", "--net", "--preserve-credentials", "--target")
ADDRESSES = ("10.77.0.1", "10.77.0.2")
CABLE = "cable"
"""The network device's name on either machine."""


@dataclass(frozen=True, slots=True)
class Machine:
    """rank: 0 or 1. holder: the process that keeps its namespace."""

    rank: int
    holder: int

    @property
    def prefix(self) -> tuple[str, ...]:
        """The beginning of a command that runs on it."""
        return (*INSIDE, str(self.holder))

    def cut_cable(self) -> None:
        """As a power cut or a broken switch: no packet any more, and no connection is closed."""
        subprocess.run([*self.prefix, "ip", "link", "set", CABLE, "down"], check=True)


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Both machines, up to the end of the block. Skips the test where they cannot be made."""
    if missing := [name for name in ("ip", "nsenter", "unshare") if shutil.which(name) is None]:
        pytest.skip(f"needs {', '.join(missing)}, for two network namespaces")
    first = _hold(["unshare", "--map-root-user", "--net"])
    second = None
    try:
        second = _hold([*INSIDE, str(first.pid), "unshare", "--net"])
        machines = (Machine(0, first.pid), Machine(1, second.pid))
        _connect(machines)
        yield machines
    finally:
        for holder in filter(None, (second, first)):
            holder.kill()
            holder.wait()


def _hold(prefix: Sequence[str]) -> subprocess.Popen[str]:
    """A process that waits in a new namespace; what it prints says that it is there."""
    holder = subprocess.Popen(
        [*prefix, "sh", "-c", "echo there; exec sleep infinity"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout and holder.stderr
    if holder.stdout.readline() != "there\n":
        pytest.skip(f"needs network namespaces: {holder.stderr.read().strip()}")
    return holder


def _connect(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    peer = ["peer", "name", CABLE, "netns", str(second.holder)]
    lines = [(first, ["ip", "link", "add", CABLE, "type", "veth", *peer])]
    for machine, address in zip(machines, ADDRESSES, strict=True):
        lines.append((machine, ["ip", "addr", "add", f"{address}/24", "dev", CABLE]))
        lines += [(machine, ["ip", "link", "set", name, "up"]) for name in (CABLE, "lo")]
    for machine, line in lines:
        ended = subprocess.run(
            [*machine.prefix, *line], capture_output=True, text=True, check=False
        )
        if ended.returncode:
            pytest.skip(f"needs a pair of veth devices: {ended.stderr.strip()}")
