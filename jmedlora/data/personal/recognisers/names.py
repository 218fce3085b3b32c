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
    LABELS,
    NO_NAMES,
    OF_A_THING,
    ROLES,
    TITLE,
    TITLES,
)
from jmedlora.data.personal.recognisers.name_dictionary import NameDictionary
from jmedlora.data.personal.recognisers.written import LANGUAGE

NAME_TAG = "名詞-固有名詞-人名"
SURNAME, GIVEN = f"{NAME_TAG}-姓", f"{NAME_TAG}-名"
PLACE_TAG, NUMBER_TAG = "名詞-固有名詞-地名", "名詞-数詞"
FULL, TITLED, LABELLED, ENTITY = 0.9, 0.9, 0.85, 0.7
WRITTEN, SURNAME_ALONE, ALONE = 0.8, 0.55, 0.3
"""Confidences: surname and given name; with a title or a label; an entity; a tagged word alone."""
LABEL_LENGTH = 24
_SEPARATOR = re.compile(r"\s{1,2}|[・=.]")
_GIVEN_LIKE = re.compile(r"[一-龥々ァ-ヴーぁ-ん]{1,4}")
_KANA = r"(?:[ぁ-んー]{2,7}|[ァ-ヴー]{2,8})"
_READING = re.compile(
    r"(?:様|さん|氏|くん|ちゃん)?(?:[^\S\n]?[(\[]|[\s/|:]{1,3})(?:フリガナ|ふりがな|カナ|かな)?[\s:]{0,2}"
    rf"(?P<value>{_KANA}[ \u3000・]{{1,2}}{_KANA}|(?<=[(\[])(?:[ぁ-んー]{{2,14}}|[ァ-ヴー]{{2,14}}))"
    r"(?=[\s)\]/|]|$)"
)
_HIRAGANA, _ONE_OR_TWO_KANJI = re.compile("[ぁ-んー]+"), re.compile("[一-龥々]{1,2}")
_TWO_KANJI = re.compile(r"[一-龥々]{2,3}")
_ENDS = r"(?=[^\S\n]?(?:様|さま|さん|氏|くん|君|ちゃん|殿|先生|医師)|[\s()\[\]「」、。,./:;|~-]|$)"
_GIVEN_BEHIND = re.compile(
    rf"[ \u3000\t]{{0,2}}(?P<half>[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,6}}|[一-龥々]{{1,3}}){_ENDS}"
)
_SURNAME_BEFORE = re.compile(r"(?:^|(?<=[^一-龥々]))(?P<half>[一-龥々]{1,3})[ \u3000\t]{0,2}$")
_SYLLABLES = r"(?i:(?:(?:[knhmrgbp]y?|sh|ch|ts|s(?!i)|t(?![iu])|z(?!i)|[dwyfj])?(?:oh(?![aeiou])|[aeiou]{1,2})|n(?![aeiou])){2,7})"
_ROMAJI = rf"(?=(?:[A-Z][a-z]{{2,11}}|[A-Z]{{3,12}})(?![A-Za-z])){_SYLLABLES}(?![A-Za-z])"
_ROMAJI_WORD = re.compile(rf"(?<![A-Za-z])(?P<value>{_ROMAJI})")
_CAPITAL = r"(?:[A-Z][a-z]{1,12}|[A-Z]{2,12})"
_LATIN = (
    re.compile(
        rf"(?<![A-Za-z])(?:Dr|Mr|Ms|Mrs|Ns|Pt|Prof|Name|Assist|Surgeon|Anes|Patient)\.?[:\s]{{0,3}}"
        rf"(?P<value>{_CAPITAL}(?:[ -]{_CAPITAL}){{0,3}})(?![A-Za-z])"
    ),
    re.compile(
        rf"(?<![A-Za-z])(?P<value>{_CAPITAL}(?:[ -]{_CAPITAL}){{1,3}})"
        r"(?=[^\S\n]?(?:様|さん|氏|先生|医師|\([ァ-ヴー]))"
    ),
    re.compile(rf"(?<![A-Za-z])(?P<value>(?:{_ROMAJI}|[A-Z]\.),?[ ]{_ROMAJI})(?![A-Za-z])"),
)
_THREE_WORDS = re.compile(
    r"(?<![A-Za-z] )(?<![A-Za-z])(?P<value>[A-Z][a-z]{1,5}(?: [A-Z][a-z]{1,5}){2})(?![ ]?[A-Za-z])"
)
_FOREIGN = re.compile(
    r"(?P<value>[ァ-ヴー]{2,12}(?:[・ \u3000=][ァ-ヴー]{1,12}){1,4})(?=[^\S\n]?(?:様|さん|氏|先生|医師))"
)
_LETTER = "[一-龥々ぁ-んァ-ヴー]"
_SPACED = (
    re.compile(
        rf"(?:名|フリガナ|患者)[:\s]{{1,4}}(?P<value>(?:{_LETTER}[ \u3000]{{1,3}}){{2,8}}{_LETTER})(?!{_LETTER})"
    ),
    re.compile(
        rf"(?<!{_LETTER})(?P<value>(?:{_LETTER}[ \u3000]{{1,3}}){{1,8}}{_LETTER})(?=[ \u3000]{{1,3}}(?:様|殿))"
    ),
)
_KANA_PAIR = re.compile(
    r"(?:(?<=[\s(/|])|^)(?P<value>(?P<surname>[ぁ-んー]{2,6}|[ァ-ヴー]{2,7})[ \u3000]"
    r"(?P<given>[ぁ-んー]{2,6}|[ァ-ヴー]{2,7}))(?=[\s)/|]|$)"
)
_NAMED = re.compile(
    r"(?:氏名|名前|患者名|様名|旧姓|姓名|医師名|担当医|主治医|記載者|記録者|作成者|報告者|執刀医|説明者|説明医師|署名)"
    r"(?:\([^()\n]{0,8}\))?[^\S\n]{0,3}[:\s][^\S\n]{0,3}"
    rf"(?P<value>[一-龥々]{{1,4}}(?:\s{{1,2}}(?:[一-龥々]{{1,3}}|[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,6}}))?){_ENDS}"
)
_LABELLED_KANA = re.compile(
    r"(?:フリガナ|ふりがな|カナ|かな|よみ|読み|ヨミ)(?:氏名)?\)?[^\S\n]{0,3}[:\s]{0,3}"
    r"(?P<value>[ぁ-んァ-ヴー]{1,10}[ \u3000\t・]{0,2}[ぁ-んァ-ヴー]{1,10})"
)
_OPENING, _CLOSING = re.compile(r"[(\[/]"), re.compile(r"[)\]/]")
_APART = re.compile(r"|[\s()\[\]/、。,.:・|]")
_TRADE = re.compile(r"[屋者員師家生士人手科係長部局]$")


