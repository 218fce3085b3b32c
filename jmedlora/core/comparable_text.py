"""Text without what copies of it may differ in."""

import re
import sys
import unicodedata
from functools import cache

MOST_MARKS = 30
"""Combining marks in a row: no script needs more (Unicode Standard Annex #15, Stream-Safe Text)."""
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


def stream_safe(text: str) -> str:
    """``text`` with a JOINER behind each MOST_MARKS combining marks that another one follows."""
    if not any(map(unicodedata.combining, text[::MOST_MARKS])):  # every longer row has one of them
        return text
    return _long_row().sub(rf"\g<0>{JOINER}", text)


@cache
def _long_row() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"[{marks}]{{{MOST_MARKS}}}(?=[{marks}])")
