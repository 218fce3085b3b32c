"""``jmed-train quantize``: a 4-bit copy of a base model."""

import argparse
from pathlib import Path

from jmedlora.core.cli.command import Command
from jmedlora.train.disk_full import full_disk_as_user_error
from jmedlora.train.private_start import ENVIRONMENT, require_private_start


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "base", metavar="BASE", help="a model folder, or a name that was downloaded before"
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the copy goes")


def _run(args: argparse.Namespace) -> int:
    require_private_start()
    from jmedlora.train.quantize import quantize

    with full_disk_as_user_error(args.folder):
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
        "writes": "into FOLDER, which must be new: model and tokenizer",
        "environment": ENVIRONMENT,
    },
    see="recipes/README.md, After training; jmed-train merge",
)
