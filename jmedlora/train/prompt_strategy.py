"""The dataset type ``jmedlora.train.prompt_strategy``: instruction records, cut as qlora cuts them.

Axolotl drops a record that is longer than ``sequence_len``; the paper's settings, which are
qlora's, cut prompt and answer at 512 tokens each (Table 3: input length, target max length).
"""

from typing import Any

from axolotl.prompt_tokenizers import IGNORE_INDEX, PromptTokenizingStrategy
from axolotl.prompters import UnsupportedPrompter
from axolotl.utils.dict import DictDefault

from jmedlora.data.tokenize import PromptTemplate, TokenLimits, tokenize_record


class InstructionStrategy(PromptTokenizingStrategy):
    """Tokenizes one record: the prompt is masked, the answer and its end token are trained."""

    def __init__(self, template: PromptTemplate, limits: TokenLimits, tokenizer: Any) -> None:
        super().__init__(UnsupportedPrompter(), tokenizer)
        self.template, self.limits = template, limits

    def tokenize_prompt(self, prompt: dict[str, Any]) -> dict[str, list[int]]:
        tokens = tokenize_record(prompt, self.template, self.limits, self.tokenizer)
        ids = tokens.source + tokens.target
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": [IGNORE_INDEX] * len(tokens.source) + tokens.target,
        }


def load(tokenizer: Any, cfg: DictDefault) -> InstructionStrategy:
    """What Axolotl calls for ``type: jmedlora.train.prompt_strategy``."""
    template = PromptTemplate(cfg.prompt.format, cfg.prompt.no_input_format)
    return InstructionStrategy(template, TokenLimits(cfg.source_len, cfg.target_len), tokenizer)
