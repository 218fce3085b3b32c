"""A 4-bit copy of a base model, quantized as QLoRA training quantizes it.

lm_eval 0.4.11 cannot quantize while it loads under transformers 5 (``load_in_4bit`` is refused by
the model class, ``quantization_config`` collides with lm_eval's own argument). It can load weights
that were quantized before: ``jmed-train quantize BASE DIR``, then
``--model_args pretrained=DIR,peft=ADAPTER``. The copy takes about 0.55 bytes a parameter.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from jmedlora.core.cli.manual_page import ManualPage, manual
from jmedlora.core.errors import FileError
from jmedlora.models.base_model import base_model_faults, load_tokenizer
from jmedlora.train.private_start import require_new, run_tool

NF4 = BitsAndBytesConfig(
    load_in_4bit=True,
    bnb_4bit_quant_type="nf4",
    bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=torch.bfloat16,
)
"""What Axolotl takes for ``adapter: qlora``, and qlora itself."""


def quantize(base: str, folder: Path) -> None:
    """Writes the linear layers of ``base`` in NF4, the rest in bfloat16, and its tokenizer.

    Raises FileError if the base cannot be used or ``folder`` already holds something.
    """
    if faults := base_model_faults(base):
        raise FileError(faults)
    require_new(folder)
    tokenizer = load_tokenizer(base)
    load_in_nf4(base).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def load_in_nf4(base: str) -> Any:
    """The model ``base`` with its linear layers in NF4 and the rest in bfloat16."""
    return load_base(base, dtype=torch.bfloat16, quantization_config=NF4)


def load_base(base: str, **options: Any) -> Any:
    """The model ``base`` from this machine, on its GPUs or else its CPU; runs no remote code."""
    return AutoModelForCausalLM.from_pretrained(
        base,
        device_map="auto" if torch.cuda.is_available() else "cpu",
        trust_remote_code=False,
        local_files_only=True,
        **options,
    )


def main() -> int:
    args = _parser().parse_args()
    done = f"{args.folder}: 4-bit copy of {args.base}"
    return run_tool(lambda: quantize(args.base, args.folder), done)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jmed-train quantize",
        description="Write a 4-bit (NF4) copy of a base model, to evaluate QLoRA adapters on. It "
        "takes about 0.55 bytes a parameter and gives the logits of quantizing while loading.",
        epilog=manual(
            example="jmed-train quantize models/llama-2-70b-chat models/llama70b-nf4",
            sections={
                "reads": "the base model (safetensors)",
                "writes": "into FOLDER, which must be new: model and tokenizer",
                "environment": "$DO_NOT_TRACK=1 and $HF_HUB_OFFLINE=1 must be set: nothing is "
                "looked for on the Hub",
            },
            see="recipes/README.md, After training; jmed-train merge",
        ),
        formatter_class=ManualPage,
    )
    parser.add_argument(
        "base", metavar="BASE", help="a model folder, or a name that was downloaded before"
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the copy goes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
