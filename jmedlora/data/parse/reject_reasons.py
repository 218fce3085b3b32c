"""Why a pair that could be read is not used."""

from collections.abc import Iterator

from jmedlora.data.parse.language_check import Language, has_japanese, is_in
from jmedlora.data.parse.near_duplicates import plain
from jmedlora.data.parse.types import (
    EMPTY,
    LANGUAGE,
    PLACEHOLDER,
    REFERS,
    REFUSAL,
    SAME,
    Pair,
)
from jmedlora.data.parse.unusable_phrases import is_placeholder, refers, refuses


def reason_against(pair: Pair, language: Language) -> str:
    """The first reason not to use ``pair``, or "". ``language`` is what it should be in."""
    return next((reason for is_so, reason in _reasons(pair, language) if is_so), "")


def _reasons(pair: Pair, language: Language) -> Iterator[tuple[bool, str]]:
    both = (pair.instruction, pair.output)
    yield not all(text.strip() for text in both), EMPTY
    yield any(map(is_placeholder, both)), PLACEHOLDER
    yield refuses(pair.output), REFUSAL
    yield any(map(refers, both)), REFERS
    yield not all(is_in(text, language) for text in both), LANGUAGE
    yield language == "ja" and not has_japanese(pair.instruction), LANGUAGE
    yield plain(pair.instruction) == plain(pair.output), SAME
