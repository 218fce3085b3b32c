"""Names by how they are written and by the words beside them, without Sudachi's tags."""

import re
from collections.abc import Iterator

from jmedlora.data.personal.recognisers.name_dictionary import NameDictionary
from jmedlora.data.personal.recognisers.name_words import NAME_ENDS, labelled, may_be_name

WRITTEN, LABELLED = 0.8, 0.85
"""Confidences: by the form, by a label."""
_SYLLABLES = r"(?i:(?:(?:[knhmrgbp]y?|sh|ch|ts|s(?!i)|t(?![iu])|z(?!i)|[dwyfj])?(?:oh(?![aeiou])|[aeiou]{1,2})|n(?![aeiou])){2,7})"
_ROMAJI = rf"(?=(?:[A-Z][a-z]{{2,11}}|[A-Z]{{3,12}})(?![A-Za-z])){_SYLLABLES}(?![A-Za-z])"
_ROMAJI_WORD = re.compile(rf"(?<![A-Za-z])(?P<value>{_ROMAJI})")
_CAPITAL = r"(?:[A-Z][a-z]{1,12}|[A-Z]{2,12})"
_LATIN = (
    re.compile(
        rf"(?<![A-Za-z])(?:Dr|Mr|Ms|Mrs|Ns|Pt|Prof|Name|Assist|Surgeon|Anes|Patient)\.?[:\s]{{0,3}}"
        rf"(?P<value>(?!(?:ID|NO|No)(?![A-Za-z])){_CAPITAL}(?:[ -]{_CAPITAL}){{0,3}}(?:[ ](?:Jr|Sr)\.?)?)(?![A-Za-z])"
    ),
    re.compile(
        rf"(?<![A-Za-z])(?P<value>{_CAPITAL}(?:[ -]{_CAPITAL}){{1,3}})"
        r"(?=[^\S\n]?(?:様|さん|氏|先生|医師|\([ァ-ヴー]))"
    ),
    re.compile(
        rf"(?<![A-Za-z])(?P<value>(?:{_ROMAJI}|[A-Z]\.),?[ ]{_ROMAJI}(?:[ ](?:Jr|Sr)\.?)?)(?![A-Za-z])"
    ),
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
    r"(?:氏[ \u3000]{0,3}名|名前|患者名|様名|旧姓|姓名|医師名|担当医|主治医|記載者|記録者|作成者|報告者|執刀医|説明者|説明医師|署名)"
    r"(?:\([^()\n]{0,8}\))?[^\S\n]{0,3}[:\s][^\S\n]{0,3}"
    rf"(?P<value>[一-龥々]{{1,3}}\n?[一-龥々]{{0,3}}(?:\s{{1,2}}(?:[一-龥々]{{1,3}}|[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,6}}))?){NAME_ENDS}"
)
_KANJI_PAIR = re.compile(
    rf"(?:(?<=[\s(/|:、・])|^)(?P<value>(?P<surname>[一-龥々]{{1,3}})[ \u3000](?P<given>[一-龥々]{{1,3}})){NAME_ENDS}"
)
_LABELLED_KANA = re.compile(
    r"(?:(?:フリガナ|ふりがな)(?:氏名)?\)?[^\S\n]{0,3}[:\s]{0,3}"
    r"|(?<![一-龥ぁ-んァ-ヴー])(?:カナ|かな|よみ|読み|ヨミ)(?:氏名)?\)?[^\S\n]{0,3}[:\s]{1,3})"
    r"(?P<value>[ぁ-んァ-ヴー]{1,10}[ \u3000\t・]{0,2}[ぁ-んァ-ヴー]{1,10})"
)


def written_names(text: str, dictionary: NameDictionary) -> Iterator[tuple[int, int, float]]:
    """Start, end and confidence of each name that its form or a label tells."""
    yield from _written(text)
    yield from _in_dictionary(text, dictionary)


def _written(text: str) -> Iterator[tuple[int, int, float]]:
    """Names by how they are written and by the words beside them."""
    for pattern in (*_LATIN, *_SPACED, _THREE_WORDS, _FOREIGN, _LABELLED_KANA):
        for match in pattern.finditer(text):
            yield *match.span("value"), WRITTEN
    for match in _NAMED.finditer(text):
        if all(map(may_be_name, match["value"].split())):
            yield *match.span("value"), LABELLED
    for match in _ROMAJI_WORD.finditer(text):
        if labelled(text, match.start()):
            yield *match.span("value"), WRITTEN


def _in_dictionary(text: str, dictionary: NameDictionary) -> Iterator[tuple[int, int, float]]:
    """Pairs of words that the dictionary of names has."""
    for match in _KANJI_PAIR.finditer(text):
        if dictionary.is_surname(match["surname"]) and dictionary.is_given(match["given"]):
            yield *match.span("value"), WRITTEN
    for match in _KANA_PAIR.finditer(text):
        if dictionary.is_surname(match["surname"]) or dictionary.is_given(match["given"]):
            yield *match.span("value"), WRITTEN
