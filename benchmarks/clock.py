"""Watches a training from within: the same instrument for Axolotl and for the plain loop.

The times are those between the ends of two optimizer steps, the GPU waited for: they hold fetching
the rows, forward, backward, the optimizer and one line of log, and neither start-up nor saving.
"""

# ruff: noqa: ARG002 (the signatures are those of transformers)

import json
import time
import zlib
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

CLOCK = "clock.json"
LOGGED = {"losses": "loss", "gradients": "grad_norm", "rates": "learning_rate"}


class Clock(TrainerCallback):
    """Writes ``folder``/clock.json at the end of training.

    - began: seconds since the epoch when training began, imports, data and model being ready.
    - seconds: by step. cpu: seconds of this process's processor time by step, which other programs
      stretch less. losses: by step, nats a token. gradients: the norm by step, before it is
      clipped. rates: the learning rate by step.
    - forwards: calls of the model by step. positions, tokens, trained: of the rows of each step,
      all with padding, those that are attended to, those with a label.
    - rows: by step a checksum of the rows in their order.
    - parameters: how many are trained. threads: of the processor, for one operation.
    - peak: bytes, {"gpu": allocated (None without one), "resident": of the process}.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / CLOCK
        self.began = self._last = self._last_cpu = 0.0
        self._seen: list[dict[str, torch.Tensor]] = []
        self._steps: list[dict[str, Any]] = []
        self._parameters = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        model = kwargs["model"]
        model.register_forward_pre_hook(self._see, with_kwargs=True)
        self._parameters = sum(each.numel() for each in model.parameters() if each.requires_grad)
        self.began = time.time()
        self._last, self._last_cpu = _now(), time.process_time()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        times = {"seconds": _now() - self._last, "cpu": time.process_time() - self._last_cpu}
        self._steps.append({**times, **_counted(self._seen)})
        self._seen.clear()
        control.should_save = False  # a checkpoint of the 7B full fine-tuning takes 110 GB
        # From here: what the counting took is not the training's.
        self._last, self._last_cpu = _now(), time.process_time()
        return control

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        by_field = {key: [step[key] for step in self._steps] for key in self._steps[0]}
        logged = [entry for entry in state.log_history if "loss" in entry]
        found = {
            "began": self.began,
            **by_field,
            **{name: [entry[key] for entry in logged] for name, key in LOGGED.items()},
            "parameters": self._parameters,
            "threads": torch.get_num_threads(),
            "peak": _peak(),
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(found), encoding="utf-8")

    def _see(self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if model.training:
            # References only: nothing is computed, so the GPU is not waited for.
            names = ("input_ids", "attention_mask", "labels")
            self._seen.append({name: kwargs[name] for name in names if name in kwargs})


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def _counted(batches: list[dict[str, torch.Tensor]]) -> dict[str, int]:
    """What the batches of one step held; without a mask every token is attended to."""
    rows = 0
    for batch in batches:
        rows = zlib.crc32(batch["input_ids"].cpu().numpy().tobytes(), rows)
    masks = [batch.get("attention_mask", torch.ones_like(batch["input_ids"])) for batch in batches]
    return {
        "forwards": len(batches),
        "positions": sum(batch["input_ids"].numel() for batch in batches),
        "tokens": sum(int((mask != 0).sum()) for mask in masks),
        "trained": sum(int((batch["labels"] != -100).sum()) for batch in batches),
        "rows": rows,
    }


def _peak() -> dict[str, int | None]:
    """``ru_maxrss`` would count what the process that started this one held."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    gpu = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
    return {"gpu": gpu, "resident": resident * 1024}
