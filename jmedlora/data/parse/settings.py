"""What becomes of the pairs that are read, as the user chose it."""

from dataclasses import dataclass
from typing import Literal

from jmedlora.data.parse.language_check import Language, language_of_prompt

LANGUAGES = ("prompt", "ja", "en", "any")
NEAR_DUPLICATE = 0.8
EVAL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """How pairs are chosen.

    language: that of the pairs to keep, "prompt" for what the prompt asks for. near_duplicate: the
    similarity (above 0, to 1) from which on a later pair is dropped; 1 drops exact ones only.
    eval_share: the share of the chunks (0 to below 1) whose pairs are kept for evaluation.
    """

    language: Literal["prompt", "ja", "en", "any"] = "prompt"
    near_duplicate: float = NEAR_DUPLICATE
    eval_share: float = EVAL_SHARE

    def language_for(self, prompt: str) -> Language:
        """The language that pairs asked for with ``prompt`` must be in."""
        return language_of_prompt(prompt) if self.language == "prompt" else self.language
