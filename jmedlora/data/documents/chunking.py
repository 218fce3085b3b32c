"""Cutting a text into chunks: nothing lost, nothing doubled, the same each time.

A chunk ends behind 。 (with the brackets that close there) or behind a line end, as late as the cap
(the greatest length of a chunk) allows. A sentence longer than the cap is cut behind its last full
stop of another kind or space in the second half of what fits, else where the cap is reached. Only
the text, the cap and the measure of length decide, so that a rerun makes the same chunks.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

Length = Callable[[str], int]
"""How long a text is: in characters (``len``), in tokens …"""
Piece = tuple[str, int]
"""A part of a text that is not cut further, and its length."""
SENTENCE = re.compile(r"[^。\n]*(?:[。\n]+[」』）】\])\"'”’]*\n*|$)")

CUT_MARKS = ((". ", "! ", "? ", "！", "？", "．"), (" ", "\t", "\u3000"))
"""Behind which a long sentence is cut: a point alone may stand in a number."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """``text`` is what stands at ``start`` to ``end`` (characters, 0-based) of its document."""

    start: int
    end: int
    text: str


def split_into_chunks(text: str, most: int, length: Length = len) -> list[Chunk]:
    """The chunks of ``text``, each of pieces whose lengths add up to ``most`` (1 at least) or less.

    They join to ``text``. A single character is not cut, however long it is. The last two are made
    about equal where the last would be shorter than a quarter of ``most``: a call with a single
    line would have nothing to ask about.
    """
    sentences = SENTENCE.findall(text)
    pieces = [part for each in sentences for part in _split_long_sentence(each, most, length)]
    groups: list[list[Piece]] = []
    total = 0
    for piece in pieces:
        if not groups or total + piece[1] > most:
            groups.append([])
            total = 0
        groups[-1].append(piece)
        total += piece[1]
    return _with_offsets(["".join(text for text, _ in each) for each in _balanced(groups, most)])


def _split_long_sentence(
    sentence: str, most: int, length: Length, *, again: bool = False
) -> list[Piece]:
    """``sentence`` in pieces of ``most``; one that is still too long is halved again and again."""
    size = length(sentence)
    if size <= most or len(sentence) == 1:
        return [(sentence, size)] if sentence else []
    fitting = len(sentence) * most // size
    characters = max(1, min(fitting, len(sentence) // 2) if again else fitting)
    parts = _split_by_characters(sentence, characters)
    return [
        piece for each in parts for piece in _split_long_sentence(each, most, length, again=True)
    ]


def _split_by_characters(sentence: str, most: int) -> list[str]:
    """``sentence`` in parts of ``most`` characters; marks stay with the letter they are on."""
    parts, start = [], 0
    while len(sentence) - start > most:
        end = start + _cut_place(sentence[start : start + most + 1])
        parts.append(sentence[start:end])
        start = end
    return [*parts, sentence[start:]]


def _cut_place(text: str) -> int:
    """Where to cut ``text``, which is one character longer than a chunk may be; 1 at least."""
    most = len(text) - 1
    for marks in CUT_MARKS:
        ends = [text.rfind(mark, most // 2, most) + len(mark) for mark in marks if mark in text]
        if ends and max(ends) > most // 2:
            return max(ends)
    end = most
    while end > 1 and unicodedata.combining(text[end]):
        end -= 1
    return end


def _balanced(groups: list[list[Piece]], most: int) -> list[list[Piece]]:
    """``groups`` with pieces moved from the last but one to a short last, as long as both fit."""
    if len(groups) < 2 or _total_length(groups[-1]) >= most / 4:
        return groups
    first, moved = list(groups[-2]), []
    before, behind = _total_length(first), _total_length(groups[-1])
    while len(first) > 1 and before - first[-1][1] >= behind + first[-1][1]:
        moved.append(first.pop())
        before, behind = before - moved[-1][1], behind + moved[-1][1]
    return [*groups[:-2], first, [*reversed(moved), *groups[-1]]]


def _total_length(pieces: list[Piece]) -> int:
    return sum(length for _, length in pieces)


def _with_offsets(texts: list[str]) -> list[Chunk]:
    chunks, start = [], 0
    for text in texts:
        chunks.append(Chunk(start, start + len(text), text))
        start += len(text)
    return chunks
