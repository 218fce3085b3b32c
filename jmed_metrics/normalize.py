"""One form for texts that differ in how they are written, and how answers are put into words."""

import re
import unicodedata

MARKER = (
    r"(?<![不がa-z])(?:答え|解答|回答|正解|正答|正しい選択肢|answers?|boxed"
    r"|(?:best|correct|right|selected)[ _](?:option|choice)s?|ans(?=[.:])|答(?=[:は]))"
)
LINK = (
    r"(?:[\s:=→、,】\])>」\"']|は|です|is(?![a-z])|are|(?:would|should|must) be"
    r"|選択肢|番号|_?(?:option|choice|letter))*+"
)
"""What announces an answer, and what may stand between it and the answer."""
QUOTES, CLOSING = r"\"'", r")\]}>」』】〉》”’"
"""Characters that both open and close, and those that only close."""
OPEN, CLOSE = rf"[(\[{{<「『【〈《{QUOTES}“‘]", rf"[{CLOSING}{QUOTES}]"
DENIALS = "ない|ません|なく|なかっ"
CORRECTED = re.compile(
    r"訂正|いや[、,]|いえ[、,]|やはり|やっぱり|(?<![a-z])(?:no,? wait|on reflection|correction)"
)
"""What takes back the answer before it and gives another."""
DROPPED = (
    r"[*`$]|__",
    r"\\(?:text|math|boldsymbol)[a-z]*(?![a-z])|\\",
    r"<\|[^<>|]{1,30}\|>|</(?:s|b)>|<b>(?=[^<>\n]{1,80}</b>)|</?(?:strong|br) ?/?>",
)
"""Marks of Markdown, TeX and HTML and the special tokens of models."""
MOST_ACCENTS = 30
"""A longer row of accents has one at a place that this divides."""
STRETCH = re.compile(r".{1,500}(?=[\x00-\x7fぁ-ゖァ-ヺ一-鿿]|\Z)|.{1,500}", re.DOTALL)
"""A part of a text, up to a character that never joins the one before it, where there is one."""


def composed(text: str) -> str:
    """``text`` in NFC: が is one character, whether it came as one or as か and a mark.

    Japanese from a Mac's file names and from some PDFs comes as two, and models answer in one.
    """
    # Without a long row of accents nothing is sorted, and the time grows with the length only.
    if not any(map(unicodedata.combining, text[::MOST_ACCENTS])):
        return unicodedata.normalize("NFC", text)
    return "".join(unicodedata.normalize("NFC", each) for each in STRETCH.findall(text))


def normalize(text: str) -> str:
    """``text`` after NFKC, in small letters, with single spaces and line feeds, trimmed.

    Full and half width become alike. Marks of Markdown and TeX around an answer are dropped.
    """
    # NFKC sorts accents in a row: the square of their number, without an end to each stretch.
    text = "".join(unicodedata.normalize("NFKC", each) for each in STRETCH.findall(text)).lower()
    text = re.sub("|".join(DROPPED), "", text)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()
