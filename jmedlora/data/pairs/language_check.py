"""Whether a text is in the language that was asked for."""

import re
import unicodedata
from functools import cache
from typing import Literal

Language = Literal["ja", "en", "any"]

KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
HAN = re.compile(r"[\u3005\u3400-\u9fff\uf900-\ufaff]")
UNUSUAL = re.compile(
    r"[^\x00-\u024f\u0370-\u03ff\u2000-\u206f\u3000-\u30ff\u3400-\u9fff\uff00-\uff9f]"
)
CHINESE = re.compile(
    r"[吗么这们呢您嗎麼這們]|^(?>.*?的).*(?:是|包括|會|與)|^(?>.*?(?:是|包括|會)).*的", re.MULTILINE
)
"""What Japanese without kana does not hold: particles, or 的 in a sentence, not 標的治療.

Only the first 的 or 是 of each line is looked at: what follows a later one follows it too.
"""
WORD = re.compile(r"[A-Za-z]{2,}")
KNOWN = ("LATIN", "GREEK", "HIRAGANA", "KATAKANA", "CJK", "FULLWIDTH", "HALFWIDTH", "FEMININE",
         "MASCULINE", "MICRO", "IDEOGRAPHIC", "MODIFIER", "SUPERSCRIPT", "SUBSCRIPT", "OHM",
         "ANGSTROM", "KELVIN", "SCRIPT", "DOUBLE-STRUCK", "MATHEMATICAL", "PROLONGED")  # fmt: skip
MOST_WORDS = 5
"""Latin words of a Japanese text without kana, such as a name; more are a sentence."""
MOST_HAN = 20
"""Kanji in a row of terms (深部静脈血栓症); a longer text without kana is Chinese."""
LEAST_SHARE = 0.2
"""The share of an English text's letters that may be Japanese (a term in brackets)."""


def language_of_prompt(prompt: str) -> Language:
    """The language that a prompt asks for: that of the built-in ones, any for a user's file."""
    return "ja" if prompt == "ja" else "en" if prompt == "en" else "any"


def is_in_language(text: str, language: Language) -> bool:
    """Whether ``text`` can be in ``language``. Short terms and numbers are in every language."""
    if language == "any":
        return True
    if _has_other_script(text):
        return False
    kana, han = len(KANA.findall(text)), len(HAN.findall(text))
    if language == "ja":
        return bool(kana) or (
            not _is_chinese(text) and han <= MOST_HAN and len(WORD.findall(text)) <= MOST_WORDS
        )
    letters = sum(each.isalpha() for each in text)
    return kana + han <= LEAST_SHARE * letters


def has_japanese(text: str) -> bool:
    """Whether ``text`` holds kana or kanji, as every instruction in Japanese does."""
    return bool(KANA.search(text) or HAN.search(text))


def _is_chinese(text: str) -> bool:
    """Whether ``text``, which has no kana, holds a character that is not used in Japan."""
    return bool(CHINESE.search(text)) or any(map(_is_simplified, set(HAN.findall(text))))


@cache
def _is_simplified(character: str) -> bool:
    return _is_encodable(character, "gb2312") and not _is_encodable(character, "shift_jis_2004")


def _is_encodable(character: str, encoding: str) -> bool:
    try:
        return bool(character.encode(encoding))
    except UnicodeEncodeError:
        return False


def _has_other_script(text: str) -> bool:
    """Whether a letter is of a script that neither language uses: Hangul, Cyrillic, and so on."""
    return any(map(_is_foreign, set(UNUSUAL.findall(text))))


@cache
def _is_foreign(character: str) -> bool:
    return character.isalpha() and not unicodedata.name(character, "LATIN").startswith(KNOWN)
