"""The dataset type ``jmedlora.train.chat_strategy``: conversations, by the base's chat template.

Axolotl's own type ``chat_template`` falls back to other templates, finds answers by comparing
renderings and leaves end tokens to settings. Here a row's prompt is the one that lm-eval asks with,
and its answer is trained up to the token at which generation stops.
"""

import json
from typing import Any

from axolotl.prompt_tokenizers import IGNORE_INDEX, PromptTokenizingStrategy
from axolotl.prompters import UnsupportedPrompter
from axolotl.utils.dict import DictDefault

from jmedlora.data.chat_template import ChatFormat, tokenize_answer
from jmedlora.data.recipe import read_chat
from jmedlora.models.base_model import stop_tokens


class ChatStrategy(PromptTokenizingStrategy):
    """Tokenizes one row (jmedlora.data.recipe_rows): its last message alone is trained."""

    def __init__(self, chat: ChatFormat, tokenizer: Any) -> None:
        super().__init__(UnsupportedPrompter(), tokenizer)
        self.chat, self.stops = chat, stop_tokens(tokenizer)

    def tokenize_prompt(self, prompt: dict[str, Any]) -> dict[str, list[int]]:
        messages = json.loads(prompt["messages"])
        tokens = tokenize_answer(messages, self.chat, self.tokenizer, self.stops)
        ids = tokens.source + tokens.target
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": [IGNORE_INDEX] * len(tokens.source) + tokens.target,
        }


def load(tokenizer: Any, cfg: DictDefault) -> ChatStrategy:
    """What Axolotl calls for ``type: jmedlora.train.chat_strategy``."""
    return ChatStrategy(read_chat(cfg.chat or {}), tokenizer)
