"""An adapter merged into its base: one model folder that needs neither PEFT nor the base.

LoRA: the adapter is added to the base's weights as they are. QLoRA: it is added to the base as the
adapter saw it in training, quantized to NF4 and dequantized again; embeddings and output head,
which were never quantized, stay as they are. ``axolotl merge-lora`` does neither: its default also
rounds embeddings and head to NF4, and its "legacy" way adds the adapter to weights that it was not
trained on (recipes/README.md gives the measured differences).
"""

import json
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, FileError
from jmedlora.models.base_model import base_model_faults, is_mxfp4, load_tokenizer
from jmedlora.models.model_folder import check_model, is_adapter, require_new, weight_hashes
from jmedlora.models.run_card_file import read_card, write_card


def merge(run: Path, folder: Path, *, base: str | None = None, dtype: str | None = None) -> None:
    """Writes the model of ``run``, an output folder or a checkpoint of a recipe, into ``folder``.

    The run card goes with it, so that reports know what the model was trained from. ``base``
    overrides where the base model is. dtype: torch's name of the number format to which the sum of
    base and adapter is rounded; None: the base's own, but float16 in place of bfloat16. Raises
    FileError if something is missing, or if a merged weight is no finite number.
    """
    card = read_card(run)
    if card is None or not is_adapter(run):
        what = "is not a run of a recipe with an adapter (adapter_config.json, run_card.json)"
        raise FileError([Fault(run, None, None, what, "name an output folder or a checkpoint")])
    require_new(folder)
    base = base or _base_of(run)
    if faults := [*check_model(run), *base_model_faults(base)]:
        raise FileError(faults)
    from peft import PeftModel  # takes seconds, in which a fault would wait

    model = _in_format(_load(base, qlora=card.get("adapter") == "qlora"), dtype)
    merged = PeftModel.from_pretrained(model, run).merge_and_unload()
    _require_finite(merged, run)
    # transformers 5.16 writes no experts at all where it turns unpacked ones back into MXFP4
    merged.save_pretrained(folder, save_original_format=not is_mxfp4(base))
    load_tokenizer(base).save_pretrained(folder)
    kept = {key: value for key, value in card.items() if key != "files"}
    write_card(folder, {**kept, "base_model": base, "sha256": weight_hashes(folder)})


def _base_of(run: Path) -> str:
    config = json.loads((run / "adapter_config.json").read_text(encoding="utf-8"))
    return str(config["base_model_name_or_path"])


def _load(base: str, *, qlora: bool) -> Any:
    from jmedlora.train.quantize import UNPACKED, load_base, load_in_nf4

    if qlora:
        return load_in_nf4(base).dequantize()
    # a GPU would keep the 4 bits, to which no adapter can be added
    return load_base(base, dtype="auto", **(UNPACKED if is_mxfp4(base) else {}))


def _in_format(model: Any, dtype: str | None) -> Any:
    """``model`` in the number format in which the adapter is added to it.

    What an adapter adds is mostly smaller than half a step of bfloat16, which keeps 8 bits, and
    would be rounded away. float16 keeps 11 in the same space, but no number above 65,504.
    """
    import torch

    if dtype is None and model.dtype == torch.bfloat16:
        dtype = "float16"
    return model if dtype is None else model.to(getattr(torch, dtype))


def _require_finite(model: Any, run: Path) -> None:
    """Raises FileError naming a weight of ``model`` that is infinite or no number."""
    for name, weight in model.state_dict().items():
        if weight.is_floating_point() and not weight.isfinite().all():
            form = str(weight.dtype).removeprefix("torch.")
            what = f"merged in {form}, the weight {name} is no finite number"
            remedy = (
                "give --dtype float32, which rounds nothing, or --dtype bfloat16"
                if form == "float16"
                else "look for the same weight in the base and the adapter"
            )
            raise FileError([Fault(run, None, None, what, remedy)])
