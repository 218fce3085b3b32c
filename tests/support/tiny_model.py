"""Tiny models and tokenizers built on the spot, seeded, from the sample exam's text alone.

``python -m tests.support.tiny_model DIR`` writes one; ``--help`` shows its options. They know
nothing: they are there so that the real commands run on any machine, without a download.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

SAMPLE = Path(__file__).parents[2] / "jmedlora" / "exams" / "sample"
END = "<|endoftext|>"
VOCABULARY = 1024
CHAT_TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}"
    "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)


def build(
    folder: Path,
    *,
    family: str = "gpt_neox",
    context: int = 4096,
    seed: int = 0,
    chat: bool = False,
    hidden: int | None = None,
    layers: int = 1,
) -> Path:
    """Writes a random model of ``family`` with a ``context`` in tokens; returns ``folder``.

    ``hidden`` is its width; a Llama is 64 wide at least, because NF4 has blocks of 64.
    """
    tokenizer = build_tokenizer(context)
    if chat:
        tokenizer.chat_template = CHAT_TEMPLATE
    torch.manual_seed(seed)
    model = _model(family, context, hidden or (64 if family == "llama" else 32), layers)
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
    if family == "llama":
        return LlamaForCausalLM(LlamaConfig(**size))
    return GPTNeoXForCausalLM(GPTNeoXConfig(**size))


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
    parser.add_argument("--family", choices=["gpt_neox", "llama"], default="gpt_neox")
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--chat", action="store_true", help="with a chat template")
    parser.add_argument("--hidden", type=int, help="width (32; 64 for a Llama)")
    parser.add_argument("--layers", type=int, default=1)
    build(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
