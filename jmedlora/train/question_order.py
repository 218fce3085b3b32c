"""The order of the questions of a reward, in a run that goes on after a stop.

TRL 1.9.0 draws each epoch's order from one generator. A resumed run starts it anew: it would see
the first epoch's order again, whatever epoch it is in, and end with other weights.
"""

# ruff: noqa: ARG002 (the signature is that of transformers)

from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl.trainer.utils import RepeatSampler


class QuestionOrderCallback(TrainerCallback):
    """Takes the generator past the epochs that were trained before the stop."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        sampler = _sampler_of(kwargs["train_dataloader"])
        for _ in range(int(state.epoch or 0)):
            torch.randperm(sampler.num_samples, generator=sampler.generator)


def _sampler_of(loader: Any) -> RepeatSampler:
    """TRL's own below accelerate's."""
    found = loader.batch_sampler
    while not isinstance(found, RepeatSampler):
        found = getattr(found, "batch_sampler", None) or found.sampler
    return found
