"""A 4-bit copy of a base model, quantized as QLoRA training quantizes it.

lm_eval 0.4.11 cannot quantize while it loads under transformers 5 (``load_in_4bit`` is refused by
the model class, ``quantization_config`` collides with lm_eval's own argument). It can load weights
that were quantized before: ``jmed-train quantize BASE DIR``, then ``--model_args
pretrained=DIR,peft=ADAPTER``. The copy takes about 0.55 bytes a parameter.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Mxfp4Config

from jmedlora.core.errors import FileError, UserError
from jmedlora.models.base_model import base_model_faults, load_tokenizer
from jmedlora.models.model_folder import require_new, weight_hashes
from jmedlora.models.run_card_file import read_card, write_card

NF4 = BitsAndBytesConfig(
    load_in_4bit=True,
    bnb_4bit_quant_type="nf4",
    bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=torch.bfloat16,
)
"""What Axolotl takes for ``adapter: qlora``, and qlora itself."""
UNPACKED = {"quantization_config": Mxfp4Config(dequantize=True)}
"""Has load_base unpack experts in MXFP4, those of gpt-oss, to bfloat16."""


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
    if card := read_card(Path(base)):  # of a merged model
        write_card(folder, {**card, "sha256": weight_hashes(folder)})


def load_in_nf4(base: str) -> Any:
    """The model ``base`` with its linear layers in NF4 and the rest in bfloat16.

    Raises UserError where bitsandbytes, which quantizes, is not installed.
    """
    if find_spec("bitsandbytes") is None:
        raise UserError("4-bit models need bitsandbytes; run: pip install 'jmedlora[train]'")
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
