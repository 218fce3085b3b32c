"""Pairs written as JSON objects, or nearly so, in lists, in an answer by schema or in text.

Only the innermost objects are read, each by itself, so that no nesting counts and one that was cut
off costs no other. json_repair takes a time that is quadratic in what it is given, and more memory
than the text: it gets objects of at most LONGEST characters, REPAIRED of them in a response.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import json_repair

from jmedlora.data.parse.key_words import (
    ANSWER,
    FIELD,
    INPUT,
    QUESTION,
    number_of,
    role_of,
    with_input,
)
from jmedlora.data.parse.types import RejectReason
from jmedlora.data.parse.values import LATEX

OPENING = re.compile(r"""\{\s*["']""")
BRACE = re.compile("}")
BEHIND = re.compile(r"""[\s,\])}`;"'|]|\Z""")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
MOST_ENDS = 8
"""Braces that may close an object; those of a value, as in LaTeX, are not escaped."""
UNESCAPED_LATEX = re.compile(rf"(?<!\\){LATEX}")
ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
LONGEST = 2_000
REPAIRED = 40_000

Fields = Sequence[tuple[str, Any]]


class _Fields(list[tuple[str, Any]]):
    """The fields of an object, which may have one name twice."""


@dataclass(frozen=True, slots=True)
class JsonPair:
    """A pair in an object: where the object stands, and the pair, or the reason why it is none."""

    start: int
    end: int
    instruction: str
    output: str
    rule: str
    reason: str


def find_json_pairs(text: str) -> Iterator[JsonPair]:
    """The pairs in the objects of ``text``, in order; an object without a key of ours is skipped."""
    at, left = 0, REPAIRED
    while opening := OPENING.search(text, at):
        start, at = opening.start(), opening.end()
        inner = OPENING.search(text, at)
        ends = [
            at + each.end()
            for each in islice(BRACE.finditer(text[at : inner and inner.start()]), MOST_ENDS)
        ]
        fields, rule = None, "JSON"
        for end in ends:
            fields = _decoded(text[start:end])
            if fields is not None:
                break
        else:
            end = next((each for each in ends if BEHIND.match(text, each)), None)
            if end and end - start <= min(LONGEST, left):
                left -= end - start
                fields, rule = _repaired(text[start:end]), "JSON, repaired"
        found = list(_pairs(fields or []))
        for instruction, output, reason in found:
            yield JsonPair(start, end, instruction, output, rule, reason)
        at = end if found else at


def _decoded(text: str) -> Fields | None:
    """The fields of an object in JSON, in their order; None for what is none."""
    try:
        fields = json.loads(
            UNESCAPED_LATEX.sub(r"\\\\", text), object_pairs_hook=_Fields, strict=False,
            parse_int=str, parse_float=str, parse_constant=str,
        )  # fmt: skip
    except (json.JSONDecodeError, RecursionError):
        return None
    return fields if isinstance(fields, _Fields) else None


def _repaired(text: str) -> Fields | None:
    """The same where quotes are single or commas too many; None if a letter would be lost."""
    text = UNESCAPED_LATEX.sub(r"\\\\", text)
    try:
        found = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):  # nested too deep
        return None
    if not isinstance(found, dict):
        return None
    if _letters(ESCAPE.sub("", text)) != _letters(
        ESCAPE.sub("", json.dumps(found, ensure_ascii=False))
    ):
        return None
    return list(found.items())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _pairs(fields: Fields) -> Iterator[tuple[str, str, str]]:
    """Instruction, output and reason of each pair: an object may hold several, Q1, A1, Q2, A2."""
    named: dict[int | None, dict[str, list[Any]]] = {}
    for name, value in fields:
        found = FIELD.fullmatch(name.strip())
        role = role_of(found) if found else ""
        if found and role in (QUESTION, ANSWER, INPUT):
            named.setdefault(number_of(found), {}).setdefault(role, []).append(value)
    if any(len(values) > 1 for roles in named.values() for values in roles.values()):
        yield "", "", RejectReason.ORDER
        return
    if sum(len(roles) == 1 for roles in named.values()) == 2 == len(named):
        yield "", "", RejectReason.NUMBERS
        return
    for roles in named.values():
        yield _pair({role: values[0] for role, values in roles.items()})


def _pair(values: dict[str, Any]) -> tuple[str, str, str]:
    missing = {QUESTION: RejectReason.NO_INSTRUCTION, ANSWER: RejectReason.NO_OUTPUT}
    for role, reason in missing.items():
        if role not in values:
            return "", "", reason
    if any(isinstance(value, (list, dict, tuple)) for value in values.values()):
        return "", "", RejectReason.NOT_TEXT
    texts = {role: _text(value) for role, value in values.items()}
    instruction, output = with_input(texts[QUESTION], texts.get(INPUT, "")), texts[ANSWER]
    return instruction, output, "" if instruction and output else RejectReason.EMPTY


def _text(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    # Two escapes may stand for the halves of one character.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return UNPRINTABLE.sub("", whole).strip()
