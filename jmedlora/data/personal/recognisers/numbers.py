"""Numbers that stand for a person: of patients, insurance, licences, and My Number."""

import re
from collections.abc import Iterator

from presidio_analyzer import EntityRecognizer, RecognizerResult

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.check_digits import has_check_digit, is_insurer
from jmedlora.data.personal.recognisers.labelled_numbers import TWELVE, Claim, claims
from jmedlora.data.personal.recognisers.labels import topic
from jmedlora.data.personal.recognisers.written import TextRecogniser, written

KINDS = (Kind.MY_NUMBER, Kind.PATIENT_ID, Kind.INSURANCE, Kind.LICENCE, Kind.POSTCODE)
SYMBOL = written(
    r"(?<![一-龥])記号[^\S\n]{0,3}:?[^\S\n]{0,3}(?P<value>[一-龥ぁ-んァ-ヶ]{1,6})(?=\s{0,4}番号)",
    0.85,
)
"""A 記号 without a digit in it."""
TWELVE_DIGITS = written(rf"(?<![\dA-Za-z.-])(?P<value>{TWELVE})(?![\dA-Za-z-])", 0.6)
BEFORE, BEHIND = 150, 60
"""Characters around twelve digits in which a My Number may be named."""
_MY_NUMBER = re.compile(r"マイナンバー|個[^\S\n]?人[^\S\n]?番[^\S\n]?号|番号法|12桁の番号")
_CODE = r"(?:[A-Z]{1,5}-?)?\d{2,12}(?:[-_/]\d{1,10}){0,4}"
SHAPES = (
    written(
        rf"(?<=[(\[【〔<])(?P<value>(?=(?:[A-Z-]{{0,6}}\d-?){{5}}|[A-Z]{{1,4}}-?\d{{3}}|\d{{2,4}}-\d{{3}}){_CODE})(?=[)\]】〕>])",
        0.6,
    ),
    written(
        r"(?<![\dA-Z-])(?P<value>(?!QC|QA|CTRL|SOP|ISO)[A-Z]{1,4}-?\d{2,6}-\d{2,8}(?:-[A-Z]?\d{1,8}){0,2})(?![\dA-Z-])",
        0.5,
    ),
    written(r"(?<![\dA-Z-])(?P<value>(?!rs\d)[A-Z]{1,3}-?\d{5,9})(?![\dA-Z-])", 0.5),
    written(
        r"(?<![\dA-Z.,:/+第-])(?P<value>(?:\d{7,10}|0\d{5}|(?<=#)\d{5,6}))(?![\dA-Z.,:/μ%-]|[^\S\n]?(?:[A-Zμ個円本倍回万]|コピー|単位))",
        0.5,
    ),
)
"""Numbers that look as those of patients do, without any label."""
REGISTERED = written(r"(?P<value>第[^\S\n]?\d{5,7}[^\S\n]?号)", 0.55)
_OF_A_THING = re.compile(
    r"(?:ロット|Lot|製造|型番|品番|シリアル|カタログ|承認|JAN|GTIN|NCT|jRCT|UMIN|治験|製品|器械|機器|在庫|倫理|課題|文献|許可|認可|告示|商標|[発令律]|番号|"
    r"S/N|SN|REF|規格|部屋|病室|薬価|注文|請求|医療機関|サービス|施設|オーダー|管理|対照|QC|CTRL|社員|職員|商品|CPT|ICD|DRG|DPC)"
    r"[^\d\n]{0,8}$",
    re.IGNORECASE,
)
"""Before a number of a thing, which stands for no person."""
_DIGIT = re.compile(r"\d")


class NumberRecogniser(TextRecogniser):
    """Numbers that stand for a person. The nearest label decides; without one the form does."""

    def __init__(self) -> None:
        super().__init__(KINDS)

    def _results(self, text: str) -> Iterator[RecognizerResult]:
        for each in _numbers(text):
            if each.kind:
                yield RecognizerResult(each.kind.value, each.start, each.end, each.confidence)


def number_recognisers() -> list[EntityRecognizer]:
    """The recogniser of My Numbers, and of the numbers of patients, insurance and licences."""
    return [NumberRecogniser()]


def _numbers(text: str) -> Iterator[Claim]:
    labelled = list(claims(text))
    yield from labelled
    taken = {place for each in labelled for place in range(each.start, each.end)}
    for found in SYMBOL.pattern.finditer(text):
        yield Claim(*found.span("value"), Kind.INSURANCE, SYMBOL.confidence)
    for found in TWELVE_DIGITS.pattern.finditer(text):
        start, end = found.span("value")
        named = _named(text, start, end) and taken.isdisjoint(range(start, end))
        if named or _is_my_number(found["value"]):
            yield Claim(start, end, Kind.MY_NUMBER, TWELVE_DIGITS.confidence)
    for way in (*SHAPES, REGISTERED):
        for found in way.pattern.finditer(text):
            start, end = found.span("value")
            if taken.isdisjoint(range(start, end)) and not _of_a_thing(text, start):
                kind = Kind.LICENCE if way is REGISTERED else _kind(text, start, end)
                yield Claim(start, end, kind, way.confidence)


def _is_my_number(number: str) -> bool:
    """Whether its check digit fits; one digit twelve times is no number."""
    return has_check_digit(number) and len(set(_DIGIT.findall(number))) > 1


def _named(text: str, start: int, end: int) -> bool:
    """Whether the text around speaks of a My Number, so that it may be a mistaken one."""
    around = text[max(start - BEFORE, 0) : start] + text[end : end + BEHIND]
    return bool(_MY_NUMBER.search(around))


def _of_a_thing(text: str, start: int) -> bool:
    return bool(_OF_A_THING.search(text[max(start - 16, 0) : start]))


def _kind(text: str, start: int, end: int) -> Kind | None:
    return Kind.INSURANCE if is_insurer(text[start:end]) else topic(text, start)
