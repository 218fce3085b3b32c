"""From an instruction record or a text to the tokens that a model is trained on.

One place for the recipes' training and for the count of what would be cut before it starts.
"""

from dataclasses import dataclass
from typing import Any

from jmedlora.core.jsonl import Record


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """The text around a record: ``format`` where it has an input, else ``no_input_format``.

    Both name ``{instruction}``; ``format`` names ``{input}`` as well (paper, Figure 1).
    """

    format: str
    no_input_format: str

    def fill(self, record: Record) -> str:
        """What the model is given before its answer."""
        template = self.format if record.get("input") else self.no_input_format
        return template.format(instruction=record["instruction"], input=record.get("input"))


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """The longest prompt and the longest answer, in tokens; both count their special tokens."""

    source: int
    target: int


@dataclass(frozen=True, slots=True)
class RecordTokens:
    """One record as token ids. source: the prompt, not trained; target: the answer, trained.

    source_length and target_length are those before anything was cut.
    """

    source: list[int]
    target: list[int]
    source_length: int
    target_length: int


def tokenize_text(text: str, tokenizer: Any) -> list[int]:
    """A pretraining text as Axolotl's ``completion`` tokenizes it: whole, an end token behind it.

    A tokenizer that sets an end token itself gets no second one.
    """
    ids = tokenizer(text, verbose=False).input_ids
    return ids if ids[-1:] == [tokenizer.eos_token_id] else [*ids, tokenizer.eos_token_id]


def tokenize_record(
    record: Record, template: PromptTemplate, limits: TokenLimits, tokenizer: Any
) -> RecordTokens:
    """``record`` as tokens, cut as qlora cuts them (artidoro/qlora, DataCollatorForCausalLM).

    The prompt is tokenized as lm-eval tokenizes it (with the tokenizer's own special tokens) and
    the answer by itself, with the end token behind it; each keeps its first tokens. A cut answer
    therefore has no end token, and a cut prompt lacks the line that asks for the answer.
    """
    source = tokenizer(template.fill(record), verbose=False).input_ids
    target = tokenizer(record["output"], add_special_tokens=False, verbose=False).input_ids
    target = [*target, tokenizer.eos_token_id]
    return RecordTokens(source[: limits.source], target[: limits.target], len(source), len(target))
