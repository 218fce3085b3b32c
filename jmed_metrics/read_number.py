"""Reading the number that a response gives, for questions that ask for one; never a guess.

The examination's answer sheet has a place ①, ② … for every digit, so "①2 ②6" is the digits 26. The
number behind the last "答え:" comes first; one there that is not clearly the only one leaves the
text unread. Without it the last line that is a number counts, then the last that a sentence states.
"""

import re

from jmed_metrics.normalize import (
    CLOSING,
    CORRECTED,
    DENIALS,
    LINK,
    MARKER,
    OPEN,
    QUOTES,
    normalize,
)

MARKS = {ord("−"): "-"} | {ord("①") + place: 0xE001 + place for place in range(20)}
"""Circled digits as private characters: NFKC would make them plain digits."""
PLACE = "\ue001-\ue014"
SHEET = re.compile(r"\ue001[ :=は]*\d(?:[\s,、.]*[\ue002-\ue014][ :=は]*\d)++(?![\d.,]*\d)")
SPACED = re.compile(r"(?<![\d.,])(?<![\d.,] )\d(?: \d(?!\d))++(?! ?\d|[.,]\d)")
"""A digit for each place, from ① on: "①2.②1"; single digits: "3 1 5"."""
DROPPED = re.compile(r"(?<=[a-z}])[_^]\{?\d\}?|(?<=\^)\{| (?=/)|(?<=/) ")
"""What makes units longer: the power in "m^{2}", spaces around "/"."""
ONE_OF_TWO = (
    r"(?<!\d[~〜–±+×÷-] )(?<!\d [~〜–±+×÷-] )(?<!または)(?<!又は)(?<!\d or )"
    r"(?<!\dから)(?<!\dか)(?<!\d対)(?<!\d分の)"
)
"""Not behind the first of two numbers: "2 〜 3", "2または3", "10分の3"."""
NUMBER = (
    rf"{ONE_OF_TWO}(?<!(?<![a-z])\d )(?<![\d.,/^~〜–±+×÷a-z口-])"
    r"-?(?:\d{1,3}(?:, ?\d{3}){1,4}|\d+)(?:\.\d+)?(?!\d|[.,]\d)"
)
UNIT = (
    rf"(?: ?(?:[a-zμ%°/{{人口倍対日分時間回歳年週点{PLACE}{CLOSING}{QUOTES}]|(?<=[a-z])\d(?!\d)"
    r"|(?<=[/口])[\d,]+(?=[a-z人対日]))++(?<!/))?+"
)
"""No number begins where a unit has a digit, so none is read twice: the time stays linear."""
BEFORE = rf"(?:約|およそ|about|[≒≈=\s]|[{PLACE}][.:は]?|{OPEN}){{0,5}}+"
VALUE = rf"{BEFORE}(?P<number>{NUMBER}){UNIT}"
ROUNDED = rf"(?:{BEFORE}{NUMBER}{UNIT} ?(?:[=≒≈→⇒]|->))*+{VALUE}"
"""The last value of "28.07 → 28"."""
IS = r" ?(?:\([^()]*\) ?)?(?:です(?!か)|でした|である|だ$|と(?:な|考|求)|に(?:な|等)|が正)"
END = (
    rf" ?(?:$|[。;!\n(<{CLOSING}]|[、,](?! ?[{PLACE}])|\.(?!\d)|だ。|{IS}(?![^。\n]*(?:{DENIALS})))"
)
ANNOUNCES = re.compile(rf"(?:{MARKER}|({CORRECTED.pattern})){LINK}(?:(?<=\n)\d\. )?")
ANNOUNCED = re.compile(rf"(?={BEFORE}-?\d)(?:{ROUNDED}{END})?")
ALONE = re.compile(rf"^{VALUE}[ .。]*$", re.MULTILINE)
STATED = (
    re.compile(rf"{VALUE}{IS}"),
    re.compile(rf"(?<![a-z])is {VALUE}\.(?!\d)"),
    re.compile(rf"四捨五入\D{{0,8}}{ROUNDED}"),
)
"""A number in a sentence: "…は2.1です"; "… is 2.1."; 「四捨五入して26 Torr」."""
LISTED = re.compile(rf":{VALUE} ?[、,]")
"""One of several numbers: "65歳未満:1.0、"."""


def read_number(text: str) -> str:
    """The number that ``text`` gives, as digits with at most one point ("1130", "2.1", "04").

    "" if it gives none or cannot be read. Commas between thousands and units ("mg/dL", "/1,000対")
    are left out, and so are spaces between single digits ("3 1 5").
    """
    text = SPACED.sub(lambda found: found[0].replace(" ", ""), normalize(text.translate(MARKS)))
    text = SHEET.sub(lambda found: "\n答え:" + re.sub(r"[^\d.]", "", found[0]) + "\n", text)
    return re.sub("[, ]", "", _given(DROPPED.sub("", text)))


def _given(text: str) -> str:
    _, *parts = ANNOUNCES.split(text)
    announced = zip(parts[::2], parts[1::2], strict=True)
    for correction, behind in reversed(list(announced)):
        found = ANNOUNCED.match(behind)
        if found and (found["number"] or not correction):
            return found["number"] or ""
    if alone := ALONE.findall(text):
        return alone[-1]
    for sentence in reversed(re.split(r"[。\n]", text)):
        undenied = re.split(DENIALS, sentence)[-1]
        stated = [
            (found.start("number"), found["number"])
            for each in STATED
            for found in each.finditer(undenied)
        ]
        if stated:
            return "" if LISTED.search(sentence) else max(stated)[1]
    return ""
