"""Cutting a text into chunks for one call each: nothing lost, nothing doubled, the same each time.

A chunk ends behind 。 (with the brackets that close there) or behind a line end, as late as the cap
allows; a sentence longer than the cap is cut behind its last full stop of another kind or space in
the second half of the cap, else at the cap. Only the text and the cap decide, so that a rerun makes
the same chunks.
"""

import re
import unicodedata
from dataclasses import dataclass

SENTENCE = re.compile(r"[^。\n]*(?:[。\n]+[」』）】\])\"'”’]*\n*|$)")

STOPS = ((". ", "! ", "? ", "！", "？", "．"), (" ", "\t", "\u3000"))
"""Behind which a long sentence is cut: a point alone may stand in a number."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """``text`` is what stands at ``start`` to ``end`` (characters, 0-based) of its document."""

    start: int
    end: int
    text: str


def cut(text: str, cap: int) -> list[Chunk]:
    """The chunks of ``text``, at most ``cap`` characters each (1 at least); they join to ``text``.

    The last two are made about equal where the last would be shorter than a quarter of the cap: a
    call with a single line would have nothing to ask about.
    """
    pieces = [part for sentence in SENTENCE.findall(text) for part in _capped(sentence, cap)]
    groups: list[list[str]] = []
    size = 0
    for piece in pieces:
        if not groups or size + len(piece) > cap:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += len(piece)
    return _placed(["".join(group) for group in _evened(groups, cap)])


def _capped(sentence: str, cap: int) -> list[str]:
    """``sentence`` in parts of ``cap`` characters; marks stay with the letter that they are on."""
    parts, start = [], 0
    while len(sentence) - start > cap:
        end = start + _end(sentence[start : start + cap + 1], cap)
        parts.append(sentence[start:end])
        start = end
    return [*parts, sentence[start:]] if start < len(sentence) else parts


def _end(text: str, cap: int) -> int:
    """Where to cut ``text``, which is one character longer than the cap; 1 at least."""
    for stops in STOPS:
        ends = [text.rfind(stop, cap // 2, cap) + len(stop) for stop in stops if stop in text]
        if ends and max(ends) > cap // 2:
            return max(ends)
    end = cap
    while end > 1 and unicodedata.combining(text[end]):
        end -= 1
    return end


def _evened(groups: list[list[str]], cap: int) -> list[list[str]]:
    """``groups`` with pieces moved from the last but one to a short last, as long as both fit."""
    if len(groups) < 2 or _length(groups[-1]) >= cap / 4:
        return groups
    first, last = list(groups[-2]), list(groups[-1])
    while len(first) > 1 and _length(first[:-1]) >= _length([first[-1], *last]):
        last.insert(0, first.pop())
    return [*groups[:-2], first, last]


def _length(pieces: list[str]) -> int:
    return sum(map(len, pieces))


def _placed(texts: list[str]) -> list[Chunk]:
    chunks, start = [], 0
    for text in texts:
        chunks.append(Chunk(start, start + len(text), text))
        start += len(text)
    return chunks
