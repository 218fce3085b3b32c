"""Base models with random weights at true shapes, built on the spot: nothing is downloaded.

Speed and memory depend on the shapes, not on what the weights hold. The vocabulary has its true
size, but the tokenizer is the tests' tiny one (1,024 tokens and names for the rest), so texts
become more tokens than with the real one.
"""

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GPTNeoXConfig,
    LlamaConfig,
    PretrainedConfig,
    Qwen3Config,
)

from jmedlora.train.quantize import NF4
from tests.support import tiny_model

SHARD = 4 * 2**30
"""Bytes after which a file of a 4-bit model ends."""
CHAT_VOCABULARY = tiny_model.VOCABULARY + 64
"""The vocabulary of a tiny chat model: its template's special tokens stand behind the others."""
ENDS = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
TINY = {
    "vocab_size": tiny_model.VOCABULARY,
    "intermediate_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 4096,
}
CONFIGS: dict[str, tuple[type[PretrainedConfig], dict[str, Any]]] = {
    "tiny-gpt-neox": (GPTNeoXConfig, {"hidden_size": 32, **TINY}),
    "tiny-llama": (LlamaConfig, {"hidden_size": 64, **TINY}),  # NF4 has blocks of 64
    # cyberagent/open-calm-7b; context enlarged from 2,048, so that long prompts fit
    "open-calm-7b": (
        GPTNeoXConfig,
        {
            "vocab_size": 52_224,
            "hidden_size": 4096,
            "intermediate_size": 16_384,
            "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "max_position_embeddings": 4096,
            "rotary_pct": 1.0,
            "use_parallel_residual": False,
        },
    ),
    # meta-llama/Llama-2-7b-hf
    "llama2-7b": (
        LlamaConfig,
        {
            "vocab_size": 32_000,
            "hidden_size": 4096,
            "intermediate_size": 11_008,
            "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "max_position_embeddings": 4096,
        },
    ),
    # meta-llama/Llama-2-70b-chat-hf
    "llama2-70b": (
        LlamaConfig,
        {
            "vocab_size": 32_000,
            "hidden_size": 8192,
            "intermediate_size": 28_672,
            "num_hidden_layers": 80,
            "num_attention_heads": 64,
            "num_key_value_heads": 8,
            "max_position_embeddings": 4096,
        },
    ),
    # tokyotech-llm/Llama-3.1-Swallow-8B-v0.5
    "swallow-8b": (
        LlamaConfig,
        {
            "vocab_size": 128_256,
            "hidden_size": 4096,
            "intermediate_size": 14_336,
            "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "max_position_embeddings": 8192,
            "rope_theta": 500_000.0,
        },
    ),
}


CONFIGS |= {
    "tiny-llama-chat": (LlamaConfig, {**CONFIGS["tiny-llama"][1], "vocab_size": CHAT_VOCABULARY}),
    "tiny-qwen3": (
        Qwen3Config,
        {"hidden_size": 64, "head_dim": 32, "num_key_value_heads": 2, **TINY,
         "vocab_size": CHAT_VOCABULARY},
    ),
    # tokyotech-llm/Llama-3.1-Swallow-8B-Instruct-v0.5
    "swallow-8b-instruct": CONFIGS["swallow-8b"],
    # Qwen/Qwen3-8B
    "qwen3-8b": (
        Qwen3Config,
        {
            "vocab_size": 151_936,
            "hidden_size": 4096,
            "intermediate_size": 12_288,
            "num_hidden_layers": 36,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "max_position_embeddings": 40_960,
            "rope_theta": 1_000_000.0,
        },
    ),
    # tokyotech-llm/Llama-3.3-Swallow-70B-Instruct-v0.4
    "llama3.3-70b": (
        LlamaConfig,
        {**CONFIGS["llama2-70b"][1], "vocab_size": 128_256, "max_position_embeddings": 8192,
         "rope_theta": 500_000.0},
    ),
}  # fmt: skip
TEMPLATES = {
    "tiny-llama-chat": "llama3_1", "swallow-8b-instruct": "llama3_1", "llama3.3-70b": "llama3_1",
    "tiny-qwen3": "qwen3", "qwen3-8b": "qwen3",
}  # fmt: skip
"""The chat templates of those that have one (tests/support/tiny_model.py)."""


