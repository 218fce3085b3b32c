"""``jmed-train merge``: one model folder of an adapter and its base."""

import argparse
from pathlib import Path

from jmedlora.core.cli.command import Command
from jmedlora.train.model_making import ENVIRONMENT, making_model

NUMBER_FORMATS = ("bfloat16", "float16", "float32")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", type=Path, help="an output folder or checkpoint of a recipe"
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the merged model goes")
    parser.add_argument("--base", metavar="DIR", help="where the base model is now")
    parser.add_argument(
        "--dtype",
        choices=NUMBER_FORMATS,
        help="the number format of the merged weights (default: the base's, but float16 in place "
        "of bfloat16, which would round most of the adapter away)",
    )


def _run(args: argparse.Namespace) -> int:
    with making_model(args.folder):
        from jmedlora.train.merge import merge

        merge(args.run, args.folder, base=args.base, dtype=args.dtype)
    print(f"{args.folder}: {args.run} merged into its base")
    print("before you share it, ask what it recites: jmed-report recite (docs/recite.md)")
    return 0


MERGE = Command(
    name="merge",
    text="Merge a trained adapter into its base model: one folder that needs neither PEFT nor the "
    "base. A QLoRA adapter is added to the 4-bit base that it was trained on.",
    options=_add_options,
    run=_run,
    example="jmed-train merge outputs/opencalm7b-1000 models/merged",
    sections={
        "reads": "the adapter (safetensors), its run_card.json, and its base model",
        "writes": "into FOLDER, which must be new: model, tokenizer, run_card.json",
        "environment": ENVIRONMENT,
    },
    see="recipes/README.md, After training; jmed-train quantize",
)
