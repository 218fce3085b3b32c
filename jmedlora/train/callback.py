"""What is written while a model trains: a card into every checkpoint, and its adapter."""

# ruff: noqa: ARG002 (the signatures are those of transformers)

import resource
import sys
import time
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from jmedlora.models.model_folder import weight_hashes
from jmedlora.models.run_card_file import write_card
from jmedlora.train.abort import rank, world_size
from jmedlora.train.agreement import of_every_process
from jmedlora.train.output_folder import file_sizes

GIB = 2**30


class RunCardCallback(TrainerCallback):
    """Keeps ``card`` up to date and writes it last of all into each checkpoint.

    Last, because a card that states the length of every file is what tells a complete checkpoint
    from one that was cut off.
    """

    def __init__(self, card: dict[str, Any], *, sharded_adapter: bool) -> None:
        self.card, self.sharded_adapter = card, sharded_adapter
        self.hours_before = float(card["wall_hours"])
        self.started = time.monotonic()
        self.history: list[dict[str, float]] = []

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.started = time.monotonic()

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        checkpoint = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        if self.sharded_adapter:
            _save_adapter(kwargs["model"], checkpoint)
        sizes = checkpoint_sizes(checkpoint)
        self.update(state)
        if rank() == 0:
            stated = {"files": sizes, "sha256": weight_hashes(checkpoint)}
            write_card(checkpoint, {**self.card, **stated})

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.update(state)

    def update(self, state: TrainerState) -> None:
        """Brings the card to the present step."""
        self.history = list(state.log_history)
        losses = [entry["loss"] for entry in self.history if "loss" in entry]
        self.card.update(
            step=state.global_step,
            wall_hours=round(self.hours_before + (time.monotonic() - self.started) / 3600, 4),
            peak_memory_gib=peak_memory_gib(),
            final_loss=losses[-1] if losses else None,
        )
        if rewards := [entry["reward"] for entry in self.history if "reward" in entry]:
            self.card["final_reward"] = rewards[-1]


def peak_memory_gib() -> dict[str, float | None]:
    """GiB at most so far: allocated on this process's GPU, and resident in main memory."""
    gpu = torch.cuda.max_memory_allocated() / GIB if torch.cuda.is_available() else None
    unit = 1 if sys.platform == "darwin" else 1024
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / GIB
    return {"gpu": None if gpu is None else round(gpu, 2), "resident": round(resident, 2)}


def checkpoint_sizes(checkpoint: Path) -> dict[str, int]:
    """The bytes of each file of ``checkpoint``, once every process has written its part.

    Each process looks: a network file system may show a file of another machine late, or too short.
    """
    if world_size() == 1:
        return file_sizes(checkpoint)
    torch.distributed.barrier()  # nobody writes any more, so no temporary file is seen
    seen = of_every_process(file_sizes(checkpoint))
    names = sorted({name for sizes in seen for name in sizes})
    return {name: max(sizes.get(name, 0) for sizes in seen) for name in names}


def _save_adapter(model: Any, checkpoint: Path) -> None:
    """A sharded checkpoint holds no adapter that PEFT could read: gather and write one."""
    from axolotl.integrations.expert_parallel.shard import save_fsdp2_lora_adapter

    save_fsdp2_lora_adapter(model, str(checkpoint))
