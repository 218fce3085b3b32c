"""What exams and models wrote, made safe to stand in a page: nothing acts, all of it shows."""

import re
import unicodedata

HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories without a glyph: controls, half surrogate pairs, separators."""
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They reverse the order in which the text behind them is shown."""
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!:@]|(?<=www)\.)", re.IGNORECASE)
"""All that Markdown, or what GitHub adds to it, reads as more than text inside a line."""
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def visible(text: str) -> str:
    """``text`` with characters that would not show, or would hide others, named as in "⟨U+202E⟩".

    Line breaks of Windows and old Macs become those of Unix; tabs stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"⟨U+{ord(each):04X}⟩" if _hides(each) else each for each in text)


def markdown(text: str) -> str:
    """``text`` for one line or one table cell of Markdown; line breaks as ``<br>``."""
    return MARKUP.sub(r"\\\1", visible(text)).replace("\n", "<br>")


def language(text: str) -> str:
    """The code "ja" if ``text`` has kana or kanji, else "en": for fonts and for reading aloud."""
    return "ja" if JAPANESE.search(text) else "en"


def _hides(character: str) -> bool:
    if character in "\n\t":
        return False
    return character in TURNING or unicodedata.category(character) in HIDDEN
