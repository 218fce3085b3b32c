"""How many tokens a prompt has, and how many a model leaves for one.

lm-eval cuts a prompt that is too long from the left, which takes the instruction away and scores
the model on the rest. These functions let the tasks say so before anything is generated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jmedlora.core.errors import UserError

LENGTH_FIELDS = ("n_positions", "max_position_embeddings", "n_ctx")
DEFAULT_LENGTH = 2048
"""What lm-eval assumes for a model that states no context length."""


@dataclass(frozen=True, slots=True)
class Context:
    """A model's tokenizer and the length of its context in tokens."""

    tokenizer: Any
    length: int

    def count(self, prompts: Sequence[str]) -> list[int]:
        """The number of tokens of each prompt, special tokens included."""
        return [len(ids) for ids in self.tokenizer(list(prompts), verbose=False)["input_ids"]]


class UnknownContextError(UserError):
    """A model whose tokenizer or configuration cannot be read; the text says why."""


@lru_cache(maxsize=4)
def read_context(
    model: str, *, tokenizer: str | None = None, revision: str = "main", length: int | None = None
) -> Context:
    """The context of a model folder or of a name in the local Hugging Face cache.

    ``length`` overrides what the model states. Raises UnknownContextError if it cannot be read;
    remote code is never run.
    """
    from transformers import AutoConfig, AutoTokenizer

    # Without an explicit False, transformers asks on the terminal whether to run remote code.
    options: dict[str, Any] = {"revision": revision, "trust_remote_code": False}
    try:
        loaded = AutoTokenizer.from_pretrained(tokenizer or model, **options)
        stated = length or _stated_length(AutoConfig.from_pretrained(model, **options))
    except (OSError, ValueError) as error:  # what transformers raises for files it cannot use
        raise UnknownContextError(str(error).partition("\n")[0]) from error
    return Context(loaded, int(stated))


def _stated_length(config: Any) -> int:
    text = config.get_text_config()
    stated = (getattr(text, field, None) for field in LENGTH_FIELDS)
    return next((value for value in stated if value), DEFAULT_LENGTH)
