"""A text as the recognisers read it, and where each of its characters stood in the original."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

HYPHENS = "‐‑‒–—―−﹣－⁃"
VOICED, SEMIVOICED = "\u3099ﾞ゛", "\u309aﾟ゜"
WRAPPED_FROM = 40
"""Columns, of which a Japanese character takes two: a shorter line was ended by its writer."""
_BREAK = re.compile(r"(?<=[一-龥々ぁ-んァ-ヴー])\n(?=[一-龥々ぁ-んァ-ヴー])")
_LONG_MARK = re.compile(r"(?<=[\d一二三四五六七八九十])[ー─━](?=[\d一二三四五六七八九十])")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text without differences of width, and without what is not seen.

    Attributes:
        text: the folded text. It is never longer than the original.
        starts, ends: where the original of each character begins and ends, in characters.

    """

    text: str
    starts: list[int]
    ends: list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of the folded ``text[start:end]``, which is not empty."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> FoldedText:
    """Folds ``text`` in a time that grows with its length only.

    Full and half width become one, a kana and its voicing mark one character, all hyphens ``-``.
    NUL and other control characters become spaces, half surrogate pairs U+FFFD. Characters
    without width (joiners, marks of direction, selectors of variants) are left out, and so are
    line ends that only wrap a long line between two Japanese letters.
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        folded = _folded(character)
        voiced = _voiced(letters[-1], character) if letters else ""
        if voiced:
            letters[-1], ends[-1] = voiced, place + 1
        elif folded:
            letters.append(folded)
            starts.append(place)
            ends.append(place + 1)
    return _unwrapped(FoldedText(_LONG_MARK.sub("-", "".join(letters)), starts, ends))


@cache
def _folded(character: str) -> str:
    """One character, or nothing where ``character`` is not seen."""
    category = unicodedata.category(character)
    if character in "\n\t":
        return character
    if character == "\r" or category in ("Cc", "Zl", "Zp"):
        return "\n" if category in ("Zl", "Zp") else " "
    if category == "Cs":
        return "\ufffd"
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0100":
        return ""
    if character in HYPHENS:
        return "-"
    normal = unicodedata.normalize("NFKC", character)
    return normal if len(normal) == 1 else character


def _voiced(kana: str, mark: str) -> str:
    """The one character that ``kana`` makes with the voicing ``mark``, or nothing."""
    combining = "\u3099" if mark in VOICED else "\u309a" if mark in SEMIVOICED else ""
    together = unicodedata.normalize("NFC", kana + combining) if combining else ""
    return together if len(together) == 1 else ""


def _unwrapped(folded: FoldedText) -> FoldedText:
    kept: list[range] = []
    done = 0
    for found in _BREAK.finditer(folded.text):
        if _is_wrapped(folded.text, found.start()):
            kept.append(range(done, found.start()))
            done = found.end()
    if not done:
        return folded
    kept.append(range(done, len(folded.text)))
    places = [place for part in kept for place in part]
    return FoldedText(
        "".join(folded.text[part.start : part.stop] for part in kept),
        [folded.starts[place] for place in places],
        [folded.ends[place] for place in places],
    )


def _is_wrapped(text: str, line_end: int) -> bool:
    """Whether the line before ``line_end`` is full: long, and no longer line stands beside it."""
    before = text[max(text.rfind("\n", 0, line_end) + 1, line_end - 200) : line_end]
    after = text[line_end + 1 : line_end + 201].split("\n", 1)[0]
    return _columns(before) >= max(WRAPPED_FROM, _columns(after) - 2)


def _columns(line: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in line)
