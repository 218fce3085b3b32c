"""Reading the number that a response gives, for questions that ask for one; never a guess.

The examination's answer sheet has a place ①, ② … for every digit, and a question ends with their
order (「解答：①.②」). So "①2 ②6" is the digits 26, and a circled digit alone is no number. The
strict patterns come first (the whole text is a number; one behind "答え:", or place by place), then
the lenient ones (a line that is a number, "…は2.1です", 「四捨五入して26 Torr」); of each the last
match wins.
"""

import re
from collections.abc import Iterator

from jmed_metrics.normalize import (
    CLOSE,
    CLOSING,
    CORRECTED,
    DENIALS,
    LINK,
    MARKER,
    OPEN,
    QUOTES,
    normalize,
)

PLACE = "[\ue001-\ue014]"
PLACES = {ord("①") + place: 0xE001 + place for place in range(20)}
"""Circled digits as private characters: NFKC would make them plain digits."""
NUMBER = r"(?<![\d.,])(?P<number>[-−]?(?:\d{1,3}(?:, ?\d{3})+|\d+)(?:\.\d+)?)(?!\d|[.,]\d)"
BEFORE = rf"(?:約|およそ|about|[≒≈=\s]|{PLACE}[.:は]?|{OPEN})*+"
COUNTED = "人口|倍|人|対|日|分|時間|回|歳|年|週|点"
NAME = rf"(?:[a-zμ%°]++(?:\^?\{{?[-−]?[23](?![\d.])\}}?)?+|{COUNTED})"
UNIT = rf"(?: ?{NAME})?+(?: ?/ ?(?:人口)?(?:[\d,]++ ?)?{NAME}{{1,2}})*+"
AFTER = rf"(?:{PLACE}|[ {{]|{CLOSE})*+{UNIT}{CLOSE}*+(?:\^\d{CLOSE}*+)?+"
"""What stands around a number. Nothing of it is given back, as nothing that follows begins like it:
else a unit that repeats itself would be tried in every way that it can be cut up."""
IS = r"(?:\([^()\n]*\))?(?:です(?!か)|でした|である|だ。|と(?:な|考|求)|に(?:な|等))"
DENIED = rf"(?![^。\n]*(?:{DENIALS}))"
"""Not followed by a denial in the same sentence. It reads all of that: for a single place only."""
ENDS = rf" ?(?:$|[。、,;!\n(<]|\.(?!\d)|{IS}{DENIED})"
ALONE = re.compile(rf"{BEFORE}{NUMBER}{AFTER}[ 。.]*+")
ANNOUNCED = re.compile(rf"{MARKER}{LINK}(?={BEFORE}[-−]?\d)")
ROUNDING = rf"(?:{BEFORE}-?\d[\d.]*+{AFTER} ?(?:[=≒≈→⇒]|->))*+"
"""Values on the way to the last one: "28.07 → 28"."""
MARKED = re.compile(rf"{ROUNDING}{BEFORE}{NUMBER}{AFTER}{ENDS}")
SPACED = re.compile(
    rf"(^|{MARKER}{LINK}{OPEN}*+)(\d(?: \d)++(?!\d))(?=[ {CLOSING}{QUOTES}]*+(?:$|[。、,(a-zμ%]))",
    re.MULTILINE,
)
ROUNDED = re.compile(r"四捨五入[^\d\n。]{0,8}$")
STATED = re.compile(
    rf"(?:(?<=(?<![a-z])is )(?P<english>))?(?<![a-z]){NUMBER}{AFTER}"
    rf"(?=(?P<stop>(?(english)\.(?!\d)|(?!)))|(?P<claim>{IS})|)"
)
"""Every number with its unit, so that none is read again from its middle, and the claim behind."""
AGAIN = re.compile(rf"[^\d\n。]{{0,4}}?{BEFORE}{NUMBER}{AFTER}(?:{ENDS}|が正)")
"""Behind a correction, the number that it gives."""
ONE_OF_SEVERAL = re.compile(rf":{BEFORE}(?P<listed>{NUMBER}{AFTER} ?[、,])?")
"""A colon and, where there is one, a number that ends with a comma: "65歳未満:1.0、"."""
ON_SHEET = re.compile(rf"(?:{PLACE}[ :=は]*\d(?![\d.,]*\d)[\s,、.]*)+")
FURTHER_PLACE = re.compile(rf"[^\n]*{PLACE}[ .:=は]*\d")


def read_number(text: str) -> str:
    """The number that ``text`` gives, as digits with at most one point ("1130", "2.1", "04").

    "" if it gives none or cannot be read. Commas between thousands and units ("mg/dL", "/1,000対")
    are left out, and so are spaces between single digits ("3 1 5").
    """
    text = SPACED.sub(_close_up, normalize(text.translate(PLACES)))
    found = _given(text)
    again = [AGAIN.match(text, each.end()) for each in CORRECTED.finditer(text)] if found else []
    return next((_digits(each) for each in reversed(again) if each), found)


def _given(text: str) -> str:
    """The number that the normalized ``text`` gives, corrections aside."""
    if found := _alone(text):
        return found
    sheets = list(_sheets(text))
    announced = list(ANNOUNCED.finditer(text))
    if announced and not (sheets and announced[-1].end() <= sheets[-1][0]):
        return _behind_marker(text, announced[-1].end())
    return sheets[-1][1] if sheets else _line(text) or _stated(text)


def _close_up(found: re.Match[str]) -> str:
    return found[1] + found[2].replace(" ", "")


def _sheets(text: str) -> Iterator[tuple[int, str]]:
    """Where digits stand place by place, from ① on, and the digits: "①2 ②6", "①2.②1"."""
    for found in ON_SHEET.finditer(text):
        places = re.findall(PLACE, found[0])
        in_order = [ord(place) - 0xE001 for place in places] == list(range(len(places)))
        number = re.sub(r"[^\d.]", "", found[0]).strip(".")
        if in_order and len(places) > 1 and number.count(".") <= 1:
            yield found.start(), number


def _alone(text: str) -> str:
    found = ALONE.fullmatch(text)
    return _digits(found) if found else ""


def _behind_marker(text: str, start: int) -> str:
    """The number at ``start``, unless further places follow, as in "①. 30人, ②. 0.66"."""
    found = MARKED.match(text, start)
    return _digits(found) if found and not FURTHER_PLACE.match(text, found.end()) else ""


def _line(text: str) -> str:
    numbers = [number for line in text.split("\n") if (number := _alone(line))]
    return numbers[-1] if numbers else ""


def _stated(text: str) -> str:
    """The last number of a statement; none if that ends a list of several."""
    numbers = list(_statements(text))
    if not numbers:
        return ""
    before = numbers[-1].string[: numbers[-1].start()]
    is_listed = any(found["listed"] for found in ONE_OF_SEVERAL.finditer(before))
    return "" if is_listed else _digits(numbers[-1])


def _statements(text: str) -> Iterator[re.Match[str]]:
    """The numbers that are stated and not denied; not those in brackets behind another."""
    for sentence in re.findall(r"[^。\n]+[。\n]?", text):
        denied = max((found.start() for found in re.finditer(DENIALS, sentence)), default=-1)
        end = 0
        for found in STATED.finditer(sentence):
            told = max(found.end("stop"), found.end("claim"))
            is_denied = found["claim"] and denied >= told
            if told < 0 and ROUNDED.search(sentence[max(0, found.start() - 16) : found.start()]):
                told = found.end()
            if told >= 0 and found.start() >= end and not is_denied:
                end = told
                yield found


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"[, ]", "", found["number"]).replace("−", "-")
