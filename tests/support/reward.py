"""A tiny model that knows how to answer but not what, and questions of our own to reward it on."""

import json
from pathlib import Path

import torch
from transformers import AutoTokenizer, LlamaForCausalLM

from tests.support.commands import write_jsonl
from tests.support.tiny_model import END, build

LETTERS = "abcde"
CHAT_TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}" + END + "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
"""One whose answers end with the tokenizer's end token."""
SIZES = (
    "--effective_batch=16", "--micro_batch_size=8", "--trl__num_generations=8",
    "--trl__max_completion_length=1", "--learning_rate=2e-2",
)  # fmt: skip
"""Overrides: an answer is one letter, and a step has two questions."""


def answering_model(folder: Path) -> Path:
    """Writes a random Llama that answers any chat with one of the letters, about equally likely.

    Every token's embedding has the same large first entry, which no layer changes. The output head
    takes it away from every token but the letters.
    """
    build(folder, family="llama")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(folder)
    letters = tokenizer.convert_tokens_to_ids(list(LETTERS))
    with torch.no_grad():
        model.model.embed_tokens.weight[:, 0] = 4.0
        layer = model.model.layers[0]
        for last in (layer.self_attn.o_proj, layer.mlp.down_proj):
            last.weight[0] = 0.0
        head = model.lm_head.weight
        head[:, 0] = -10.0
        head[letters] *= 0.2
        head[letters, 0] = 0.0
    model.save_pretrained(folder)
    return folder


def question(number: int, *, answer: str = "b", forbidden: str = "c") -> dict[str, object]:
    """One of our own, whose right choice is always ``answer``: that can be learnt."""
    return {
        "problem_id": f"own-{number:02}",
        "question": f"検査値{number}が高いときに選ぶのはどれか。1つ選べ。",
        "choices": [f"対応{number}{letter}" for letter in LETTERS],
        "answer": [answer],
        "forbidden": [forbidden],
    }


def write_questions(path: Path, numbers: range) -> Path:
    return write_jsonl(path, *(question(number) for number in numbers))


def workplace(folder: Path) -> Path:
    """A folder in which the recipe can be started: four questions, and a model to be trained.

    A step takes two of them, so that every checkpoint ends an epoch. ``data/exam.jsonl`` has the
    same four, and four others.
    """
    write_questions(folder / "data" / "questions.jsonl", range(4))
    write_questions(folder / "data" / "exam.jsonl", range(8))
    answering_model(folder / "model")
    return folder


def rewarded_card(folder: Path, rewards: object) -> Path:
    """A run card in ``folder`` that states ``rewards``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run_card.json"
    path.write_text(json.dumps({"status": "complete", "rewards": rewards}), encoding="utf-8")
    return path
