"""The rows that are counted of pretraining texts are those that Axolotl makes of them."""

from math import ceil
from pathlib import Path

import pytest
from axolotl.utils.dict import DictDefault
from transformers import AutoTokenizer

from jmedlora.data.dataset import TrainingFile
from jmedlora.data.recipe import data_plan
from jmedlora.data.token_lengths import measure_lengths
from jmedlora.data.tokenize import tokenize_text
from tests.support.plugin import load

ROW = 16
TEXTS = [length * "~" for length in range(1, 4 * ROW)]
"""Texts of as many tokens, without the end token."""


@pytest.fixture(scope="module")
def tokenizer(tiny_model):
    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.fixture(scope="module")
def axolotl_rows(tokenizer):
    """By Axolotl's own functions: tokenized, cut into rows, and rows of one token dropped."""
    from axolotl.prompt_strategies import completion
    from axolotl.utils.trainer import filter_sequences_by_length

    strategy = completion.load(tokenizer, DictDefault(sequence_len=ROW), {"field": "text"})

    def rows(texts):
        made = strategy.tokenize_prompt({"text": texts})
        kept = filter_sequences_by_length(made, sequence_len=ROW)
        return [row for row, keep in zip(made["input_ids"], kept, strict=True) if keep]

    return rows


def counted_rows(texts, tokenizer, **changes):
    cfg = load("swallow8b_pretrain", sequence_len=ROW, **changes)
    records = [(line, {"text": text}) for line, text in enumerate(texts, start=1)]
    file = TrainingFile(Path("texts.jsonl"), "pretrain", records, sha256="")
    return measure_lengths(file, data_plan(cfg, cfg.axolotl_config_path), tokenizer).rows


@pytest.mark.parametrize("texts", [TEXTS, *([each] for each in TEXTS[ROW - 3 : ROW + 2])])
def test_rows(texts, tokenizer, axolotl_rows):
    rows = axolotl_rows(texts)
    assert counted_rows(texts, tokenizer, sample_packing=False) == len(rows)
    assert counted_rows(texts, tokenizer) == ceil(sum(map(len, rows)) / ROW)


def test_a_text_is_tokenized_as_axolotl_does(tokenizer, axolotl_rows):
    assert axolotl_rows(["~" * 5]) == [tokenize_text("~" * 5, tokenizer)]
