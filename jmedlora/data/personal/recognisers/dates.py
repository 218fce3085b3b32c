"""Exact days, and among them dates of birth."""

import re

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.written import WrittenRecogniser, written

_S = r"[^\S\n]{0,3}\n?[^\S\n]{0,3}"
_KANJI = "〇零一二三四五六七八九十廿卅"
_ERA = r"(?:令和|平成|昭和|大正|明治|[㍻㍼㍽㍾㋿])"
_YEAR = rf"(?:\d{{1,4}}|元|[{_KANJI}百]{{1,5}})"
_MONTH = rf"(?:0?[1-9]|1[0-2]|[{_KANJI}]{{1,3}})"
_DAY = rf"(?:0?[1-9]|[12]\d|3[01]|[{_KANJI}]{{1,3}})"
_MONTH_DIGITS, _DAY_DIGITS = r"(?:1[0-2]|0?[1-9])", r"(?:[12]\d|3[01]|0?[1-9])"
_ASIDE = rf"(?:{_S}\([^()\n]{{1,12}}\))?"  # 平成31年(2019年)
_WITH_YEAR = rf"(?:(?:西暦|{_ERA}|[RHSTM]\.?|'){_S})?{_YEAR}{_S}年{_ASIDE}{_S}の?"
_RANGE_END = rf"(?:{_S}[~～〜-]{_S}{_DAY}{_S}日(?!間))?"
_NO_DIGIT_BEFORE, _NO_DIGIT_AFTER = r"(?<![\d.])", r"(?![\d])"
_ERA_LETTER = r"(?<![A-Za-z])(?:[RHST]\.?[^\S\n]?(?:元|\d{1,2})|(?:令和?|平成?|昭和?|大正?|明治?)(?:元|\d{1,2}))"
DATES = (
    written(
        rf"{_NO_DIGIT_BEFORE}(?P<value>{_WITH_YEAR}{_MONTH}{_S}月{_S}{_DAY}{_S}日)(?!間)", 0.95
    ),
    written(
        rf"(?P<value>(?:同年|本年|今年|昨年|翌年|前年|一昨年)?{_S}"
        rf"(?<![\d{_KANJI}]){_MONTH}{_S}月{_S}{_DAY}{_S}日)(?!間)",
        0.85,
    ),
    written(
        rf"(?<![\d./-])(?P<value>(?:19|20)\d\d(?P<mark>[./・-])[^\S\n]?{_MONTH_DIGITS}"
        rf"(?P=mark)\n?[^\S\n]?{_DAY_DIGITS}){_NO_DIGIT_AFTER}",
        0.95,
    ),
    written(
        rf"(?P<value>{_ERA_LETTER}(?P<mark>[./・-])[^\S\n]?{_MONTH_DIGITS}"
        rf"(?P=mark)\n?[^\S\n]?{_DAY_DIGITS}){_NO_DIGIT_AFTER}",
        0.95,
    ),
    written(
        r"(?<![\d./-])(?P<value>'?\d\d(?P<mark>[/.-])(?:0[1-9]|1[0-2]|[1-9])(?P=mark)"
        r"(?:0[1-9]|[12]\d|3[01]|[1-9]))(?![\d./-])",
        0.6,
    ),
    written(
        r"(?<![\dA-Za-z-])(?P<value>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?![\dA-Za-z-])",
        0.6,
    ),
    written(
        r"(?P<value>\d{1,2}[^\S\n]{1,2}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,?"
        r"[^\S\n]{1,2}(?:19|20)\d\d)(?!\d)",
        0.9,
    ),
    written(
        r"(?P<value>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
        r"[^\S\n]{1,2}\d{1,2},?[^\S\n]{1,2}(?:19|20)\d\d)(?!\d)",
        0.9,
    ),
)
_SLASHED = rf"(?<![\d./A-Za-z^+-])(?P<value>{_MONTH_DIGITS}/{_DAY_DIGITS})"
_OF_A_DAY = (
    r"(?=[^\S\n]{0,2}(?:\([月火水木金土日祝][^()\n]{0,4}\)|[月火水木金土日]曜|から|より|まで|~|～|〜|"
    r"頃|ごろ|朝|夕|夜|昼|午前|午後|早朝|深夜|未明|AM|PM|\d{1,2}[:時]|入院|退院|手術|施行|実施|採血|"
    r"開始|終了|中止|受診|来院|再診|初診|転院|転棟|搬送|撮影|検査|術後|夜間|日勤|準夜|外来|に|の|は|も|、))"
)
SLASHED_DAYS = (
    written(rf"{_SLASHED}{_OF_A_DAY}", 0.7),
    written(rf"(?<=[~～〜])[^\S\n]?{_SLASHED}(?![\d/.%])", 0.7),
    written(rf"(?<=\d/\d-)(?P<value>{_MONTH_DIGITS}/{_DAY_DIGITS})(?![\d/.%-])", 0.7),
    written(rf"(?<=\d/\d\d-)(?P<value>{_MONTH_DIGITS}/{_DAY_DIGITS})(?![\d/.%-])", 0.7),
    written(rf"(?<![^\n]){_SLASHED}(?![\d/.%])", 0.7),
    written(rf"{_SLASHED}(?![\d/.%A-Za-z])", 0.5),
)
_BORN_BEFORE = re.compile(
    r"(?:生年月日|誕生日|出生年月日|出生日|出生|生まれ|DOB|D\.O\.B\.?|birth)"
    r"(?:\([^()\n]{1,10}\))?[^\S\n]{0,8}[:(\[|は\n\t]?\s{0,8}(?:西暦)?(?:\(?(?:満?\d{1,3}歳|[男女]性?)\)?\s{0,2})?$",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(
    r"[^\S\n]{0,2}(?:\(?\d{1,3}歳\)?|\([^()\n]{1,12}\))?[^\S\n]{0,2}(?:生まれ|生れ|生(?![活体命理食化検物])|出生|出産にて出生)"
)
_SCORE_BEFORE = re.compile(
    r"(?:NRS|VAS|MMT|Levine|レバイン|Grade|GCS|JCS|HDS-?R|MMSE|FIM|BI|点数?|スコア|Score|視力|比|倍|約|心雑音|筋力|"
    r"Stage|分割|の|全|計|APGAR|アプガー|ECOG|FBS|PAIN|疼痛|痛み|ペイン|尿蛋白|右|左|上肢|下肢|膝|BP|血圧|脈)"
    r"[^\S\n]{0,2}[:=は]?[^\S\n]{0,2}$",
    re.IGNORECASE,
)
_AMOUNT_AFTER = re.compile(
    r"[^\S\n]{0,1}(?:錠|包|量|回|m|L|μ|点|視野|HPF|以下|程度|倍|枚|切|カプセル|cap|T\b|に減量|に希釈|生食|"
    r"音|度|個|名|人|例|件|本|cm|hpf|[)]?点|の確率|の割合|日)",
    re.IGNORECASE,
)
CONTEXT = 40


def date_recognisers() -> list[WrittenRecogniser]:
    """Recognisers of exact days with or without a year; a month alone is none."""
    return [
        WrittenRecogniser(Kind.DATE, DATES, sort=_date_kind),
        WrittenRecogniser(Kind.DATE, SLASHED_DAYS, _slashed_day, _date_kind),
    ]


def _date_kind(text: str, start: int, end: int) -> Kind:
    """BIRTH_DATE where the text says so before or behind the day."""
    born = _BORN_BEFORE.search(text[max(start - CONTEXT, 0) : start])
    born = born or _BORN_AFTER.match(text, end, end + CONTEXT)
    return Kind.BIRTH_DATE if born else Kind.DATE


def _slashed_day(text: str, start: int, end: int, confidence: float) -> float:
    """0 where the numbers are a score, an amount or a share rather than month and day."""
    other = _SCORE_BEFORE.search(text[max(start - 12, 0) : start])
    return 0.0 if other or _AMOUNT_AFTER.match(text, end) else confidence
