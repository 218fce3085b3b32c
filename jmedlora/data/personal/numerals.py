"""Numbers as Japanese documents write them: 12, １２, 十二, 一二, 〇四, and 元 for a first year."""

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI_DIGITS = "〇一二三四五六七八九"
KANJI_VALUES = {**{each: value for value, each in enumerate(KANJI_DIGITS)}, "零": 0, "元": 1}
UNITS = {"十": 10, "百": 100, "千": 1000}
TENS = str.maketrans({"廿": "二十", "卅": "三十"})
KANJI_NUMERAL = "[〇零一二三四五六七八九十廿卅百千]"
NUMERAL = rf"(?:[0-9０-９]{{1,4}}|{KANJI_NUMERAL}{{1,7}}|元)"
"""A regular expression for one of up to four digits; what it matches may still be no number."""


def read_numeral(text: str) -> int:
    """The number that ``text``, which NUMERAL matches, is: "二〇二三" and "二千二十三" are 2023."""
    if text.isdecimal():  # of any width
        return int(text)
    text = text.translate(TENS)
    if not UNITS.keys() & set(text):
        return int("".join(str(KANJI_VALUES[each]) for each in text))
    total = digit = 0
    for each in text:
        if each in UNITS:
            total += (digit or 1) * UNITS[each]
            digit = 0
        else:
            digit = KANJI_VALUES[each]
    return total + digit


def write_numeral(value: int, like: str, *, padded: bool = False) -> str:
    """``value``, from 0 to 9999, in the digits of ``like``.

    padded: with zeros in front, to the length of ``like``.
    """
    digits = f"{value:0{len(like)}}" if padded else str(value)
    if like.isascii():
        return digits
    if like.isdecimal():
        return digits.translate(FULL_WIDTH)
    by_place = len(like) > 1 and not UNITS.keys() & set(like.translate(TENS))  # as in 二〇二三
    return "".join(KANJI_DIGITS[int(each)] for each in digits) if by_place else _with_units(value)


def _with_units(value: int) -> str:
    """``value`` as in 二十三; 〇 for 0."""
    written, rest = "", value
    for unit, size in (("千", 1000), ("百", 100), ("十", 10)):
        count, rest = divmod(rest, size)
        if count:
            written += ("" if count == 1 else KANJI_DIGITS[count]) + unit
    return written + (KANJI_DIGITS[rest] if rest or not value else "")
