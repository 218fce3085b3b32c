"""Reading the number that a response gives, for questions that ask for one; never a guess.

The examination's answer sheet has a place ①, ② … for every digit, and a question ends with their
order (「解答：①.②」). So "①2 ②6" is the digits 26, and a circled digit alone is no number. Then
the strict patterns come first (the whole text is a number, or a number behind "答え:"), then the
lenient ones (a line that is a number, "…は2.1です"); of each the last match wins.
"""

import re
from collections.abc import Iterator

from jmed_metrics.ahead import Ahead, ahead
from jmed_metrics.normalize import (
    CLOSE,
    DENIALS,
    LINK,
    MARKER,
    OPEN,
    SENTENCE_END,
    normalize,
)

PLACE = "[\ue001-\ue014]"
PLACES = {ord("①") + place: 0xE001 + place for place in range(20)}
"""Circled digits as private characters: NFKC would make them plain digits."""
NUMBER = r"(?<![\d.,])(?P<number>[-−]?(?:\d{1,3}(?:, ?\d{3})+|\d+)(?:\.\d+)?)(?!\d|[.,]\d)"
BEFORE = rf"(?:約|およそ|about|[≒≈=\s]|{PLACE}[.:は]?|{OPEN})*+"
COUNTED = "人口|倍|人|対|日|分|時間"
NAME = rf"(?:[a-zμ%°]++|{COUNTED})"
UNIT = rf"(?: ?{NAME})?+(?: ?/ ?(?:人口)?(?:[\d,]++ ?)?{NAME}{{1,2}})*+"
AFTER = rf"(?:{PLACE}| |{CLOSE})*+{UNIT}{CLOSE}*+"
"""What stands around a number. Nothing of it is given back, as nothing that follows begins like it:
else a unit that repeats itself would be tried in every way that it can be cut up."""
IS = r"(?:\([^()\n]*\))?(?:です(?!か)|でした|である|だ。|と(?:な|考|求)|に(?:な|等))"
DENIED = rf"(?![^。\n]*(?:{DENIALS}))"
"""Not followed by a denial in the same sentence. It reads all of that: for a single place only."""
DENIED_AHEAD = ahead(DENIALS, SENTENCE_END)
ENDS = rf" ?(?:$|[。、,;!\n(<]|\.(?!\d)|{IS}{DENIED})"
ALONE = re.compile(rf"{BEFORE}{NUMBER}{AFTER}[ 。.]*+")
ANNOUNCED = re.compile(rf"{MARKER}{LINK}(?={BEFORE}[-−]?\d)")
MARKED = re.compile(rf"{BEFORE}{NUMBER}{AFTER}{ENDS}")
STATED = re.compile(
    rf"(?:(?<=(?<![a-z])is )(?P<english>))?(?<![a-z]){NUMBER}{AFTER}"
    rf"(?=(?P<stop>(?(english)\.(?!\d)|(?!)))|(?P<claim>{IS})|)"
)
"""Every number with its unit, so that none is read again from its middle, and the claim behind."""
ONE_OF_SEVERAL = re.compile(rf":{BEFORE}(?P<number_of_list>{NUMBER}{AFTER} ?[、,])?")
"""A colon and, where there is one, a number that ends with a comma: "65歳未満:1.0、"."""
ON_SHEET = re.compile(rf"(?:{PLACE}[ :=は]*\d(?![\d.,]*\d)[\s,、.]*)+")
FURTHER_PLACE = re.compile(rf"[^\n]*{PLACE}[ .:=は]*\d")


def read_number(text: str) -> str:
    """The number that ``text`` gives, as digits with at most one point ("1130", "2.1", "04").

    "" if it gives none or cannot be read. Commas between thousands and units ("mg/dL", "/1,000対")
    are left out.
    """
    text = normalize(text.translate(PLACES))
    if found := _on_sheet(text) or _alone(text):
        return found
    if announced := list(ANNOUNCED.finditer(text)):
        return _behind_marker(text, announced[-1].end())
    return _line(text) or _stated(text)


def _on_sheet(text: str) -> str:
    """Digits place by place, from ① on: "①2 ②6", "①2.②1"."""
    runs = []
    for found in ON_SHEET.finditer(text):
        places = re.findall(PLACE, found[0])
        in_order = [ord(place) - 0xE001 for place in places] == list(range(len(places)))
        number = re.sub(r"[^\d.]", "", found[0]).strip(".")
        if in_order and len(places) > 1 and number.count(".") <= 1:
            runs.append(number)
    return runs[-1] if runs else ""


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
    sentence = re.split(SENTENCE_END, text[: numbers[-1].start()])[-1]
    is_listed = any(found["number_of_list"] for found in ONE_OF_SEVERAL.finditer(sentence))
    return "" if is_listed else _digits(numbers[-1])


def _statements(text: str) -> Iterator[re.Match[str]]:
    """The numbers that are stated and not denied; not those in brackets behind another."""
    denied = Ahead(DENIED_AHEAD, text)
    end = 0
    for found in STATED.finditer(text):
        told = max(found.end("stop"), found.end("claim"))
        if found.start() >= end and told >= 0:
            if found["claim"] and denied.holds(told):
                continue
            end = told
            yield found


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"[, ]", "", found["number"]).replace("−", "-")
