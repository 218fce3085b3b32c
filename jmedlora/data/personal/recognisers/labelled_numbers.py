"""Numbers by the labels beside them: before, above them in a table, or in brackets behind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.check_digits import has_check_digit
from jmedlora.data.personal.recognisers.labels import BARE, LABEL, MEANINGS, Meaning, topic
from jmedlora.data.personal.recognisers.table_columns import column_cells

LABELLED, COLUMN, BRACKETED, WEAK, LOOSE, UNKNOWN = 0.92, 0.9, 0.8, 0.75, 0.6, 0.5
"""Confidences: a label before the number, above it, behind it; a word that is a label only with
a long number; a label some words before; a number of something that no label names."""
ENOUGH, LONG, SERIAL, SHORT = 2, 5, 4, 3
"""Digits that a number has at least: behind a full label, behind a weak one, behind ``No.``; behind 番号 or
with a letter or a hyphen."""
_ASIDE = r"(?:\((?![^()\n]{0,8}\d[\d-]{3})[^()\n]{1,14}\))?"
_OPENING = r"(?:[:=#|│/→←>・,;*._-]|は|が|を|「|『|\(|\[|\{|<|〔|【|」|』|\]|\)|】|〕){0,3}"
_LEADER = r"(?:[.・…‥_][^\S\n]?){0,40}"
JOIN = (
    rf"[^\S\n]{{0,6}}{_ASIDE}[^\S\n]{{0,6}}{_OPENING}{_LEADER}[^\S\n]{{0,8}}(?P<broken>\n{{0,2}})"
    rf"[^\S\n]{{0,8}}{_OPENING}[^\S\n]{{0,2}}"
)
"""What stands between a label and its number."""
_END = (
    r"(?![\dA-Z]|[:%℃]|[年月日歳才時分円点回名人件枚本倍錠階床個台](?![一-龥])|号室|単位|万|ページ|頁"
    r"|[^\S\n]?(?:mg|mL|dL|μ|kg|cm|mm|cc|IU|mmHg|kcal)(?![A-Z])|[-/.,]\d)"
)
"""No unit, and no more of a longer number."""
_BOXES = r"\d(?:[^\S\n]?[ |│][^\S\n]?\d(?!\d)){3,13}"
_GROUPS = r"\d{2,5}(?:[ ]\d{2,5}){1,3}"
_BROKEN = r"\d{2,6}\n(?!(?:19|20)\d\d)\d{3,6}(?=[\s)、。]|$)"
_IN_KANJI = r"[〇一二三四五六七八九]{4,12}"
_CODE = r"(?:[A-Z]{1,2} (?=\d{3}))?(?=[A-Z_/.-]{0,8}\d)[A-Z\d]{1,14}(?:(?:\n(?=-))?[-_/.・]\n?[A-Z\d]{1,10}|[^\S\n]-[^\S\n]\d{1,8}|-?[一-龥ァ-ヴ]{1,2}-?(?=[\dA-Z]{2})){0,5}(?:\(\d\))?"
_OF_YEAR = r"(?:令和|平成|[RH])\d{1,2}年?度?-?[^\S\n]?第?[^\S\n]?\d{2,7}"
_PATIENT = rf"(?P<value>(?:{_BOXES}|{_OF_YEAR}|{_GROUPS}|{_BROKEN}|{_IN_KANJI}|(?:[一-龥ぁ-んァ-ヴ]{{1,3}}-?(?=[\dA-Z]))?{_CODE}){_END})"
_INSURED = (
    rf"(?P<value>(?:{_BOXES}|{_GROUPS}|{_IN_KANJI}){_END}|(?:(?:(?![番号者証険券])[一-龥ぁ-んァ-ヶ]){{1,6}}[^\S\n]?[・･-]?[^\S\n]?(?=\d))?[\dA-Z]{{1,12}}"
    r"(?:[^\S\n]?[-・･/.][^\S\n]?\n?[\dA-Z]{1,12}){0,4}(?:\n\d{3,7}(?=\s|$))?"
    rf"(?:[^\S\n]?\(枝番?[^\S\n:]{{0,2}}\d{{1,2}}\))?{_END})"
)
_LICENSED = (
    r"(?P<value>(?:[一-龥]{2,4}[都道府県]?[^\S\n]?)?(?:第[^\S\n]?)?(?:[一-龥A-Z]{1,3}[^\S\n]?-?(?:第[^\S\n]?)?)?"
    rf"\d{{1,8}}(?:-\d{{1,8}}){{0,3}}(?:[^\S\n]?号)?{_END})"
)
TWELVE = r"\d(?:[^\S\n]{0,2}[-|│・./\n]?[^\S\n]{0,2}\d){11}"
VALUES: dict[Meaning, str] = {
    Kind.PATIENT_ID: rf"(?:第[^\S\n]?)?{_PATIENT}",
    Kind.INSURANCE: rf"(?:(?:[一-龥]{{2,3}}[都道府県市])?第[^\S\n]?)?{_INSURED}",
    Kind.LICENCE: _LICENSED,
    Kind.MY_NUMBER: rf"(?P<value>{TWELVE})(?!\d)",
    Kind.POSTCODE: r"(?P<value>〒?[^\S\n]{0,2}\d{3}[^\S\n]?-?[^\S\n]?\d{4}|\d(?:[ |│]\d){6})(?![\d-])",
    BARE: _PATIENT,
    None: r"(?P<value>[A-Z\d][A-Z\d_./-]{1,30})",
}
DIRECT = {each: re.compile(JOIN + value, re.IGNORECASE) for each, value in VALUES.items()}
IN_CELL = {each: re.compile(value, re.IGNORECASE) for each, value in VALUES.items()}
_WORDS_BETWEEN: dict[Meaning, str] = {Kind.MY_NUMBER: r"[^\d。]{1,40}?", None: r"[^\d\n。、]{1,8}?"}
LOOSELY: dict[Meaning, re.Pattern[str]] = {
    each: re.compile(_WORDS_BETWEEN.get(each, r"[^\d\n。;]{1,16}?") + VALUES[each], re.IGNORECASE)
    for each in (Kind.PATIENT_ID, Kind.LICENCE, Kind.MY_NUMBER, None)
}
_NEXT = re.compile(
    rf"[^\S\n]{{0,2}}(?:[,、;/・]|と|及び|および|[~～〜])[^\S\n]{{0,2}}{_PATIENT}", re.I
)
_BEFORE_BRACKET = re.compile(
    r"(?:^|(?<=[^\dA-Z.,:/-]))(?P<value>(?:[A-Z]{1,5}-?)?\d[\dA-Z]{0,11}(?:[-_][A-Z\d]{1,10}){0,4})[^\S\n]?[(\[]$",
    re.I,
)
_DAY = re.compile(
    r"(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|[MTSHR]\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[/.]\d{1,2}|(?:19|20)\d\d-(?:0\d|1[0-2]))", re.I
)  # fmt: skip
_ELSE = re.compile(r"(?:0[5789]0-?\d{4}-?\d{4}|0\d{1,4}-\d{1,4}-\d{3,4}|\d{3}-\d{4})")
"""A telephone number or a postcode, where no full label says otherwise."""
_OF_STAFF = re.compile(
    r"(?:医師|薬剤師|看護師|助産師|保健師|技師|療法士)[^\d\n。]{0,14}登録番号[^\d\n]{0,6}$"
)
_NUMBER_OF = re.compile(r"(?:受付|整理|予約|会計|診察)番号")
_SYMBOL = re.compile(r"記[^\S\n]{0,2}号[^。\n]{1,20}$")
_DIGIT = re.compile(r"[\d〇一二三四五六七八九]")
MOST_IN_A_LIST = 12
NEAR = 8
"""Characters between a label and a number of four digits at most."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A number with what its label says that it is: ``kind``, or None where it is of a thing."""

    start: int
    end: int
    kind: Kind | None
    confidence: float


