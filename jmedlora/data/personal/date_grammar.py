"""How exact days are written, in any width: the one grammar for finding and for moving them."""

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum, auto

from jmedlora.data.personal.folded_text import HYPHENS
from jmedlora.data.personal.numerals import KANJI_NUMERAL

ERAS = {
    "明治": date(1868, 1, 25),
    "大正": date(1912, 7, 30),
    "昭和": date(1926, 12, 25),
    "平成": date(1989, 1, 8),
    "令和": date(2019, 5, 1),
}
"""Each era with its first day, in order."""
LETTERS = dict(zip(ERAS, "MTSHR", strict=True))
FULL_WIDTH_LETTERS = dict(zip(ERAS, "ＭＴＳＨＲ", strict=True))
SIGNS = {"明治": "㍾", "大正": "㍽", "昭和": "㍼", "平成": "㍻", "令和": "㋿"}
NOTATIONS = (
    {era: era for era in ERAS},
    LETTERS,
    {era: letter.lower() for era, letter in LETTERS.items()},
    FULL_WIDTH_LETTERS,
    SIGNS,
    {era: era[0] for era in ERAS},
)
"""The ways to write an era."""
RELATIVE_YEARS = {
    "同年": 0,
    "当年": 0,
    "本年": 0,
    "今年": 0,
    "翌年": 1,
    "来年": 1,
    "翌々年": 2,
    "前年": -1,
    "昨年": -1,
    "去年": -1,
    "一昨年": -2,
}
"""Words before a month and a day, by years behind the one that was named last."""
_S = r"[^\S\n]{0,3}\n?[^\S\n]{0,3}"
RELATIVE = re.compile(rf"(?P<word>{'|'.join(RELATIVE_YEARS)})の?{_S}$")
_D = "[0-9０-９]"
_SHORT_ERAS = "".join(name for names in NOTATIONS for name in names.values() if len(name) == 1)
_ERA = rf"(?<![A-Za-z])(?P<era>{'|'.join(ERAS)}|[{_SHORT_ERAS}])(?P<gap>\.?{_S})"
_MONTH_DIGITS = "(?:[1１][0-2０-２]|[0０]?[1-9１-９])"
_DAY_DIGITS = f"(?:[12１２]{_D}|[3３][01０１]|[0０]?[1-9１-９])"
_MONTH, _DAY = (f"(?:{digits}|{KANJI_NUMERAL}{{1,3}})" for digits in (_MONTH_DIGITS, _DAY_DIGITS))
_YEAR = f"(?:{_D}{{1,4}}|元|{KANJI_NUMERAL}{{1,5}})"
_ASIDE = rf"(?:{_S}[(（][^()（）\n]{{1,12}}[)）])?"  # 平成31年(2019年)
_MONTH_AND_DAY = (
    rf"(?P<month>{_MONTH})(?P<mark>{_S}月{_S})(?P<day>{_DAY})"
    rf"(?:(?P<until>{_S}日{_S}[~～〜\-]{_S})(?P<last>{_DAY}))?(?={_S}日(?!間))"
)
_MARKS = (
    rf"(?P<year_mark>{_S}(?P<sign>[/／.．・ー{HYPHENS}-])[^\S\n]?)(?P<month>{_MONTH_DIGITS})"
    rf"(?P<mark>(?P=sign)\n?[^\S\n]?)(?P<day>{_DAY_DIGITS})"
)


class Form(Enum):
    """How a date is written; of two at one place the first one counts."""

    WORDS = auto()  # 令和5年4月5日, 2023年4月5日
    MARKS = auto()  # 2023/4/5, R5.4.5
    SHORT_YEAR = auto()  # 23.4.5
    COMPACT = auto()  # 20230405
    DAY_IN_WORDS = auto()  # 4月5日, 4月5日〜7日
    DAY_WITH_SLASH = auto()  # 4/5


FORMS = {
    Form.WORDS: re.compile(
        rf"(?<![0-9０-９.])(?:{_ERA})?(?P<year>{_YEAR})(?P<year_mark>{_S}年{_ASIDE}{_S}(?:の{_S})?){_MONTH_AND_DAY}"
    ),
    Form.MARKS: re.compile(
        rf"(?:{_ERA}(?P<year>元|{_D}{{1,2}})|(?<![0-9０-９./-])(?P<western>(?:[1１][9９]|[2２][0０]){_D}{{2}})){_MARKS}(?!{_D})"
    ),
    Form.SHORT_YEAR: re.compile(
        rf"(?<![0-9０-９./-])(?P<year>{_D}{{2}})(?P<year_mark>(?P<sign>[/／.．－-]))(?P<month>{_MONTH_DIGITS})(?P<mark>(?P=sign))(?P<day>{_DAY_DIGITS})(?![0-9０-９./-])"
    ),
    Form.COMPACT: re.compile(
        rf"(?<![0-9０-９A-Za-z-])(?P<compact>(?:[1１][9９]|[2２][0０]){_D}{{2}}(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２]{_D}|[3３][01０１]))(?![0-9０-９A-Za-z-])"
    ),
    Form.DAY_IN_WORDS: re.compile(rf"(?<![0-9０-９〇零一二三四五六七八九十]){_MONTH_AND_DAY}"),
    Form.DAY_WITH_SLASH: re.compile(
        rf"(?<!{_D})(?P<month>{_MONTH_DIGITS})(?P<mark>[/／])(?P<day>{_DAY_DIGITS})(?!{_D})"
    ),
}  # fmt: skip


def matches(text: str, start: int, end: int) -> Iterator[tuple[Form, re.Match[str]]]:
    """The dates in ``text[start:end]`` from left to right; none overlaps another."""
    found = [
        (match.start(), form.value, form, match)
        for form, pattern in FORMS.items()
        for match in pattern.finditer(text, start, end)
    ]
    at = start
    for begin, _, form, match in sorted(found, key=lambda each: each[:2]):
        if begin >= at:
            yield form, match
            at = match.end()
