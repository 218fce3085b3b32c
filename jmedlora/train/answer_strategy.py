"""What this project's dataset types share: the prompt is masked and the answer is trained."""

from typing import Any

from axolotl.prompt_tokenizers import IGNORE_INDEX, PromptTokenizingStrategy
from axolotl.prompters import UnsupportedPrompter

from jmedlora.data.tokenize import RecordTokens


class AnswerStrategy(PromptTokenizingStrategy):
    """Has Axolotl train the answer of each row and mask what stands before it."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__(UnsupportedPrompter(), tokenizer)

    def tokens(self, row: dict[str, Any]) -> RecordTokens:
        """The tokens of one row of the typed copy."""
        raise NotImplementedError

    def tokenize_prompt(self, prompt: dict[str, Any]) -> dict[str, list[int]]:
        tokens = self.tokens(prompt)
        ids = tokens.source + tokens.target
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": [IGNORE_INDEX] * len(tokens.source) + tokens.target,
        }
