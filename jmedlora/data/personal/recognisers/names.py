"""Names of persons: by GiNZA's entities, by Sudachi's tags, and by the words beside them."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.name_bounds import bounded
from jmedlora.data.personal.recognisers.name_confidence import (
    ALONE,
    GIVEN,
    NAME_TAG,
    SURNAME,
    name_confidence,
)
from jmedlora.data.personal.recognisers.name_dictionary import NameDictionary
from jmedlora.data.personal.recognisers.name_words import (
    HONORIFIC,
    NAME_ENDS,
    OF_A_THING,
    ROLES,
    TITLE,
    labelled,
    may_be_name,
)
from jmedlora.data.personal.recognisers.written import LANGUAGE
from jmedlora.data.personal.recognisers.written_names import written_names

PLACE_TAG, NUMBER_TAG = "名詞-固有名詞-地名", "名詞-数詞"
_SEPARATOR = re.compile(r"\s{1,2}|[・=.]")
_KANA = r"(?:[ぁ-んー]{2,7}|[ァ-ヴー]{2,8})"
_READING = re.compile(
    r"(?:様|さん|氏|くん|ちゃん)?(?:[^\S\n]?[(\[]|[\s/|:]{1,3})(?:フリガナ|ふりがな|カナ|かな)?[\s:]{0,2}"
    rf"(?P<value>{_KANA}[ \u3000・]{{1,2}}{_KANA}|(?<=[(\[])[A-Za-z]{{2,14}},?[ ][A-Za-z]{{2,14}}|(?<=[(\[])(?:[ぁ-んー]{{2,14}}|[ァ-ヴー]{{2,14}}))"
    r"(?=[\s)\]/|]|$)"
)
_HIRAGANA, _ONE_OR_TWO_KANJI = re.compile("[ぁ-んー]+"), re.compile("[一-龥々]{1,2}")
_KATAKANA = re.compile("[ァ-ヴー]+")
_TWO_KANJI = re.compile(r"[一-龥々]{2,3}")
_GIVEN_BEHIND = re.compile(
    rf"[ \u3000\t]{{0,2}}(?P<half>(?<=[ \u3000\t])[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,6}}|[一-龥々]{{1,3}}){NAME_ENDS}"
)
_SURNAME_BEFORE = re.compile(r"(?:^|(?<=[^一-龥々]))(?P<half>[一-龥々]{1,3})[ \u3000\t]{0,2}$")
_NO_PERSON = re.compile(r"[屋者員師家生士人手科係長部局血腫瘍炎症痛斑疹膿便熱状嚢巣]$")
"""At the end of a word before 様 that is a trade, or a finding that looks like something: 貧血様."""


class NameRecogniser(LocalRecognizer):
    """Names of persons. What has a name's tag and nothing more is found with confidence ALONE."""

    def __init__(self) -> None:
        self.dictionary = NameDictionary()
        super().__init__(supported_entities=[Kind.NAME.value], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing is to be loaded."""

    def analyze(
        self,
        text: str,
        entities: list[str],  # noqa: ARG002 - Presidio's signature
        nlp_artifacts: Any = None,
    ) -> list[RecognizerResult]:
        """The names in ``text``, which ``nlp_artifacts`` has cut into words."""
        words = list(nlp_artifacts.tokens)
        return [
            RecognizerResult(Kind.NAME.value, *place, confidence)
            for start, end, confidence in _names(text, words, self.dictionary)
            if (place := bounded(text, start, end, self.dictionary))
        ]


def _names(
    text: str, words: list[Any], dictionary: NameDictionary
) -> Iterator[tuple[int, int, float]]:
    for first, last in (*_runs(words), *_entities(words), *_before_titles(text, words, dictionary)):
        start, end = _grown(text, words, first, last)
        confidence = name_confidence(text, words[first : last + 1], (start, end), dictionary)
        if confidence:
            yield start, end, confidence
            if confidence > ALONE and (reading := _READING.match(text, end)):
                yield *reading.span("value"), confidence
    yield from written_names(text, dictionary)


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
    if len(ahead) == 2 and ahead[0].text == "・" and _KATAKANA.fullmatch(ahead[1].text):
        return last + 2 if _KATAKANA.fullmatch(words[last].text) else last
    separated = len(ahead) == 2 and _SEPARATOR.fullmatch(ahead[0].text) and _is_name(ahead[1])
    # In a list of surnames or of given names each is a name of its own.
    if separated and ahead[1].tag_ != SURNAME and words[last].tag_ != GIVEN:
        return last + 2
    return last


def _entities(words: list[Any]) -> Iterator[tuple[int, int]]:
    """First and last word of each entity that is a person, without its title."""
    place = 0
    for person, group in groupby(words, key=lambda word: word.ent_type_ == "Person"):
        first, last = place, place + sum(1 for _ in group) - 1
        place = last + 1
        while person and last > first and not _part_of_name(words[last]):
            last -= 1
        while person and last > first and not _part_of_name(words[first]):
            first += 1
        if person and _part_of_name(words[first]):
            yield first, last


def _part_of_name(word: Any) -> bool:
    noun = word.tag_.startswith("名詞") and not word.tag_.startswith(NUMBER_TAG)
    return _is_name(word) or (noun and may_be_name(word.text))


def _before_titles(
    text: str, words: list[Any], dictionary: NameDictionary
) -> Iterator[tuple[int, int]]:
    """Nouns that are names only because 様 or 先生 follows, or a label goes before."""
    for place, word in enumerate(words):
        end = _end(word)
        if not _is_name(word) and dictionary.is_surname(word.text) and TITLE.match(text, end):
            yield place, place  # whatever word the sentence took it for
        if _is_name(word) or not _part_of_name(word):
            continue
        honoured = bool(HONORIFIC.match(text, end)) and not _NO_PERSON.search(word.text)
        titled = bool(TITLE.match(text, end)) and _unknown(word)
        if honoured or titled or _known(word, dictionary):
            yield (_first_kanji(words, place) if honoured else place), place


def _known(word: Any, dictionary: NameDictionary) -> bool:
    """Whether a word in kanji or katakana may be a name, or that of a place behind a label."""
    written = not _HIRAGANA.fullmatch(word.text)
    return written and (
        dictionary.is_surname(word.text)
        or dictionary.is_given(word.text)
        or word.tag_.startswith(PLACE_TAG)
    )


def _first_kanji(words: list[Any], place: int) -> int:
    """The first of the words of one or two kanji that end at ``place``: one name that was cut."""
    first = place
    while first and place - first < 3 and _end(words[first - 1]) == words[first].idx:
        if not _ONE_OR_TWO_KANJI.fullmatch(words[first - 1].text):
            break
        if not may_be_name(words[first - 1].text):
            break
        first -= 1
    return first


def _unknown(word: Any) -> bool:
    """Whether a noun of two or three kanji is none that says what somebody does."""
    action = word.tag_.startswith("名詞-普通名詞-サ変") or word.text in ROLES
    return (
        not action
        and bool(_TWO_KANJI.fullmatch(word.text))
        and word.text[-1] not in "科室課部局棟係会"
    )


def _grown(text: str, words: list[Any], first: int, last: int) -> tuple[int, int]:
    """The place of a name with what stands beside it as its other half, which no tag tells."""
    start, end = words[first].idx, _end(words[last])
    tags = {word.tag_ for word in words[first : last + 1]}
    if OF_A_THING.match(text, end):
        return start, end
    surname = SURNAME in tags or labelled(text, start)
    given = _GIVEN_BEHIND.match(text, end) if surname and GIVEN not in tags else None
    if given and not _is_other(text, given["half"], given.start("half"), words, last + 1):
        end = given.end()
    if SURNAME not in tags and (GIVEN in tags or HONORIFIC.match(text, end)):
        before = _SURNAME_BEFORE.search(text[max(start - 6, 0) : start])
        if before and may_be_name(before["half"]):
            start -= len(before[0])
    return start, end


def _is_other(text: str, half: str, start: int, words: list[Any], place: int) -> bool:
    """Whether what stands behind a surname is no given name but a word of its own."""
    if not may_be_name(half) or OF_A_THING.match(text, start + len(half)):
        return True
    return any(
        word.tag_.startswith("名詞-普通名詞-サ変") or word.tag_ == SURNAME
        for word in words[place : place + 2]
        if word.idx >= start and len(word.text) > 1
    )


def name_recognisers() -> list[LocalRecognizer]:
    """The recognisers of this module."""
    return [NameRecogniser()]
