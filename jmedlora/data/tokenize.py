"""From an instruction record to the tokens that a model is trained on.

One place for the recipes' training and for the count of what would be cut before it starts.
"""

from dataclasses import dataclass
from typing import Any

from jmedlora.core.jsonl import Record


@dataclass(frozen=True, slots=True)
class Template:
    """The text around a record: ``format`` where it has an input, else ``no_input_format``.

    Both name ``{instruction}``; ``format`` names ``{input}`` as well (paper, Figure 1).
    """

    format: str
    no_input_format: str

    def prompt(self, record: Record) -> str:
        """What the model is given before its answer."""
        template = self.format if record.get("input") else self.no_input_format
        return template.format(instruction=record["instruction"], input=record.get("input"))


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest prompt and the longest answer, in tokens; both count their special tokens."""

    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """One record as token ids. source: the prompt, not trained; target: the answer, trained.

    source_length and target_length are those before anything was cut.
    """

    source: list[int]
    target: list[int]
    source_length: int
    target_length: int


def encode(record: Record, template: Template, limits: Limits, tokenizer: Any) -> Tokens:
    """``record`` as tokens, cut as qlora cuts them (artidoro/qlora, DataCollatorForCausalLM).

    The prompt is tokenized as lm-eval tokenizes it (with the tokenizer's own special tokens) and
    the answer by itself, with the end token behind it; each keeps its first tokens. A cut answer
    therefore has no end token, and a cut prompt lacks the line that asks for the answer.
    """
    source = tokenizer(template.prompt(record), verbose=False).input_ids
    target = tokenizer(record["output"], add_special_tokens=False, verbose=False).input_ids
    target = [*target, tokenizer.eos_token_id]
    return Tokens(source[: limits.source], target[: limits.target], len(source), len(target))
