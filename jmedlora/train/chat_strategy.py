"""The dataset type ``jmedlora.train.chat_strategy``: conversations, by the base's chat template.

Axolotl's own type ``chat_template`` falls back to other templates, finds answers by comparing
renderings and leaves end tokens to settings. Here a row's prompt is the one that lm-eval asks with,
and its answer is trained up to the token at which generation stops.
"""

import json
from typing import Any

from axolotl.utils.dict import DictDefault

from jmedlora.data.chat_template import ChatFormat, tokenize_answer
from jmedlora.data.recipe import read_chat
from jmedlora.data.tokenize import RecordTokens
from jmedlora.models.base_model import stop_tokens
from jmedlora.train.answer_strategy import AnswerStrategy


class ChatStrategy(AnswerStrategy):
    """Tokenizes one row (jmedlora.data.recipe_rows): its last message alone is trained."""

    def __init__(self, chat: ChatFormat, tokenizer: Any) -> None:
        super().__init__(tokenizer)
        self.chat, self.stops = chat, stop_tokens(tokenizer)

    def tokens(self, row: dict[str, Any]) -> RecordTokens:
        messages = json.loads(row["messages"])
        return tokenize_answer(messages, self.chat, self.tokenizer, self.stops)


def load(tokenizer: Any, cfg: DictDefault) -> ChatStrategy:
    """What Axolotl calls for ``type: jmedlora.train.chat_strategy``."""
    return ChatStrategy(read_chat(cfg.chat or {}), tokenizer)
