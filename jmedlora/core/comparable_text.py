"""Text without what copies of it may differ in."""

import re
import sys
import unicodedata
from functools import cache

from jmedlora.core.display import hides, plainly_shown

MOST_MARKS = 30
"""Combining marks in a row: no script needs more (Unicode Standard Annex #15, Stream-Safe Text)."""
WIDTHS = re.compile("[\u3000\uff00-\uffef]")
"""Full and half width forms, and the space of full width."""
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Variation selectors, which choose between forms of one character."""
JOINER = "\u034f"
"""Combining grapheme joiner: not seen, and no mark is sorted past it."""


def comparable(text: str) -> str:
    """``text`` without width (NFKC), case and white space.

    In a time that grows with its length only: to sort a long row of combining marks, as NFKC does,
    takes CPython a time that grows with its square. So a JOINER divides rows of over MOST_MARKS.
    """
    return "".join(folded(text).split())


def folded(text: str) -> str:
    """``text`` without width (NFKC) and case, likewise."""
    return unicodedata.normalize("NFKC", stream_safe(text)).casefold()


def appearance(text: str) -> str:
    """``text`` without what can hardly be seen; "" if it shows nothing.

    That is: how its characters are put together (NFC), their width, what hides, and kinds of white
    space. Not NFKC, in which 10² would be 102, and not case: of the genotypes AA and Aa two choices
    can be made.
    """
    if not plainly_shown(text):
        text = "".join(each for each in text if not hides(each))
    shown = SELECTORS.sub("", text)
    narrow = WIDTHS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), shown)
    return " ".join(unicodedata.normalize("NFC", stream_safe(narrow)).split())


def stream_safe(text: str) -> str:
    """``text`` with a JOINER behind each MOST_MARKS combining marks that another one follows."""
    if not any(map(unicodedata.combining, text[::MOST_MARKS])):  # every longer row has one of them
        return text
    return _long_row().sub(rf"\g<0>{JOINER}", text)


@cache
def _long_row() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"[{marks}]{{{MOST_MARKS}}}(?=[{marks}])")
