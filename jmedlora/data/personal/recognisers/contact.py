"""Telephone and fax numbers, e-mail addresses, URLs and postcodes."""

import re

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.written import WrittenRecogniser, written

_GAP = r"[^\S\n]{0,2}\n?[^\S\n]{0,4}"
_JOINT = rf"(?:{_GAP}[-()・.]{_GAP}|[^\S\n])"
_LABEL = (
    r"(?:電話|でんわ|TEL|Phone|FAX|ファックス|ファクス|ファクシミリ|連絡先|携帯|自宅|勤務先|実家|℡|☎|📞)"
    r"(?:番号|電話|先|\([^()\n]{1,8}\)|[^\d\n]{0,3})?"
)
NATIONAL_DIGITS = (10, 11)
PHONE = (
    written(
        rf"(?<![\d-])(?P<value>(?:\+{_GAP}81{_JOINT}?\(?0?\)?|\(?0)\d{{1,4}}\)?{_JOINT}\(?\d{{1,4}}\)?"
        rf"{_JOINT}\d{{3,4}})(?![\d])",
        0.85,
    ),
    written(r"(?<![\d-])(?P<value>\(?0\d{1,4}\)\d{1,4}-?\d{4})(?!\d)", 0.85),
    written(r"(?<![\dA-Za-z-])(?P<value>0[5789]0\d{8})(?![\d-])", 0.75),
    written(rf"{_LABEL}[:\s]{{0,4}}(?P<value>\+?\d{{10,12}})(?!\d)", 0.9),
    written(rf"{_LABEL}[:\s]{{0,4}}(?P<value>\d{{2,4}}-\d{{4}})(?![\d-])", 0.7),
)
_DOMAIN = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"
EMAIL = (
    written(
        rf"(?<![a-z0-9._%+-])(?P<value>[a-z0-9._%+-]{{1,64}}{_GAP}@{_GAP}"
        rf"(?:{_DOMAIN}\.\n?){{1,6}}[a-z]{{2,24}})(?![a-z0-9@-])",
        0.95,
    ),
)
URL = (
    written(
        r"(?P<value>(?:https?|ftp)://(?:[a-z0-9._~:/?#@!$&'*+,;=%-]|\[[0-9a-f:]{2,39}\]){2,2000})",
        0.95,
    ),
    written(
        rf"(?<![a-z0-9@./-])(?P<value>www\.(?:{_DOMAIN}\.){{1,6}}[a-z]{{2,24}}"
        r"(?:/[a-z0-9._~:/?#!$&'*+,;=%-]{0,2000})?)",
        0.9,
    ),
    written(
        rf"(?<![a-z0-9@./-])(?P<value>(?:{_DOMAIN}\.){{1,6}}(?:jp|com|org|net|info|edu)"
        r"(?:/[a-z0-9._~:/?#!$&'*+,;=%-]{0,2000})?)(?![a-z0-9@.-])",
        0.8,
    ),
)
_PLACE_FOLLOWS = r"(?=[\s):,|]{0,4}(?:[一-龥]{2,3}[都道府県]|[一-龥ぁ-んァ-ヶ]{1,6}[市区郡]|[一-龥ぁ-んァ-ヶ]{2,10}\d{1,4}(?:丁目|番|-\d)))"
POSTCODE = (
    written(rf"(?P<value>〒{_GAP}\d{{3}}{_GAP}[- の]{_GAP}\d{{4}})(?![\d-])", 0.98),
    written(rf"(?P<value>〒{_GAP}(?:\d{{7}}|\d(?:[ |│]\d){{6}}))(?!\d)", 0.95),
    written(rf"(?<![\d-])(?P<value>\d{{3}}[-の]\d{{4}}){_PLACE_FOLLOWS}", 0.93),
    written(rf"(?<![\d-])(?P<value>\d{{7}}){_PLACE_FOLLOWS}", 0.6),
    written(
        r"(?:住[^\S\n]{0,4}所|所在地|自宅|現住所|本籍|送付先|郵送先|宛先|宛名|転居先|帰省先|実家|返送先)[:\s(]{0,4}"
        r"(?P<value>\d{3}[-の]\d{4})(?![\d-])",
        0.93,
    ),
    written(r"(?<![\dA-Z-])(?P<value>\d{3}-\d{4})(?![\dA-Z-])", 0.5),
)
"""See labels for 郵便番号. A number of seven digits before a place is one too."""
_GOODS_LABEL = re.compile(
    r"(?:ロット|Lot|製造|型番|品番|シリアル|カタログ|JAN)(?:番号|No\.?)?[:\s]{0,3}$", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")


def contact_recognisers() -> list[WrittenRecogniser]:
    """Recognisers of telephone and fax numbers, e-mail addresses, URLs and postcodes."""
    return [
        WrittenRecogniser(Kind.PHONE, PHONE, _phone),
        WrittenRecogniser(Kind.EMAIL, EMAIL),
        WrittenRecogniser(Kind.URL, URL),
        WrittenRecogniser(Kind.POSTCODE, POSTCODE),
    ]


def _phone(text: str, start: int, end: int, confidence: float) -> float:
    """0 for a number from 0 on whose digits are too few or too many."""
    number = text[start:end]
    digits = len(_DIGIT.findall(number))
    national = number.lstrip("(").startswith("0")
    if _GOODS_LABEL.search(text[max(start - 16, 0) : start]):
        return 0.0
    return confidence if digits in NATIONAL_DIGITS or not national or digits < 9 else 0.0
