"""What the processes of one run must share: settings, data, packages, checkpoint, output folder.

Each process reads the recipe and looks for the checkpoint by itself. On one machine all see the
same. On several machines the copies of a file may differ, and a folder may be shared late or not
at all: the run would go on from other steps on each machine, or train on other data, and say
nothing.
"""

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from jmedlora.models.run_card_file import read_card
from jmedlora.train.abort import abort_run, rank, world_size
from jmedlora.train.settings import setting_differences

AGREED_FIELDS = ("config", "packages", "step")
"""The fields of a run card that each process must have found alike; step: where it goes on."""
PATIENCE = 90.0
"""Seconds after which a file of another machine must be seen. NFS looks again after 60 at most."""


def require_company() -> None:
    """Stops a process that was started alone although others were asked for.

    Without ``--multi_gpu``, ``accelerate launch`` starts one process on a machine that has one GPU
    or none, whatever ``--num_processes`` and ``--num_machines`` say: each machine would train a
    model of its own (accelerate 1.13).
    """
    if "MASTER_ADDR" in os.environ and "WORLD_SIZE" not in os.environ:
        abort_run(
            "this process would train alone, although MASTER_ADDR is set. accelerate launch "
            "--num_machines N and --num_processes N need --multi_gpu beside them; for one process, "
            "unset MASTER_ADDR"
        )


def require_agreement(folder: Path, card: Mapping[str, Any]) -> None:
    """Stops the run, on every machine alike, where one process found something else.

    card: this process's own, not yet trained. The first process has written its card to
    ``folder``, the output folder; the others must see it there.
    """
    if world_size() == 1:
        return
    found = of_every_process(
        {"machine": platform.node(), **{key: card[key] for key in AGREED_FIELDS}}
    )
    first = found[0]
    for other in found[1:]:
        here, there = ({key: each[key] for key in AGREED_FIELDS} for each in (first, other))
        if changed := setting_differences(here, there, between="there"):
            abort_run(
                f"process {found.index(other)} on machine {other['machine']} would train something "
                f"else than process 0 on {first['machine']}: {changed}. All machines need the same "
                "recipe, data and packages, and must see the same checkpoints"
            )
    for number, seen in enumerate(of_every_process(_sees_first_card(folder, card))):
        if not seen:
            abort_run(
                f"{folder}: process {number} on machine {found[number]['machine']} does not see "
                f"what process 0 on {first['machine']} wrote there. The output folder must be one "
                "that all machines share"
            )


def of_every_process(value: Any) -> list[Any]:
    """The ``value`` of each process, in the order of their numbers; every process must ask."""
    from axolotl.utils.distributed import init_distributed_state

    init_distributed_state()  # where Axolotl has not needed it so far
    values: list[Any] = [None] * world_size()
    torch.distributed.all_gather_object(values, value)
    return values


def _sees_first_card(folder: Path, card: Mapping[str, Any]) -> bool:
    """Whether the card in ``folder`` becomes that of this start, which is equal to ours."""
    end = time.monotonic() + PATIENCE
    while not (seen := _is_of_this_start(folder, card)) and time.monotonic() < end and rank():
        time.sleep(0.5)
    return seen


def _is_of_this_start(folder: Path, card: Mapping[str, Any]) -> bool:
    written = read_card(folder) or {}
    return all(written.get(key) == card[key] for key in (*AGREED_FIELDS, "starts"))