class NameRecogniser(LocalRecognizer):
    """Names of persons. What has a name's tag and nothing more is found with confidence ALONE."""

    def __init__(self) -> None:
        self.dictionary = NameDictionary()
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
            for start, end, confidence in _names(text, words, self.dictionary)
        ]


def _names(
    text: str, words: list[Any], dictionary: NameDictionary
) -> Iterator[tuple[int, int, float]]:
    for first, last in (*_runs(words), *_entities(words), *_before_titles(text, words, dictionary)):
        start, end = _grown(text, words, first, last)
        confidence = _confidence(text, words[first : last + 1], (start, end), dictionary)
        if confidence:
            yield start, end, confidence
            if confidence > ALONE and (reading := _READING.match(text, end)):
                yield *reading.span("value"), confidence
    for pattern in (*_LATIN, *_SPACED, _THREE_WORDS, _FOREIGN, _LABELLED_KANA):
        for match in pattern.finditer(text):
            yield *match.span("value"), WRITTEN
    for match in _NAMED.finditer(text):
        if all(map(_may_be_name, match["value"].split())):
            yield *match.span("value"), LABELLED
    for match in _ROMAJI_WORD.finditer(text):
        if _labelled(text, match.start()):
            yield *match.span("value"), WRITTEN
    for match in _KANA_PAIR.finditer(text):
        if dictionary.is_surname(match["surname"]) or dictionary.is_given(match["given"]):
            yield *match.span("value"), WRITTEN


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
    return _is_name(word) or (noun and _may_be_name(word.text))


