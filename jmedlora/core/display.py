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
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    places = hidden_places(text)
    if not places:
        return text
    return "".join(
        f"⟨U+{ord(each):04X}⟩" if place in places else each for place, each in enumerate(text)
    )


def hidden_places(text: str) -> set[int]:
    """Where ``text`` has a character that hides, 0-based; a joiner inside an emoji does not."""
    if plainly_shown(text):
        return set()
    joiners = {found.start() for found in JOINER.finditer(text)}
    return {place for place, each in enumerate(text) if hides(each)} - joiners


def markdown(text: str) -> str:
    """``text`` for one line or one table cell of Markdown; line breaks as ``<br>``."""
    return MARKUP.sub(r"\\\1", visible(text)).replace("\n", "<br>")


def counted(number: int, noun: str) -> str:
    """The number and the noun, in the plural unless it is 1: "1 question", "2 questions"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def language(text: str) -> str:
    """The code "ja" if ``text`` has kana or kanji, else "en": for fonts and for reading aloud."""
    return "ja" if JAPANESE.search(text) else "en"


def plainly_shown(text: str) -> bool:
    """Whether no character of ``text`` hides; many times faster than to look at each.

    False also for rare white space, which does not hide.
    """
    plain = text.replace("\n", "").replace("\t", "").replace("\u3000", "")
    return plain.isprintable() and not any(each in plain for each in BLANK)


def hides(character: str) -> bool:
    """Whether ``character`` shows nothing, or turns or hides others; not tabs and line feeds."""
    if character in "\n\t":
        return False
    return character in BLANK or unicodedata.category(character) in HIDDEN
