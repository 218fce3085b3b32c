"""``jmed-train quantize``: a 4-bit copy of a base model."""

import argparse
from pathlib import Path

from jmedlora.core.cli.command import Command
from jmedlora.train.model_making import ENVIRONMENT, making_model


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "base", metavar="BASE", help="a model folder, or a name that was downloaded before"
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the copy goes")


def _run(args: argparse.Namespace) -> int:
    with making_model(args.folder):
        from jmedlora.train.quantize import quantize

        quantize(args.base, args.folder)
    print(f"{args.folder}: 4-bit copy of {args.base}")
    return 0


QUANTIZE = Command(
    name="quantize",
    text="Write a 4-bit (NF4) copy of a base model, to evaluate QLoRA adapters on. It takes about "
    "0.55 bytes a parameter and gives the logits of quantizing while loading.",
    options=_add_options,
    run=_run,
    example="jmed-train quantize models/llama-2-70b-chat models/llama70b-nf4",
    sections={
        "reads": "the base model (safetensors)",
        "writes": "into FOLDER, which must be new: model, tokenizer, and run_card.json of a merged "
        "model",
        "environment": ENVIRONMENT,
    },
    see="recipes/README.md, After training; jmed-train merge",
)
