"""Documents cut into pretraining texts, none longer than a limit in tokens or characters."""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from jmedlora.data.documents.chunking import Chunk, Length, split_into_chunks
from jmedlora.data.documents.find_documents import Document
from jmedlora.data.tokenize import tokenize_text

NORMALISED_AT_ONCE = 4096
"""Characters: to sort the marks of a long run takes a time that grows with its square."""


@dataclass(frozen=True, slots=True)
class TextLimit:
    """``most`` (of ``unit``) that a text may have.

    whole: how long a text is as it will be trained on, with its special tokens; part: how long a
    part of it is, without them.
    """

    unit: Literal["tokens", "characters"]
    most: int
    whole: Length
    part: Length


@dataclass(frozen=True, slots=True)
class PretrainText:
    """What stands at ``start`` to ``end`` (characters, 0-based) of ``document``; its length."""

    document: Document
    start: int
    end: int
    text: str
    length: int


@dataclass(slots=True)
class CutTexts:
    """texts: in the order of the documents. without_letters: texts left out because they hold
    neither letter nor digit. repeats: what else was left out, in words: it stood before.
    """

    texts: list[PretrainText] = field(default_factory=list)
    without_letters: int = 0
    repeated_documents: int = 0
    repeated_texts: int = 0
    repeats: list[str] = field(default_factory=list)


def token_limit(tokenizer: Any, most: int) -> TextLimit:
    """At most ``most`` tokens, special tokens and the end token among them."""

    def whole(text: str) -> int:
        return len(tokenize_text(text, tokenizer))

    def part(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False, verbose=False).input_ids)

    return TextLimit("tokens", most, whole, part)


def character_limit(most: int) -> TextLimit:
    """At most ``most`` characters."""
    return TextLimit("characters", most, len, len)


def cut_documents(documents: Sequence[Document], limit: TextLimit) -> CutTexts:
    """The texts of ``documents``, each text and each document once.

    Two are the same if they are equal in NFKC without white space.
    """
    cut = CutTexts()
    whole: dict[bytes, str] = {}
    parts: dict[bytes, str] = {}
    for document in documents:
        first = whole.setdefault(_normal_digest(document.text), document.name)
        if first != document.name:
            cut.repeated_documents += 1
            cut.repeats.append(f"left out: {document.name} is the same text as {first}")
            continue
        for text in _texts_of(document, limit):
            _add_text(text, parts, cut)
    return cut


def _add_text(text: PretrainText, seen: dict[bytes, str], cut: CutTexts) -> None:
    place = f"{text.document.name}, characters {text.start} to {text.end}"
    if not any(map(str.isalnum, text.text)):
        cut.without_letters += 1
    elif (first := seen.setdefault(_normal_digest(text.text), place)) != place:
        cut.repeated_texts += 1
        cut.repeats.append(f"left out: {place}: the same text as {first}")
    else:
        cut.texts.append(text)


def _texts_of(document: Document, limit: TextLimit) -> Iterator[PretrainText]:
    special = limit.whole("a") - limit.part("a")
    make = partial(PretrainText, document)
    for chunk in _fitting_chunks(Chunk(0, len(document.text), document.text), limit, special):
        yield make(chunk.start, chunk.end, chunk.text, limit.whole(chunk.text))


def _fitting_chunks(whole: Chunk, limit: TextLimit, reserved: int) -> Iterator[Chunk]:
    """``whole`` in chunks within ``limit``, without white space around them.

    The tokens of the parts are counted apart; together they may be a few more, where a tokenizer
    joins letters over the end of a part. Such a chunk is cut again, with more tokens ``reserved``.
    """
    for chunk in split_into_chunks(whole.text, max(1, limit.most - reserved), limit.part):
        text = chunk.text.strip()
        start = whole.start + chunk.start + len(chunk.text) - len(chunk.text.lstrip())
        stripped = Chunk(start, start + len(text), text)
        over = limit.whole(text) - limit.most if text else 0
        if over > 0 and len(text) > 1:
            yield from _fitting_chunks(stripped, limit, reserved + over)
        elif text:
            yield stripped


def _normal_digest(text: str) -> bytes:
    digest = hashlib.sha256()
    for start in range(0, len(text), NORMALISED_AT_ONCE):
        piece = unicodedata.normalize("NFKC", text[start : start + NORMALISED_AT_ONCE])
        digest.update("".join(piece.split()).encode())
    return digest.digest()
