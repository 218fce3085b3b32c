"""Tiny tokenizers with the chat templates of published models."""

from pathlib import Path

from transformers import PreTrainedTokenizerFast

from tests.support.tiny_model import build_tokenizer, use_template

OWN = "{% for m in messages %}<|im_start|>{{m.role}}\n{{m.content}}<|im_end|>\n{% endfor %}"
ASK = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"


def with_template(template: str) -> PreTrainedTokenizerFast:
    """A tokenizer whose chat template is ``template``, with the end token ``<|im_end|>``."""
    tokenizer = build_tokenizer(4096)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.eos_token = "<|im_end|>"
    tokenizer.chat_template = template
    return tokenizer


def published(name: str) -> PreTrainedTokenizerFast:
    """A tokenizer with the chat template and the end token of a published model."""
    tokenizer = build_tokenizer(4096)
    use_template(tokenizer, name)
    return tokenizer


def save(tokenizer: PreTrainedTokenizerFast, folder: Path) -> Path:
    """Writes ``tokenizer`` without a model; ``jmed-data check`` needs no more."""
    tokenizer.save_pretrained(folder)
    return folder
