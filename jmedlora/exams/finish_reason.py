"""Which responses of a server ended at the token limit: it says so, and lm-eval passes it over."""

from collections.abc import Iterator
from functools import wraps
from typing import Any

from lm_eval.api.model import CachingLM

NOTED = "cut_by_length"
"""The attribute of lm-eval's model that keeps these responses."""


def note_finish_reasons(model: Any) -> None:
    """Has ``model`` keep the responses that ended at the limit, if it is behind a server.

    A response that lm-eval takes out of its cache is not among them.
    """
    asked = model.lm if isinstance(model, CachingLM) else model
    if not hasattr(asked, "parse_generations") or hasattr(asked, NOTED):
        return
    parse, cut = asked.parse_generations, set[str]()

    @wraps(parse)
    def parse_generations(outputs: Any, **kwargs: Any) -> list[str]:
        cut.update(_cut(outputs if isinstance(outputs, list) else [outputs]))
        return parse(outputs=outputs, **kwargs)

    asked.parse_generations = parse_generations
    setattr(asked, NOTED, cut)


def cut_by_length(model: Any) -> frozenset[str]:
    """The responses that ``model`` was told to have ended at the limit."""
    asked = model.lm if isinstance(model, CachingLM) else model
    return frozenset(getattr(asked, NOTED, ()))


def _cut(outputs: list[Any]) -> Iterator[str]:
    for output in outputs:
        choices = output.get("choices") if isinstance(output, dict) else None
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and choice.get("finish_reason") == "length":
                message = choice.get("message")
                text = message.get("content") if isinstance(message, dict) else choice.get("text")
                if isinstance(text, str):
                    yield text
