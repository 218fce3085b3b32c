"""Why a pair that could be read is not used."""

from collections.abc import Iterator

from jmed_data.pairs.found import (
    EMPTY,
    LANGUAGE,
    PLACEHOLDER,
    REFERS,
    REFUSAL,
    SAME,
    Pair,
)
from jmed_data.pairs.languages import Language, has_japanese, is_in
from jmed_data.pairs.near_duplicates import plain
from jmed_data.pairs.wording import is_placeholder, refers, refuses


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
