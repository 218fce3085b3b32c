"""Pairs written as data: JSON objects and Python dictionaries, also in lists and over lines.

Only flat objects are read, string by string, so that nothing is evaluated and no nesting counts.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from jmedlora.data.parse.escapes import unescape_json
from jmedlora.data.parse.pair_keys import (
    ANSWER_OF,
    FIELD,
    INPUTS,
    QUESTION_OF,
    have_same_role,
    input_or_nothing,
    normalize_key,
    number,
)
from jmedlora.data.parse.types import RejectReason

OBJECT = re.compile(r"""\{\s*(?=["'])""")
STRING = {
    quote: re.compile(rf"{quote}([^{quote}\\]*(?:\\.[^{quote}\\]*)*){quote}\s*", re.DOTALL)
    for quote in "\"'"
}
OTHER = re.compile(r"(-?\d+(?:\.\d+)?|true|false|null|None|True|False|\[[^\[\]{}]*\])\s*")
Fields = list[tuple[str, str | None]]
"""Names and values in order; None for what is no text."""
Numbered = tuple[int | None, str | None]
"""The number of a key and its value."""


@dataclass(frozen=True, slots=True)
class ObjectPair:
    """A pair in an object: where the object stands, and the pair or why it is none.

    instruction, output: "" where missing. rule: how it was written. reason: "" if it is complete.
    """

    start: int
    end: int
    instruction: str
    output: str
    rule: str
    reason: str


def find_object_pairs(text: str) -> Iterator[ObjectPair]:
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
        pairs = [
            ObjectPair(opening.start(), end, *pair[:2], rule, pair[2]) for pair in _pairs(fields)
        ]
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
        fields.append((unescape_json(name[1]), value[1]))
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
        return (found[0], unescape_json(found[1]), found.end()) if found else None
    if found := OTHER.match(text, at):
        word = found[1]
        return word, None if word.startswith("[") else _scalar(word), found.end()
    return None


def _scalar(word: str) -> str:
    return "" if word in ("null", "None") else word


def _pairs(fields: Fields) -> Iterator[tuple[str, str, str]]:
    """Instruction, output and reason of each pair: an object may hold several, Q1, A1, Q2, A2."""
    asked, answered, given = (_named(fields, names) for names in (QUESTION_OF, ANSWER_OF, INPUTS))
    numbers = [each for each, _ in asked], [each for each, _ in answered]
    if len(asked) == len(answered) == 1:
        yield _single(asked[0], answered[0], given)
    elif all(None not in each and len(set(each)) == len(each) for each in numbers) and not given:
        yield from _by_number(dict(asked), dict(answered))
    else:
        yield from _one_by_one(fields)


def _named(fields: Fields, names: Container[str]) -> list[Numbered]:
    named = ((_key(name), value) for name, value in fields)
    return [(at, value) for (key, at), value in named if key in names]


def _key(name: str) -> tuple[str, int | None]:
    """The key that the name of a field is, or "", and its number."""
    found = FIELD.fullmatch(name.strip())
    if not found or (found["other"] and not have_same_role(found["key"], found["other"])):
        return "", None
    return normalize_key(found["key"]), number(found["number"])


def _single(asked: Numbered, answered: Numbered, given: list[Numbered]) -> tuple[str, str, str]:
    """The only pair of an object, in whatever order its fields are."""
    instruction = _with_inputs(asked[1], [value for _, value in given])
    reason = _reason(instruction, answered[1], known=True)
    reason = reason or (RejectReason.NUMBERS if _differ(asked[0], answered[0]) else "")
    return instruction or "", answered[1] or "", reason


def _with_inputs(instruction: str | None, given: Sequence[str | None]) -> str | None:
    """``instruction`` with the inputs below it, but those that only say that there is none."""
    if instruction is None:
        return None
    return "\n".join(filter(None, (instruction, *(input_or_nothing(each or "") for each in given))))


def _differ(first: int | None, second: int | None) -> bool:
    return first != second and None not in (first, second)


def _by_number(
    asked: dict[int | None, str | None], answered: dict[int | None, str | None]
) -> Iterator[tuple[str, str, str]]:
    """Pairs whose numbers tell them apart, in whatever order they are."""
    for each in dict.fromkeys([*asked, *answered]):
        instruction, output = asked.get(each), answered.get(each)
        reason = _reason(instruction, output, known=each in asked)
        reason = reason if each in answered else RejectReason.NO_OUTPUT
        yield instruction or "", output or "", reason


def _one_by_one(fields: Fields) -> Iterator[tuple[str, str, str]]:
    """Pairs without numbers that tell them apart: each answer is that to the question before."""
    keys = [_key(name) for name, _ in fields]
    if _is_answer_first([key for key, _ in keys]):
        yield "", "", RejectReason.ANSWER_FIRST
        return
    instruction: str | None = None
    given: list[str | None] = []
    pending, last = False, None
    for (key, at), (_, value) in zip(keys, fields, strict=True):
        if key in QUESTION_OF:
            if pending:
                yield _with_inputs(instruction, given) or "", "", RejectReason.NO_OUTPUT
            instruction, given, pending, last = value, [], True, at
        elif key in INPUTS and pending:
            given.append(value)
        elif key in ANSWER_OF:
            instruction = _with_inputs(instruction, given)
            reason = _reason(instruction, value, known=pending)
            reason = reason or (RejectReason.NUMBERS if _differ(last, at) else "")
            yield instruction or "", value or "", reason
            instruction, given, pending, last = None, [], False, None
    if pending:
        yield _with_inputs(instruction, given) or "", "", RejectReason.NO_OUTPUT


def _is_answer_first(keys: list[str]) -> bool:
    sides = [key in QUESTION_OF for key in keys if key in QUESTION_OF or key in ANSWER_OF]
    return any(sides) and not sides[0]


def _reason(instruction: str | None, output: str | None, *, known: bool) -> str:
    if not known:
        return RejectReason.NO_INSTRUCTION
    if instruction is None or output is None:
        return RejectReason.NOT_TEXT
    return "" if instruction and output else RejectReason.EMPTY
