"""Fonts for figures: whether an installed one can write Japanese. Nothing is fetched."""

import logging

from matplotlib import font_manager

DEFAULT = "DejaVu Sans"
"""Comes with matplotlib; it has no kanji and no kana."""
JAPANESE = (
    "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAPGothic", "IPAGothic", "BIZ UDPGothic",
    "BIZ UDGothic", "TakaoPGothic", "VL PGothic", "Hiragino Sans", "Yu Gothic", "Meiryo",
    "MS Gothic",
)  # fmt: skip
"""Sans-serif fonts made for Japanese, tried first: Chinese ones draw some kanji otherwise."""

# It tells that it lists the fonts, which takes seconds once and asks nothing of the reader.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def families(text: str) -> list[str] | None:
    """The font families that write ``text``: the default, and a second one where it lacks some.

    None if no installed font has the characters that the default one lacks.
    """
    lacking = missing(text)
    if not lacking:
        return [DEFAULT]
    found = _writes(lacking) or (_writes(lacking) if _look_again() else None)
    return [DEFAULT, found] if found else None


def missing(text: str) -> str:
    """The characters of ``text`` that the default font lacks, each once, in order."""
    return "".join(sorted(set(text) - {"\n"} - _glyphs(DEFAULT, text)))


def _writes(characters: str) -> str | None:
    """The first font, Japanese ones first, that has every one of ``characters``."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    order = [name for name in JAPANESE if name in installed]
    order += sorted(installed - {*JAPANESE, DEFAULT})
    return next((name for name in order if set(characters) <= _glyphs(name, characters)), None)


def _glyphs(name: str, characters: str) -> set[str]:
    """The ``characters`` that are in the font's character map."""
    try:
        path = font_manager.findfont(
            font_manager.FontProperties(family=name), fallback_to_default=False
        )
        font = font_manager.get_font(path)
    except (OSError, RuntimeError, ValueError):  # removed since it was listed, or damaged
        return set()
    return {character for character in characters if font.get_char_index(ord(character))}


def _look_again() -> bool:
    """Adds fonts that were installed after matplotlib listed them; whether there was any."""
    known = {str(entry.fname) for entry in font_manager.fontManager.ttflist}
    new = [path for path in sorted(font_manager.findSystemFonts()) if path not in known]
    for path in new:
        try:
            font_manager.fontManager.addfont(path)
        except (OSError, RuntimeError):  # no outlines, or damaged: of no use here
            continue
    return bool(new)
