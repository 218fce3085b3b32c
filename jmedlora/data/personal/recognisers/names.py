"""Names of persons: by GiNZA's entities, by Sudachi's tags, and by the words beside them."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.name_words import (
    HONORIFIC,
    LABEL_BEFORE,
    NO_NAMES,
    OF_A_THING,
    SURNAMES_AMONG_NOUNS,
    TITLE,
)
from jmedlora.data.personal.recognisers.written import LANGUAGE

NAME_TAG = "名詞-固有名詞-人名"
SURNAME, GIVEN = f"{NAME_TAG}-姓", f"{NAME_TAG}-名"
PLACE_TAG, NUMBER_TAG = "名詞-固有名詞-地名", "名詞-数詞"
FULL, TITLED, LABELLED, ENTITY, ALONE = 0.9, 0.9, 0.85, 0.7, 0.3
"""Confidences: surname and given name; with a title or a label; an entity; a tagged word alone."""
LABEL_LENGTH = 24
_SEPARATOR = re.compile(r"\s{1,2}|[・=.]")
_GIVEN_LIKE = re.compile(r"[一-龥々ァ-ヴーぁ-ん]{1,4}")
_READING = re.compile(
    r"[^\S\n]?[(\[](?P<value>[ぁ-んァ-ヴー]{1,10}[\s・]{0,2}[ぁ-んァ-ヴー]{0,10})[)\]]"
)
_TRADE = re.compile(r"[屋者員師家生士人手科係長部局]$")


class NameRecogniser(LocalRecognizer):
    """Names of persons. What has a name's tag and nothing more is found with confidence ALONE."""

    def __init__(self) -> None:
        super().__init__(supported_entities=[Kind.NAME.value], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing is to be loaded."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None
    ) -> list[RecognizerResult]:
        """The names in ``text``, which ``nlp_artifacts`` has cut into words."""
        words = list(nlp_artifacts.tokens)
        return [
            RecognizerResult(Kind.NAME.value, start, end, confidence)
            for start, end, confidence in _names(text, words)
        ]


def _names(text: str, words: list[Any]) -> Iterator[tuple[int, int, float]]:
    for first, last in (*_runs(words), *_entities(words), *_before_titles(text, words)):
        first, last = _grown(text, words, first, last)
        start, end = words[first].idx, _end(words[last])
        confidence = _confidence(text, words[first : last + 1], start, end)
        if confidence:
            yield start, end, confidence
            if confidence > ALONE and (reading := _READING.match(text, end)):
                yield *reading.span("value"), confidence


def _end(word: Any) -> int:
    return word.idx + len(word.text)


def _is_name(word: Any) -> bool:
    return word.tag_.startswith(NAME_TAG)


def _runs(words: list[Any]) -> Iterator[tuple[int, int]]:
    """First and last word of each row of words that have a name's tag."""
    place = 0
    while place < len(words):
        if not _is_name(words[place]):
            place += 1
            continue
        last = place
        while (following := _next_of_name(words, place, last)) > last:
            last = following
        yield place, last
        place = last + 1


def _next_of_name(words: list[Any], first: int, last: int) -> int:
    """The word that goes on with the name, or ``last`` where it ends."""
    if last - first >= 6:
        return last
    ahead = words[last + 1 : last + 3]
    if (
        ahead
        and _is_name(ahead[0])
        and not (words[last].tag_ == GIVEN and ahead[0].tag_ == SURNAME)
    ):
        return last + 1
    separated = len(ahead) == 2 and _SEPARATOR.fullmatch(ahead[0].text) and _is_name(ahead[1])
    # In a list of surnames or of given names each is a name of its own.
    if separated and ahead[1].tag_ != SURNAME and words[last].tag_ != GIVEN:
        return last + 2
    return last


def _entities(words: list[Any]) -> Iterator[tuple[int, int]]:
    """First and last word of each entity that is a person, without its title."""
    place = 0
    for person, group in groupby(words, key=lambda word: word.ent_type_ == "Person"):
        length = sum(1 for _ in group)
        last = place + length - 1
        while person and last > place and not _part_of_name(words[last]):
            last -= 1
        if person and _part_of_name(words[last]) and _part_of_name(words[place]):
            yield place, last
        place += length


def _part_of_name(word: Any) -> bool:
    noun = word.tag_.startswith("名詞") and not word.tag_.startswith(NUMBER_TAG)
    return _is_name(word) or (
        noun and word.text not in NO_NAMES and bool(_GIVEN_LIKE.match(word.text))
    )


def _before_titles(text: str, words: list[Any]) -> Iterator[tuple[int, int]]:
    """Nouns that are names only because 様 or 先生 follows, or a label goes before."""
    for place, word in enumerate(words):
        if _is_name(word) or not _part_of_name(word):
            continue
        end = _end(word)
        surname = word.text in SURNAMES_AMONG_NOUNS or word.tag_.startswith(PLACE_TAG)
        honoured = bool(HONORIFIC.match(text, end)) and not _TRADE.search(word.text)
        titled = surname and bool(TITLE.match(text, end))
        if honoured or titled or (surname and _labelled(text, word.idx)):
            yield place, place


def _labelled(text: str, start: int) -> bool:
    return bool(LABEL_BEFORE.search(text[max(start - LABEL_LENGTH, 0) : start]))


def _grown(text: str, words: list[Any], first: int, last: int) -> tuple[int, int]:
    """With the nouns beside it that its title or its label makes a part of the name."""
    if first == last and words[last].tag_ != GIVEN:
        ahead = last + 1
        if ahead < len(words) and _SEPARATOR.fullmatch(words[ahead].text):
            ahead += 1
        for stop in range(ahead, min(ahead + 3, len(words))):
            if not _part_of_name(words[stop]) or words[stop].text in SURNAMES_AMONG_NOUNS:
                break
            if HONORIFIC.match(text, _end(words[stop])):
                return first, stop
    return first, last


def _confidence(text: str, words: list[Any], start: int, end: int) -> float:
    if any(word.text in NO_NAMES for word in words) or OF_A_THING.match(text, end):
        return 0.0
    if HONORIFIC.match(text, end) or TITLE.match(text, end):
        return TITLED
    tags = [word.tag_ for word in words if word.tag_.startswith("名詞")]
    if len(tags) > 1 and all(tag.startswith(NAME_TAG) for tag in tags):
        return FULL
    if _labelled(text, start):
        return LABELLED
    return ENTITY if any(word.ent_type_ == "Person" for word in words) else ALONE


def name_recognisers() -> list[LocalRecognizer]:
    """The recognisers of this module."""
    return [NameRecogniser()]
