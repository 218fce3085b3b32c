"""``python -m benchmarks.plain RECIPE OUT``: the plain loop, ``transformers.Trainer`` and PEFT.

RECIPE is the recipe.yml that an Axolotl run wrote: the settings after the command line and the
machine have had their say. Trained are the rows that it prepared, so both train on the same
tokens. Everything else is what one would write without Axolotl.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
import yaml
from datasets import Dataset, load_from_disk
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from torch import nn
from transformers import (
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    Trainer,
    TrainingArguments,
    set_seed,
)

from benchmarks.clock import Clock
from jmedlora.train.quantize import load_base

SAME = (
    "learning_rate", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm",
    "warmup_steps", "max_steps", "gradient_accumulation_steps", "gradient_checkpointing", "seed",
    "bf16", "tf32",
)  # fmt: skip
"""Settings of one name and meaning in a recipe and in TrainingArguments."""
NUMBERS = ("learning_rate", "adam_epsilon")
"""YAML reads 5e-5 as text."""
REENTRANT = {"use_reentrant": True}
"""Axolotl's way of gradient checkpointing."""
PAD = 64
"""Rows are padded to a multiple of it, as Axolotl pads them."""


def train(recipe: dict[str, Any], out: Path) -> None:
    """Trains as ``recipe`` says; only the clock's file is written into ``out``."""
    tokenizer = AutoTokenizer.from_pretrained(recipe["base_model"])
    trainer = Trainer(
        model=_model(recipe),
        args=_arguments(recipe, out),
        train_dataset=_rows(Path(recipe["dataset_prepared_path"]), int(recipe["max_steps"])),
        data_collator=DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=PAD),
        callbacks=[Clock(out)],
    )
    trainer.train()


def _arguments(recipe: dict[str, Any], out: Path) -> TrainingArguments:
    same = {key: recipe[key] for key in SAME if recipe.get(key) is not None}
    by_length = "group_by_length" if recipe.get("group_by_length") else "random"
    order = "sequential" if recipe.get("curriculum_sampling") else by_length
    return TrainingArguments(
        output_dir=str(out),
        per_device_train_batch_size=recipe["micro_batch_size"],
        optim=recipe["optimizer"],
        lr_scheduler_type=recipe["lr_scheduler"],
        gradient_checkpointing_kwargs=REENTRANT,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        train_sampling_strategy=order,
        **{key: float(value) if key in NUMBERS else value for key, value in same.items()},
    )


def _model(recipe: dict[str, Any]) -> nn.Module:
    """A 4-bit base is one already: its folder says so."""
    model = load_base(
        recipe["base_model"],
        dtype=torch.bfloat16 if recipe.get("bf16") else torch.float32,
        attn_implementation=recipe["attn_implementation"],
    )
    if not recipe.get("adapter"):
        return model
    model.gradient_checkpointing_enable(REENTRANT)
    if recipe.get("load_in_4bit"):
        model = prepare_model_for_kbit_training(model, gradient_checkpointing_kwargs=REENTRANT)
    set_seed(recipe["seed"])
    return get_peft_model(model, _adapter(recipe))


def _adapter(recipe: dict[str, Any]) -> LoraConfig:
    every = recipe.get("lora_target_linear")
    return LoraConfig(
        r=recipe["lora_r"],
        lora_alpha=recipe["lora_alpha"],
        lora_dropout=recipe["lora_dropout"],
        target_modules="all-linear" if every else recipe["lora_target_modules"],
        task_type="CAUSAL_LM",
    )


def _rows(prepared: Path, steps: int) -> Dataset:
    """The training rows, of those that Axolotl prepared; the evaluation's are fewer."""
    infos = [info.parent for info in prepared.rglob("dataset_info.json")]
    rows = max((load_from_disk(str(folder)) for folder in infos), key=len)
    if len(rows) < steps:
        raise SystemExit(f"{prepared}: {len(rows)} rows are too few for {steps} steps")
    return rows.select_columns(["input_ids", "attention_mask", "labels"])


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plain",
        description="Train as a run's recipe.yml says, with transformers and PEFT alone.",
    )
    parser.add_argument("recipe", type=Path, help="OUTPUT/recipe.yml of an Axolotl run")
    parser.add_argument("out", type=Path, help="where clock.json goes")
    args = parser.parse_args()
    train(yaml.safe_load(args.recipe.read_text(encoding="utf-8")), args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
