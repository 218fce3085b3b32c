"""Tiny models and tokenizers built on the spot, seeded, from the sample exam's text alone.

``python -m tests.support.tiny_model DIR`` writes one; ``--help`` shows its options. They know
nothing: they are there so that the real commands run on any machine, without a download.
"""

import argparse
import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    GptOssConfig,
    GptOssForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

SAMPLE = Path(__file__).parents[2] / "jmedlora" / "exams" / "sample"
END = "<|endoftext|>"
VOCABULARY = 1024
CHAT_TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}"
    "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)


ENDS = {"llama3_1": "<|eot_id|>", "llama3_2": "<|eot_id|>", "qwen3": "<|im_end|>",
        "gptoss": "<|return|>"}  # fmt: skip
"""The chat templates used here, each with the token at the end of an answer."""
FAMILIES = {
    "gpt_neox": (GPTNeoXConfig, GPTNeoXForCausalLM, {}),
    "llama": (LlamaConfig, LlamaForCausalLM, {}),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, {"num_key_value_heads": 2, "head_dim": 32}),
    "gpt_oss": (
        GptOssConfig,
        GptOssForCausalLM,
        {"num_key_value_heads": 2, "head_dim": 32, "num_local_experts": 4,
         "num_experts_per_tok": 2, "rope_parameters": {"rope_type": "default", "rope_theta": 1e4}},
    ),
}  # fmt: skip


def build(
    folder: Path,
    *,
    family: str = "gpt_neox",
    context: int = 4096,
    seed: int = 0,
    chat: bool = False,
    hidden: int | None = None,
    layers: int = 1,
    template: str | None = None,
) -> Path:
    """Writes a random model of ``family`` with a ``context`` in tokens; returns ``folder``.

    ``hidden`` is its width; a Llama is 64 wide at least, because NF4 has blocks of 64. ``template``
    is one of ENDS: its chat template with its special tokens.
    """
    tokenizer = build_tokenizer(context)
    if chat:
        tokenizer.chat_template = CHAT_TEMPLATE
    if template:
        use_template(tokenizer, template)
    torch.manual_seed(seed)
    model = _model(family, context, hidden or (32 if family == "gpt_neox" else 64), layers)
    if template:
        model.resize_token_embeddings(len(tokenizer))
        model.config.eos_token_id = model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _model(family: str, context: int, hidden: int, layers: int) -> PreTrainedModel:
    size = {
        "vocab_size": VOCABULARY,
        "hidden_size": hidden,
        "intermediate_size": 2 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "max_position_embeddings": context,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "initializer_range": 0.2,
    }
    config, model, more = FAMILIES[family]
    return model(config(**size, **more))


def use_template(tokenizer: PreTrainedTokenizerFast, name: str) -> None:
    """Gives ``tokenizer`` the chat template ``name`` and the special tokens that stand in it."""
    trl = find_spec("trl")  # to import it would take a second; the environment of vLLM has none
    assert trl is not None and trl.submodule_search_locations, "TRL ships these templates"
    path = Path(trl.submodule_search_locations[0]) / "chat_templates" / f"{name}.jinja"
    text = path.read_text(encoding="utf-8")
    found = sorted(set(re.findall(r"<\|[a-z_]+\|>", text)))
    tokenizer.add_special_tokens({"additional_special_tokens": [*found, "<|begin_of_text|>"]})
    tokenizer.eos_token = tokenizer.pad_token = ENDS[name]
    tokenizer.bos_token = "<|begin_of_text|>" if name.startswith("llama") else None
    tokenizer.chat_template = text


def build_tokenizer(context: int) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END,
        eos_token=END,
        unk_token=END,
        pad_token=END,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )


def _texts() -> Iterator[str]:
    for line in (SAMPLE / "exam.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield record["question"]
        yield from record["choices"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a tiny random model and its tokenizer.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--family", choices=FAMILIES, default="gpt_neox")
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--chat", action="store_true", help="with a chat template")
    parser.add_argument("--template", choices=ENDS, help="the chat template of this model")
    parser.add_argument("--hidden", type=int, help="width (32; 64 for a Llama)")
    parser.add_argument("--layers", type=int, default=1)
    build(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
