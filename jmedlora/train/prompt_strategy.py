"""The dataset type ``jmedlora.train.prompt_strategy``: instruction records, cut as qlora cuts them.

Axolotl drops a record that is longer than ``sequence_len``; the paper's settings, which are
qlora's, cut prompt and answer at 512 tokens each (Table 3: input length, target max length).
"""

from typing import Any

from axolotl.utils.dict import DictDefault

from jmedlora.data.tokenize import PromptTemplate, RecordTokens, TokenLimits, tokenize_record
from jmedlora.train.answer_strategy import AnswerStrategy


class InstructionStrategy(AnswerStrategy):
    """Tokenizes one record: the prompt is masked, the answer and its end token are trained."""

    def __init__(self, template: PromptTemplate, limits: TokenLimits, tokenizer: Any) -> None:
        super().__init__(tokenizer)
        self.template, self.limits = template, limits

    def tokens(self, row: dict[str, Any]) -> RecordTokens:
        return tokenize_record(row, self.template, self.limits, self.tokenizer)


def load(tokenizer: Any, cfg: DictDefault) -> InstructionStrategy:
    """What Axolotl calls for ``type: jmedlora.train.prompt_strategy``."""
    template = PromptTemplate(cfg.prompt.format, cfg.prompt.no_input_format)
    return InstructionStrategy(template, TokenLimits(cfg.source_len, cfg.target_len), tokenizer)
