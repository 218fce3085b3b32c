"""Two processes that reach each other over gloo, as torchrun starts them on two machines."""

import multiprocessing
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any


def run_connected(action: Callable[..., None], *arguments: Sequence[Any]) -> list[int | None]:
    """Runs ``action`` with each of ``arguments`` in a process of its own; the exit statuses.

    The processes are forks of this one, which has imported what takes long.
    """
    import axolotl.utils.distributed  # noqa: F401

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fork = multiprocessing.get_context("fork")
    processes = [
        fork.Process(target=_process, args=(rank, len(arguments), port, action, each))
        for rank, each in enumerate(arguments)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    return [process.exitcode for process in processes]


def _process(
    rank: int, size: int, port: int, action: Callable[..., None], arguments: Sequence[Any]
) -> None:
    os.environ.update(
        RANK=str(rank), LOCAL_RANK="0", WORLD_SIZE=str(size), MASTER_ADDR="127.0.0.1",
        MASTER_PORT=str(port), ACCELERATE_USE_CPU="true",
    )  # fmt: skip
    _forget_the_lone_process()
    action(*arguments)


def _forget_the_lone_process() -> None:
    """What a test before this one may have found out in the process that is forked."""
    import axolotl.utils.distributed
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)
    axolotl.utils.distributed.distributed_state = None