def claims(text: str) -> Iterator[Claim]:
    """The numbers of ``text`` that have a label; also those of things."""
    labels = list(LABEL.finditer(text))
    for label, following in zip_longest(labels, labels[1:]):
        limit = following.start() if following else len(text)
        yield from _of_label(text, label, limit)
    for label_of_column, start, end in column_cells(text):
        yield from _in_column(text, label_of_column, start, end)


def _of_label(text: str, label: re.Match[str], limit: int) -> Iterator[Claim]:
    group = label.lastgroup or ""
    meaning = MEANINGS[group]
    found = DIRECT[meaning].match(text, label.end())
    if found and not (found["broken"] and _in_table(text, label.start())):
        claim = _judged(text, group, label.start(), found.span("value"))
        if claim:
            yield claim
            yield from _others(text, claim)
            return
    if behind := _behind(text, label, meaning):
        yield behind
    elif meaning in LOOSELY and not group.endswith("_alone"):
        loose = LOOSELY[meaning].match(text, label.end())
        near = loose and loose.start("value") - label.end() <= NEAR
        if loose and loose.start("value") < limit and _digits(loose["value"]) >= LONG - bool(near):
            kind = _kind(meaning, text, label.start())
            if not _DAY.fullmatch(loose["value"]) and not _ELSE.fullmatch(loose["value"]):
                yield Claim(*loose.span("value"), kind, LOOSE)


