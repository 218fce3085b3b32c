"""Cutting a text into chunks: nothing lost, nothing doubled, the same each time.

A chunk ends behind 。 (with the brackets that close there) or behind a line end, as late as the cap
(the most characters of a chunk) allows. A sentence longer than the cap is cut behind its last full
stop of another kind or space in the second half of the cap, else at the cap. Only the text and the
cap decide, so that a rerun makes the same chunks.
"""

import re
import unicodedata
from dataclasses import dataclass

SENTENCE = re.compile(r"[^。\n]*(?:[。\n]+[」』）】\])\"'”’]*\n*|$)")

CUT_MARKS = ((". ", "! ", "? ", "！", "？", "．"), (" ", "\t", "\u3000"))
"""Behind which a long sentence is cut: a point alone may stand in a number."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """``text`` is what stands at ``start`` to ``end`` (characters, 0-based) of its document."""

    start: int
    end: int
    text: str


def split_into_chunks(text: str, max_characters: int) -> list[Chunk]:
    """The chunks of ``text``, ``max_characters`` (1 at least) at most; they join to ``text``.

    The last two are made about equal where the last would be shorter than a quarter of that: a
    call with a single line would have nothing to ask about.
    """
    sentences = SENTENCE.findall(text)
    pieces = [part for each in sentences for part in _split_long_sentence(each, max_characters)]
    groups: list[list[str]] = []
    size = 0
    for piece in pieces:
        if not groups or size + len(piece) > max_characters:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += len(piece)
    return _with_offsets(["".join(group) for group in _balance_last_two(groups, max_characters)])


def _split_long_sentence(sentence: str, max_characters: int) -> list[str]:
    """``sentence`` in parts of ``max_characters``; marks stay with the letter that they are on."""
    parts, start = [], 0
    while len(sentence) - start > max_characters:
        following = sentence[start : start + max_characters + 1]
        end = start + _cut_place(following)
        parts.append(sentence[start:end])
        start = end
    return [*parts, sentence[start:]] if start < len(sentence) else parts


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


def _balance_last_two(groups: list[list[str]], max_characters: int) -> list[list[str]]:
    """``groups`` with pieces moved from the last but one to a short last, as long as both fit."""
    if len(groups) < 2 or _total_length(groups[-1]) >= max_characters / 4:
        return groups
    first, last = list(groups[-2]), list(groups[-1])
    while len(first) > 1 and _total_length(first[:-1]) >= _total_length([first[-1], *last]):
        last.insert(0, first.pop())
    return [*groups[:-2], first, last]


def _total_length(pieces: list[str]) -> int:
    return sum(map(len, pieces))


def _with_offsets(texts: list[str]) -> list[Chunk]:
    chunks, start = [], 0
    for text in texts:
        chunks.append(Chunk(start, start + len(text), text))
        start += len(text)
    return chunks