def config(shape: str) -> PretrainedConfig:
    """The configuration of the model ``shape``, a key of CONFIGS."""
    kind, sizes = CONFIGS[shape]
    return kind(**sizes, **ENDS, tie_word_embeddings=False)


def linear_parameters(shape: str) -> int:
    """The weights of all linear layers, the output head's included, embeddings not."""
    return sum(layer.weight.numel() for _, layer in _linear(empty(shape)))


def build(
    folder: Path, shape: str, *, device: str, dtype: torch.dtype, in_4bit: bool = False
) -> Path:
    """Writes a random model and its tokenizer into ``folder``, which it returns.

    The weights are drawn on ``device``. in_4bit: linear layers in NF4, one tensor at a time, so
    that a model is built that would not fit into memory unquantized.
    """
    tiny_model.build(folder, template=TEMPLATES.get(shape))  # for its tokenizer
    (folder / "model.safetensors").unlink()
    _name_all_tokens(folder / "tokenizer.json", config(shape).vocab_size)
    torch.manual_seed(0)
    if in_4bit:
        _write_in_4bit(folder, shape, device)
    else:
        with torch.device(device):
            AutoModelForCausalLM.from_config(config(shape), dtype=dtype).save_pretrained(folder)
    _state_end_token(folder)
    if device == "cuda":  # the memory is for those who load the model
        gc.collect()
        torch.cuda.empty_cache()
    return folder


def empty(shape: str) -> nn.Module:
    """The model ``shape`` without memory for its weights."""
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config(shape))


def _linear(model: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    return ((n, each) for n, each in model.named_modules() if isinstance(each, nn.Linear))


def _name_all_tokens(path: Path, vocabulary: int) -> None:
    """Gives every token that the model can choose a text, so that answers can be compared."""
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    known = tokenizer["model"]["vocab"]
    known.update({each["content"]: each["id"] for each in tokenizer["added_tokens"]})
    known.update({f"<{number}>": number for number in range(len(known), vocabulary)})
    path.write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")


def _state_end_token(folder: Path) -> None:
    """Has the model stop where its tokenizer ends an answer."""
    end = AutoTokenizer.from_pretrained(folder).eos_token_id
    for name in ("config.json", "generation_config.json"):
        if (path := folder / name).exists():
            stated = json.loads(path.read_text(encoding="utf-8"))
            path.write_text(json.dumps({**stated, "eos_token_id": end}), encoding="utf-8")


def _write_in_4bit(folder: Path, shape: str, device: str) -> None:
    """What ``jmed-train quantize`` writes, without ever holding more than SHARD of it."""
    where: dict[str, str] = {}
    for number, shard in enumerate(_shards(empty(shape), device), start=1):
        name = f"model-{number:05d}.safetensors"
        save_file(shard, folder / name, metadata={"format": "pt"})
        where.update(dict.fromkeys(shard, name))
    index = {"metadata": {}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    settings = config(shape)
    settings.architectures = [type(empty(shape)).__name__]
    settings.dtype = torch.bfloat16
    settings.quantization_config = NF4.to_dict()
    settings.save_pretrained(folder)


def _shards(model: nn.Module, device: str) -> Iterator[dict[str, torch.Tensor]]:
    quantized = {f"{name}.weight" for name, _ in _linear(model) if name != "lm_head"}
    shard: dict[str, torch.Tensor] = {}
    for name, parameter in model.named_parameters():
        if name in quantized:
            shard |= _in_nf4(name, _drawn(parameter, device))
        else:
            weight = (
                _drawn(parameter, device)
                if parameter.dim() > 1
                else torch.ones_like(parameter, device=device, dtype=torch.bfloat16)
            )
            shard[name] = weight.cpu()
        if sum(each.nbytes for each in shard.values()) >= SHARD:
            yield shard
            shard = {}
    if shard:
        yield shard


def _drawn(parameter: torch.Tensor, device: str) -> torch.Tensor:
    """0.02 is the initializer_range of every configuration here."""
    return torch.randn(parameter.shape, device=device, dtype=torch.bfloat16) * 0.02


def _in_nf4(name: str, weight: torch.Tensor) -> dict[str, torch.Tensor]:
    from bitsandbytes.functional import quantize_4bit

    packed, state = quantize_4bit(weight, quant_type="nf4", compress_statistics=True)
    parts = {f"{name}.{key}": value for key, value in state.as_dict(packed=True).items()}
    return {key: each.cpu().contiguous() for key, each in {name: packed, **parts}.items()}
