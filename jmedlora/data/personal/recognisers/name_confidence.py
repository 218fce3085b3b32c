"""How sure it is that words are a name: by their tags, and by what stands beside them."""

import re
from typing import Any

from jmedlora.data.personal.recognisers.name_dictionary import NameDictionary
from jmedlora.data.personal.recognisers.name_words import (
    HONORIFIC,
    LABELS,
    NO_NAMES,
    OF_A_THING,
    TITLE,
    labelled,
)
from jmedlora.data.personal.recognisers.written_names import LABELLED

NAME_TAG = "名詞-固有名詞-人名"
SURNAME, GIVEN = f"{NAME_TAG}-姓", f"{NAME_TAG}-名"
FULL, TITLED, ENTITY, SURNAME_ALONE, ALONE = 0.9, 0.9, 0.7, 0.55, 0.3
"""Confidences: surname and given name; with a title; an entity; a tagged word alone."""
_OPENING, _CLOSING = re.compile(r"[(\[/]"), re.compile(r"[)\]/]")
WEEKDAYS = "月火水木金土日"
_APART = re.compile(r"|[\s()\[\]/、。,.:・|]")


def name_confidence(
    text: str, words: list[Any], place: tuple[int, int], dictionary: NameDictionary
) -> float:
    """From above 0 to 1 of the ``words`` at ``place``; 0 where they name a thing."""
    start, end = place
    if _names_a_thing(text, words, end):
        return 0.0
    if HONORIFIC.match(text, end) or TITLE.match(text, end):
        return TITLED
    tags = [word.tag_ for word in words if word.tag_.startswith("名詞")]
    named = [tag.startswith(NAME_TAG) for tag in tags]
    if len(tags) > 1 and all(named):
        return FULL
    if labelled(text, start):
        return LABELLED
    if any(word.ent_type_ == "Person" for word in words) and any(named):
        return ENTITY
    word = words[0]
    is_surname = len(words) == 1 and dictionary.is_surname(word.text)
    by_itself = is_surname and _stands_alone(text, word.idx, word.idx + len(word.text))
    tagged = bool({SURNAME, GIVEN} & set(tags)) and end - start > 1
    return SURNAME_ALONE if by_itself or tagged else ALONE


def _names_a_thing(text: str, words: list[Any], end: int) -> bool:
    if any(word.text in NO_NAMES | LABELS for word in words) or OF_A_THING.match(text, end):
        return True
    return len(words) > 1 and any(OF_A_THING.fullmatch(word.text) for word in words)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether neither a particle nor another word touches it, as in a signature."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start:end] in WEEKDAYS:
        return False
    inside = bool(_OPENING.fullmatch(before)) and bool(_CLOSING.fullmatch(after))
    apart = bool(_APART.fullmatch(before)) and bool(_APART.fullmatch(after))
    return inside or (apart and end - start > 1)
