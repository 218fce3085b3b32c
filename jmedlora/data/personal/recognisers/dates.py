"""Exact days, and among them dates of birth."""

import re
from collections.abc import Iterator

from presidio_analyzer import EntityRecognizer, RecognizerResult

from jmedlora.data.personal.date_grammar import Form
from jmedlora.data.personal.dates import find_dates
from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.written import TextRecogniser, written

ENGLISH = (
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
_RELATIVE = re.compile(
    r"(?:西暦|同年|本年|今年|昨年|翌年|前年|一昨年|')[^\S\n]{0,3}\n?[^\S\n]{0,3}$"
)
_DAY_BEHIND = re.compile(r"[^\S\n]{0,3}\n?[^\S\n]{0,3}日")
SURE = {
    Form.WORDS: 0.95,
    Form.MARKS: 0.95,
    Form.SHORT_YEAR: 0.6,
    Form.COMPACT: 0.6,
    Form.DAY_IN_WORDS: 0.85,
}
LIKELY, POSSIBLE = 0.7, 0.5
"""Confidences of a month and a day with a slash: with a sign of a day beside it, and without."""
_OF_A_DAY = re.compile(
    r"[^\S\n]{0,2}(?:\([月火水木金土日祝][^()\n]{0,4}\)|[月火水木金土日]曜|から|より|まで|~|～|〜|"
    r"頃|ごろ|朝|夕|夜|昼|午前|午後|早朝|深夜|未明|AM|PM|\d{1,2}[:時]|入院|退院|手術|施行|実施|採血|"
    r"開始|終了|中止|受診|来院|再診|初診|転院|転棟|搬送|撮影|検査|術後|夜間|日勤|準夜|外来|に|の|は|も|、)",
    re.IGNORECASE,
)
_NO_DAY_BEFORE, _NO_DAY_AFTER = re.compile(r"[\d./A-Za-z^+-]\Z"), re.compile(r"[\d/.%]")
_FROM_BEFORE = re.compile(r"(?:\d/\d{1,2}-|[~～〜][^\S\n]?)\Z")
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
    r"[^\S\n]{0,2}[:=は]?[^\S\n]{0,2}$"
    r"|(?:MMT|HLA|徒手筋力|血培|血液培養|リンパ節)[^。\n\d]{0,14}$",
    re.IGNORECASE,
)
_AMOUNT_AFTER = re.compile(
    r"[^\S\n]{0,1}(?:錠|包|セット|一致|マーカー|陽性|陰性|量|回|m|L|μ|点|視野|HPF|以下|程度|倍|枚|切|カプセル|cap|T\b|に減量|に希釈|生食|"
    r"音|度|個|名|人|例|件|本|cm|hpf|[)]?点|の確率|の割合|日)",
    re.IGNORECASE,
)
CONTEXT = 40


class DateRecogniser(TextRecogniser):
    """Exact days in the forms of the grammar, and in English. A month alone is none."""

    def __init__(self) -> None:
        super().__init__([Kind.DATE, Kind.BIRTH_DATE])

    def _results(self, text: str) -> Iterator[RecognizerResult]:
        for start, end, confidence in _days(text):
            yield RecognizerResult(_date_kind(text, start, end).value, start, end, confidence)


def date_recognisers() -> list[EntityRecognizer]:
    """The recogniser of exact days with or without a year."""
    return [DateRecogniser()]


def _days(text: str) -> Iterator[tuple[int, int, float]]:
    for day in find_dates(text):
        confidence = SURE.get(day.form) or _slashed_day(text, day.start, day.end)
        if confidence:
            before = _RELATIVE.search(text, max(day.start - 10, 0), day.start)
            behind = _DAY_BEHIND.match(text, day.end)
            words = day.form in (Form.WORDS, Form.DAY_IN_WORDS)
            yield (
                before.start() if before else day.start,
                behind.end() if words and behind else day.end,
                confidence,
            )
    for way in ENGLISH:
        for found in way.pattern.finditer(text):
            yield *found.span("value"), way.confidence


def _date_kind(text: str, start: int, end: int) -> Kind:
    """BIRTH_DATE where the text says so before or behind the day."""
    born = _BORN_BEFORE.search(text[max(start - CONTEXT, 0) : start])
    born = born or _BORN_AFTER.match(text, end, end + CONTEXT)
    return Kind.BIRTH_DATE if born else Kind.DATE


def _slashed_day(text: str, start: int, end: int) -> float:
    """How sure it is; 0 where the numbers are a score, an amount or a share, not month and day."""
    before = text[max(start - 24, 0) : start]
    if _SCORE_BEFORE.search(before) or _AMOUNT_AFTER.match(text, end):
        return 0.0
    further = bool(_FROM_BEFORE.search(before))
    if _NO_DAY_BEFORE.search(before) and not further:
        return 0.0
    if _OF_A_DAY.match(text, end):
        return LIKELY
    if _NO_DAY_AFTER.match(text, end):
        return 0.0
    if further or before.endswith("\n") or not before:
        return LIKELY
    return 0.0 if text[end : end + 1].isascii() and text[end : end + 1].isalpha() else POSSIBLE
