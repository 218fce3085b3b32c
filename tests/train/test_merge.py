"""A small adapter merged into bases that need care: large weights, and experts in 4 bits."""

import json
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from jmedlora.core.errors import FileError
from jmedlora.models.base_model import is_mxfp4
from jmedlora.train.merge import merge
from tests.support.tiny_model import build

FP4 = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0]
"""The 16 numbers of E2M1 (OCP Microscaling Formats 1.0, table 5), by their four bits."""
EXPERTS = ("gate_up_proj", "down_proj")


def run_of(folder: Path, base: Path, **lora: object) -> Path:
    """An output folder whose adapter adds nothing to the layers of ``base``."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    get_peft_model(model, LoraConfig(r=2, **lora)).save_pretrained(folder)
    (folder / "run_card.json").write_text('{"adapter": "lora"}', encoding="utf-8")
    return folder


def test_a_weight_that_is_too_large_for_float16_is_named(tmp_path):
    base = build(tmp_path / "base", family="llama")
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    with torch.no_grad():
        model.model.layers[0].mlp.up_proj.weight[0, 0] = 70_000  # float16 ends at 65,504
    model.save_pretrained(base)
    run = run_of(tmp_path / "run", base, target_modules=["q_proj"])
    with pytest.raises(FileError) as caught:
        merge(run, tmp_path / "merged")
    assert str(caught.value) == (
        f"{run}: merged in float16, the weight model.layers.0.mlp.up_proj.weight is no finite"
        " number; give --dtype float32, which rounds nothing, or --dtype bfloat16"
    )
    assert not (tmp_path / "merged").exists()
    merge(run, tmp_path / "merged", dtype="bfloat16")
    weights = load_file(tmp_path / "merged" / "model.safetensors")
    assert weights["model.layers.0.mlp.up_proj.weight"][0, 0] == 70_144  # the nearest in bfloat16


def in_mxfp4(folder: Path) -> dict[str, torch.Tensor]:
    """Stores the experts in ``folder`` as gpt-oss does, drawn; returns them as float32, decoded.

    Stored: blocks (experts, outputs, inputs / 32, 16) of two numbers a byte, the first one in the
    lower four bits, and for each block the exponent of its scale, 127 higher.
    """
    path = folder / "model.safetensors"
    weights, decoded = load_file(path), {}
    drawn = torch.Generator().manual_seed(0)
    for name in [f"model.layers.0.mlp.experts.{each}" for each in EXPERTS]:
        experts, inputs, outputs = weights.pop(name).shape
        shape = (experts, outputs, inputs // 32)
        codes = torch.randint(16, (*shape, 32), generator=drawn)
        scales = torch.randint(120, 128, shape, generator=drawn)
        weights[f"{name}_blocks"] = (codes[..., ::2] + 16 * codes[..., 1::2]).to(torch.uint8)
        weights[f"{name}_scales"] = scales.to(torch.uint8)
        numbers = torch.tensor(FP4)[codes] * 2.0 ** (scales - 127)[..., None]
        decoded[name] = numbers.reshape(experts, outputs, inputs).transpose(1, 2)
    save_file(weights, path, {"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["quantization_config"] = {
        "quant_method": "mxfp4",
        "modules_to_not_convert": ["model.layers.*.self_attn", "lm_head", "model.embed_tokens"],
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return decoded


def test_experts_in_4_bits_are_unpacked(tmp_path):
    plain = build(tmp_path / "plain", family="gpt_oss", template="gptoss")
    base = build(tmp_path / "base", family="gpt_oss", template="gptoss")
    decoded = in_mxfp4(base)
    assert is_mxfp4(str(base))
    assert not is_mxfp4(str(plain))
    names = [f"mlp.experts.{each}" for each in EXPERTS]
    run = run_of(tmp_path / "run", plain, target_modules=["q_proj"], target_parameters=names)
    merge(run, tmp_path / "merged", base=str(base))
    merged = load_file(tmp_path / "merged" / "model.safetensors")
    for name, weight in decoded.items():
        assert merged[name].float().equal(weight)  # the adapter adds nothing, and float16 holds it
    config = json.loads((tmp_path / "merged" / "config.json").read_text(encoding="utf-8"))
    assert "quantization_config" not in config