def _may_be_name(text: str) -> bool:
    return text not in NO_NAMES | LABELS | TITLES and bool(_GIVEN_LIKE.match(text))


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
        honoured = bool(HONORIFIC.match(text, end)) and not _TRADE.search(word.text)
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
        if not _may_be_name(words[first - 1].text):
            break
        first -= 1
    return first


def _unknown(word: Any) -> bool:
    """Whether a noun of two or three kanji is none that says what somebody does."""
    action = word.tag_.startswith("名詞-普通名詞-サ変") or word.text in ROLES
    return not action and bool(_TWO_KANJI.fullmatch(word.text)) and word.text[-1] != "科"


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether neither a particle nor another word touches it, as in a signature."""
    before, after = text[start - 1 : start], text[end : end + 1]
    inside = bool(_OPENING.fullmatch(before)) and bool(_CLOSING.fullmatch(after))
    apart = bool(_APART.fullmatch(before)) and bool(_APART.fullmatch(after))
    return inside or (apart and end - start > 1)


def _labelled(text: str, start: int) -> bool:
    return bool(LABEL_BEFORE.search(text[max(start - LABEL_LENGTH, 0) : start]))


def _grown(text: str, words: list[Any], first: int, last: int) -> tuple[int, int]:
    """The place of a name with what stands beside it as its other half, which no tag tells."""
    start, end = words[first].idx, _end(words[last])
    tags = {word.tag_ for word in words[first : last + 1]}
    if OF_A_THING.match(text, end):
        return start, end
    surname = SURNAME in tags or _labelled(text, start)
    if surname and GIVEN not in tags and (given := _GIVEN_BEHIND.match(text, end)):
        if not _is_other(text, given["half"], given.start("half"), words, last + 1):
            end = given.end()
    if SURNAME not in tags and (GIVEN in tags or HONORIFIC.match(text, end)):
        before = _SURNAME_BEFORE.search(text[max(start - 6, 0) : start])
        if before and _may_be_name(before["half"]):
            start -= len(before[0])
    return start, end


def _is_other(text: str, half: str, start: int, words: list[Any], place: int) -> bool:
    """Whether what stands behind a surname is no given name but a word of its own."""
    if not _may_be_name(half) or OF_A_THING.match(text, start + len(half)):
        return True
    return any(
        word.tag_.startswith("名詞-普通名詞-サ変") or word.tag_ == SURNAME
        for word in words[place : place + 2]
        if word.idx >= start and len(word.text) > 1
    )


def _confidence(
    text: str, words: list[Any], place: tuple[int, int], dictionary: NameDictionary
) -> float:
    start, end = place
    if any(word.text in NO_NAMES | LABELS for word in words) or OF_A_THING.match(text, end):
        return 0.0
    if len(words) > 1 and any(OF_A_THING.fullmatch(word.text) for word in words):
        return 0.0
    if HONORIFIC.match(text, end) or TITLE.match(text, end):
        return TITLED
    tags = [word.tag_ for word in words if word.tag_.startswith("名詞")]
    named = [tag.startswith(NAME_TAG) for tag in tags]
    if len(tags) > 1 and all(named):
        return FULL
    if _labelled(text, start):
        return LABELLED
    if any(word.ent_type_ == "Person" for word in words) and any(named):
        return ENTITY
    word = words[0]
    if (
        len(words) == 1
        and dictionary.is_surname(word.text)
        and _stands_alone(text, word.idx, _end(word))
    ):
        return SURNAME_ALONE
    return SURNAME_ALONE if {SURNAME, GIVEN} & set(tags) and end - start > 1 else ALONE


def name_recognisers() -> list[LocalRecognizer]:
    """The recognisers of this module."""
    return [NameRecogniser()]
