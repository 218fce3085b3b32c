"""Pairs written as data: JSON objects and Python dictionaries, also in lists and over lines.

Only flat objects are read, string by string, so that nothing is evaluated and no nesting counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jmed_data.pairs.found import EMPTY, NO_INSTRUCTION, NO_OUTPUT, NOT_TEXT
from jmed_data.pairs.keys import ANSWER_OF, FIELD, INPUTS, QUESTION_OF, plain

OBJECT = re.compile(r"""\{\s*(?=["'])""")
STRING = {
    quote: re.compile(rf"{quote}([^{quote}\\]*(?:\\.[^{quote}\\]*)*){quote}\s*", re.DOTALL)
    for quote in "\"'"
}
OTHER = re.compile(r"(-?\d+(?:\.\d+)?|true|false|null|None|True|False|\[[^\[\]{}]*\])\s*")
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": "\n", "\n": ""}

Fields = list[tuple[str, str | None]]
"""Names and values in order; None for what is no text."""


@dataclass(frozen=True, slots=True)
class Written:
    """A pair in an object: where the object stands, and the pair or why it is none.

    instruction, output: "" where missing. rule: how it was written. reason: "" if it is complete.
    """

    start: int
    end: int
    instruction: str
    output: str
    rule: str
    reason: str


def find_written(text: str) -> Iterator[Written]:
    """The pairs in the objects of ``text``, in order; an object without a key of ours is skipped.

    An object that is not quite right, such as one with unescaped quotes, is skipped, too.
    """
    at = 0
    while opening := OBJECT.search(text, at):
        at = opening.end()
        parsed = _fields(text, at)
        if parsed is None:
            continue
        fields, end, rule = parsed
        pairs = [Written(opening.start(), end, *pair[:2], rule, pair[2]) for pair in _pairs(fields)]
        if pairs:
            yield from pairs
            at = end


def _fields(text: str, at: int) -> tuple[Fields, int, str] | None:
    """The fields of the object whose first name is at ``at``, its end and how it is written."""
    fields: Fields = []
    single = False
    while quote := STRING.get(text[at : at + 1]):
        name = quote.match(text, at)
        if not name or text[name.end() : name.end() + 1] != ":":
            return None
        value = _value(text, name.end() + 1)
        if not value:
            return None
        single |= "'" in (text[at], value[0][:1])
        fields.append((_decoded(name[1]), value[1]))
        at, follows = value[2], text[value[2] : value[2] + 1]
        if follows == "}":
            return fields, at + 1, "Python dictionary" if single else "JSON"
        if follows != ",":
            return None
        at += 1 + len(text[at + 1 : at + 200]) - len(text[at + 1 : at + 200].lstrip())
    if text[at : at + 1] == "}":
        return fields, at + 1, "Python dictionary" if single else "JSON with a trailing comma"
    return None


def _value(text: str, at: int) -> tuple[str, str | None, int] | None:
    """A value as it is written, as text (None for a list), and where it ends."""
    while text[at : at + 1] in (" ", "\t", "\n"):
        at += 1
    if quote := STRING.get(text[at : at + 1]):
        found = quote.match(text, at)
        return (found[0], _decoded(found[1]), found.end()) if found else None
    if found := OTHER.match(text, at):
        word = found[1]
        return word, None if word.startswith("[") else _scalar(word), found.end()
    return None


def _scalar(word: str) -> str:
    return "" if word in ("null", "None") else word


def _decoded(text: str) -> str:
    decoded = ESCAPE.sub(_character, text)
    # Two escapes may stand for the halves of one character.
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _character(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 5:
        return chr(int(code[1:], 16))
    return ESCAPED.get(code, code if code in "\"'\\/" else found[0])


def _pairs(fields: Fields) -> Iterator[tuple[str, str, str]]:
    """Instruction, output and reason of each pair: an object may hold several, Q1, A1, Q2, A2."""
    instruction: str | None = None
    pending = False
    for name, value in fields:
        found = FIELD.fullmatch(name.strip())
        key = plain(found["key"]) if found else ""
        if key in QUESTION_OF:
            if pending:
                yield instruction or "", "", NO_OUTPUT
            instruction, pending = value, True
        elif key in INPUTS and pending and value:
            instruction = f"{instruction}\n{value}" if instruction else value
        elif key in ANSWER_OF:
            yield instruction or "", value or "", _reason(instruction, value, known=pending)
            instruction, pending = None, False
    if pending:
        yield instruction or "", "", NO_OUTPUT


def _reason(instruction: str | None, output: str | None, *, known: bool) -> str:
    if not known:
        return NO_INSTRUCTION
    if instruction is None or output is None:
        return NOT_TEXT
    return "" if instruction and output else EMPTY
