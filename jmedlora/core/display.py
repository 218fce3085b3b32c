"""Text made to show: nothing in it hides or hides others, and a number agrees with its noun."""

import re
import unicodedata

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories without a glyph: controls, format characters (of no width, or turning the
order in which text is shown), half surrogate pairs, separators."""
BLANK = set("\u034f\u115f\u1160\u3164\uffa0")
"""A joiner and fillers that show nothing, though Unicode has them as marks and letters."""
EMOJI = r"[\u2190-\u2bff\U0001f000-\U0001faff]"
JOINER = re.compile(rf"(?:(?<={EMOJI})|(?<={EMOJI}\ufe0f))\u200d(?={EMOJI})")
"""It makes one emoji of two: of a woman and a staff of Aesculapius a physician."""
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!:@]|(?<=www)\.)", re.IGNORECASE)
"""All that Markdown, or what GitHub adds to it, reads as more than text inside a line."""
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def visible(text: str) -> str:
    """``text`` with characters that would not show, or would hide others, named as in "⟨U+202E⟩".

    Line breaks of Windows and old Macs become those of Unix; tabs stay, and so do joiners inside an
    emoji and variation selectors, which choose between the forms of a kanji or an emoji.
    """
    if _shows_all(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    joiners = {found.start() for found in JOINER.finditer(text)}
    return "".join(
        f"⟨U+{ord(each):04X}⟩" if _hides(each) and place not in joiners else each
        for place, each in enumerate(text)
    )


def markdown(text: str) -> str:
    """``text`` for one line or one table cell of Markdown; line breaks as ``<br>``."""
    return MARKUP.sub(r"\\\1", visible(text)).replace("\n", "<br>")


def counted(number: int, noun: str) -> str:
    """The number and the noun, in the plural unless it is 1: "1 question", "2 questions"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def language(text: str) -> str:
    """The code "ja" if ``text`` has kana or kanji, else "en": for fonts and for reading aloud."""
    return "ja" if JAPANESE.search(text) else "en"


def _shows_all(text: str) -> bool:
    """Whether nothing in ``text`` can hide; false for some that shows all. It is quick."""
    plain = text.replace("\n", "").replace("\t", "").replace("\u3000", "")
    return plain.isprintable() and not any(each in plain for each in BLANK)


def _hides(character: str) -> bool:
    if character in "\n\t":
        return False
    return character in BLANK or unicodedata.category(character) in HIDDEN
