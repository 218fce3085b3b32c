"""Numbers, drugs and names in an answer that its source does not hold, by how they are written."""

import re
from collections.abc import Iterator

from jmedlora.core.comparable_text import folded
from jmedlora.data.pairs.language_check import has_japanese
from jmedlora.data.personal.numerals import KANJI_DIGITS, UNITS, read_numeral

SAME_UNITS = {
    "キログラム": "kg",
    "グラム": "g",
    "ミリグラム": "mg",
    "マイクログラム": "μg",
    "リットル": "l",
    "ミリリットル": "ml",
    "メートル": "m",
    "センチメートル": "cm",
    "ミリメートル": "mm",
    "パーセント": "%",
    "キロカロリー": "kcal",
    "週間": "週",
    "分間": "分",
    "箇月": "か月",
    "ヶ月": "か月",
    "ケ月": "か月",
    "カ月": "か月",
    "ヵ月": "か月",
}
"""Units by what they are elsewhere. A word among them is no name of a drug."""
COUNTERS = (
    *("錠", "包", "カプセル", "滴", "枚", "単位", "回", "割", "歳"),
    *("年", "か月", "週", "日", "時間", "秒", "kg", "mg", "ml", "g"),
)
"""What a number in kanji must stand before: 三叉神経 and 十分 hold none."""
_WORDS = sorted([*SAME_UNITS, *COUNTERS], key=len, reverse=True)
_COUNTED = rf"(?:{'|'.join(_WORDS)})(?!化)"
_KANJI = f"{KANJI_DIGITS}{''.join(UNITS)}"
NUMBER = re.compile(
    rf"(?<![\d.])(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?)\s?"
    rf"(?P<unit>{_COUNTED}|[a-zμ%‰°/²]{{1,8}}|[\u4e00-\u9fff]|)"
    rf"|(?<![数第{_KANJI}])(?P<kanji>[{_KANJI}]{{1,7}})(?P<counter>{_COUNTED})"
)
KATAKANA = re.compile(r"[ァ-ヴー]{4,}")
KAMPO = re.compile(
    r"[\u4e00-\u9fff]{2,9}(?:(?<![分拡発飛解離蒸放退集四])散|(?<![熱銭給産足])湯|(?<![睾弾砲])丸)"
    r"(?=[^\u4e00-\u9fff]|\Z|[加料服内投処製等合])"
)
"""A kampo formula, such as 葛根湯, 五苓散 or 八味地黄丸."""
LATIN = re.compile(r"[a-z]+")
LATIN_UNITS = re.compile(
    r"(?:milli|micro|kilo)?(?:gram|lit(?:er|re)|met(?:er|re))s?|percent|units?"
)
LONG = 5
"""Letters of a Latin word that a Japanese answer is not expected to hold by itself."""
INN = re.compile(
    r"[a-z]{3,}(?:mab|nib|pril|sartan|statin|olol|azole|cillin|mycin|floxacin|gliptin|gliflozin"
    r"|tidine|prazole|dipine|parin|xaban|formin|farin)"
)
"""A word with an ending of the INN: in an English answer, all that tells a drug."""

Number = tuple[str, str]
"""A value and its unit, in the same form however they are written."""


def find_strange(output: str, source: str) -> Iterator[str]:
    """The numbers and names of ``output`` that ``source`` does not hold, each once.

    Compared in NFKC and small letters: a number with its unit, a Latin word as a whole, other names
    as a part of a longer one too.
    """
    held, text = folded(source), folded(output)
    numbers = set(_numbers(held).values())
    yield from (said for said, number in _numbers(text).items() if number not in numbers)
    yield from (name for name in _names(text) if name not in held)
    words = set(LATIN.findall(held))
    is_drug = _is_long if has_japanese(output) else INN.fullmatch
    for word in dict.fromkeys(LATIN.findall(text)):
        if word not in words and not LATIN_UNITS.fullmatch(word) and is_drug(word):
            yield word


def _numbers(text: str) -> dict[str, Number]:
    """The numbers of a folded text as they are written, and what they are."""
    found = {}
    for each in NUMBER.finditer(text):
        if each["kanji"]:
            value, unit = str(read_numeral(each["kanji"])), each["counter"]
        else:
            value, unit = each["digits"].replace(",", ""), each["unit"]
        found[each[0]] = value, SAME_UNITS.get(unit, unit)
    return found


def _names(text: str) -> Iterator[str]:
    for name in dict.fromkeys([*KATAKANA.findall(text), *KAMPO.findall(text)]):
        if name not in SAME_UNITS:
            yield name


def _is_long(word: str) -> bool:
    return len(word) >= LONG