def _in_table(text: str, place: int) -> bool:
    """Whether a cell stands before ``place`` in its line: what is below is of another column."""
    return "\t" in text[max(text.rfind("\n", 0, place), 0) : place]


def _digits(written: str) -> int:
    return len(_DIGIT.findall(written))


def _kind(meaning: Meaning, text: str, place: int) -> Kind | None:
    if meaning is None or isinstance(meaning, Kind):
        return meaning
    return topic(text, place)


def _judged(text: str, group: str, label: int, place: tuple[int, int]) -> Claim | None:
    """What a label directly before ``place`` makes of it; None where it is too short, or a day."""
    written, digits = text[slice(*place)], _digits(text[slice(*place)])
    kind = _kind(MEANINGS[group], text, label)
    if kind is Kind.PATIENT_ID and _OF_STAFF.search(text[max(label - 24, 0) : place[0]]):
        kind = Kind.LICENCE
    if _DAY.fullmatch(written):
        return None
    if group == "bare":
        compound = bool(re.match(r"[一-龥ァ-ヴー]", text[max(label - 1, 0) : label]))
        confidence = UNKNOWN if compound else WEAK
        enough = SHORT if text[label] == "番" else SERIAL
        if kind is Kind.INSURANCE:
            enough = 1 if _SYMBOL.search(text[max(label - 24, 0) : label]) else ENOUGH
    elif group.endswith("_alone"):
        code = kind is Kind.PATIENT_ID and not written.isdigit()
        enough, confidence = SHORT if code else LONG, WEAK
        if text.startswith(("番", "号"), place[1]):
            enough = ENOUGH  # 受付31番
    else:
        enough, confidence = ENOUGH, LABELLED
    if group == "bare" and has_check_digit(written):
        return None  # a My Number
    if (
        group == "patient"
        and text[place[0] - 1] != "\n"
        and _NUMBER_OF.search(text, label, place[0])
    ):
        enough = 1  # 受付番号 7
    if digits < enough or (confidence < LABELLED and _ELSE.fullmatch(written)):
        return None
    return Claim(*place, kind, confidence)


def _others(text: str, claim: Claim) -> Iterator[Claim]:
    """The numbers that a list goes on with, which are written like the first one."""
    digits, end = _digits(text[claim.start : claim.end]), claim.end
    for _ in range(MOST_IN_A_LIST):
        found = _NEXT.match(text, end)
        if not found or digits < SERIAL or abs(_digits(found["value"]) - digits) > 1:
            return
        if _ELSE.fullmatch(found["value"]) or _DAY.fullmatch(found["value"]):
            return
        yield Claim(*found.span("value"), claim.kind, claim.confidence)
        end = found.end()


def _behind(text: str, label: re.Match[str], meaning: Meaning) -> Claim | None:
    """The number before a label in brackets: 00123456(診察券)."""
    if text[label.end() : label.end() + 1] not in (")", "]") or meaning == Kind.MY_NUMBER:
        return None
    found = _BEFORE_BRACKET.search(text, max(label.start() - 40, 0), label.start())
    if not found or _digits(found["value"]) < SERIAL:
        return None
    return Claim(*found.span("value"), _kind(meaning, text, label.start()), BRACKETED)


def _in_column(text: str, label: re.Match[str], start: int, end: int) -> Iterator[Claim]:
    """The number that fills a cell below ``label``."""
    meaning = MEANINGS[label.lastgroup or ""]
    found = IN_CELL[meaning].match(text, start, end)
    if not found or found.end() != end or _DAY.fullmatch(found["value"]):
        return
    bare, digits = meaning == BARE, _digits(found["value"])
    if digits >= (SERIAL if bare else ENOUGH):
        kind = meaning if isinstance(meaning, Kind) else Kind.PATIENT_ID if bare else None
        yield Claim(*found.span("value"), kind, WEAK if bare else COLUMN)
