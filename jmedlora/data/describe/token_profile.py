"""The tokens of a training file: as a recipe trains on it, or by a tokenizer alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jmedlora.core.jsonl import Numbered
from jmedlora.data.dataset import Kind, TrainingFile
from jmedlora.data.describe.profile import Profile
from jmedlora.data.recipe import DataPlan
from jmedlora.data.recipe_rows import row_texts, rows_of
from jmedlora.data.token_lengths import measure_lengths, special_tokens
from jmedlora.data.tokenize import PromptTemplate, TokenLimits

BARE_FIELDS = PromptTemplate("{instruction}\n{input}", "{instruction}")
"""Without a recipe there is no text around a record."""
DEFAULT_LIMIT = 512
"""Tokens of a prompt and of an answer at most, in the paper (Table 3) and in the recipes."""


@dataclass(frozen=True, slots=True)
class TokenPart:
    """What is cut or not as one: "prompt", "answer", the whole "record", or a "text".

    lengths: tokens of each usable record (of a chat recipe, of each answer), before anything is
    cut. limit: tokens at most; None for what has none of its own.
    """

    name: str
    lengths: list[int]
    limit: int | None

    @property
    def over(self) -> int:
        """How many are longer than the limit."""
        return sum(length > self.limit for length in self.lengths) if self.limit else 0


@dataclass(frozen=True, slots=True)
class TokenProfile:
    """The parts of the usable records. special: records with a special token written out."""

    parts: list[TokenPart]
    special: int


def bare_plan(kind: Kind, limit: int) -> DataPlan:
    """A plan without a recipe: the fields alone, an input on a line of its own."""
    is_train = kind == "train"
    return DataPlan(
        kind=kind,
        training_files=(),
        evaluation_files=(),
        template=BARE_FIELDS if is_train else None,
        limits=TokenLimits(limit, limit) if is_train else None,
        chat=None,
        sequence_len=limit,
        sample_packing=False,
        effective_batch=1,
        max_steps=1,
        base_model="",
    )


def count_tokens(profile: Profile, plan: DataPlan, tokenizer: Any) -> TokenProfile:
    """Counts as training does. A prompt has the tokenizer's own tokens, an answer its end token.

    Raises FileError with the records that the chat template of the plan's base refuses.
    """
    rows = rows_of(profile.usable, plan)
    file = TrainingFile(profile.path, profile.kind, rows, sha256="")
    counted = measure_lengths(file, plan, tokenizer)
    if plan.chat:
        parts = [
            TokenPart("prompt", counted.sources, None),
            TokenPart("answer", counted.targets, None),
            TokenPart("record", counted.lengths, plan.sequence_len),
        ]
    elif plan.limits:
        parts = [
            TokenPart("prompt", counted.sources, plan.limits.source),
            TokenPart("answer", counted.targets, plan.limits.target),
            TokenPart("record", counted.lengths, None),
        ]
    else:
        parts = [TokenPart("text", counted.lengths, plan.sequence_len)]
    special = _count_special(rows, plan, special_tokens(tokenizer))
    return TokenProfile(parts, special)


def _count_special(rows: Sequence[Numbered], plan: DataPlan, tokens: Sequence[str]) -> int:
    if not tokens:
        return 0
    any_token = re.compile("|".join(map(re.escape, tokens)))
    return sum(any(any_token.search(text) for _, text in row_texts(row, plan)) for _, row in rows)
