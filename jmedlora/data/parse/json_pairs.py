"""Pairs written as JSON objects, or nearly so, in lists, in an answer by schema or in text.

Only the innermost objects are read, each by itself, so that no nesting counts and one that was cut
off costs no other. json_repair takes a time that is quadratic in what it is given, and more memory
than the text: it gets objects of at most LONGEST characters, REPAIRED of them in a response.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from jmedlora.core.errors import UserError
from jmedlora.data.instruction_pair import Pair, Reading, Reject, RejectReason
from jmedlora.data.parse import key_words
from jmedlora.data.parse.key_words import ANSWER, INPUT, QUESTION
from jmedlora.data.parse.values import LATEX

OPENING = re.compile(r"""\{\s*["']""")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
EATEN = re.compile("[\b\f\r\t](?=[a-z])|\n(?=(?:eq?|abla|u|ot|otin|leq|geq)(?![A-Za-z]))")
"""What JSON makes of a command of LaTeX whose backslash stands alone."""
COMMAND = {"\b": r"\b", "\f": r"\f", "\r": r"\r", "\t": r"\t", "\n": r"\n"}
LONGEST = 2_000
REPAIRED = 40_000
DECODER = json.JSONDecoder(  # a number as it is written, a name as often as it is there
    object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=str, strict=False
)

Fields = Sequence[tuple[str, Any]]


def find_json_pairs(text: str, line: int) -> Iterator[tuple[int, int, Reading]]:
    """The objects of ``text`` with a key of ours: where each begins and ends, and what it holds.

    line: that of the response where ``text`` begins.
    """
    left, at = REPAIRED, 0
    starts = [opening.start() for opening in OPENING.finditer(text)]
    for start, limit in pairwise([*starts, len(text)]):
        piece, rule = text[start:limit], "JSON"
        try:
            fields, length = DECODER.raw_decode(piece)
        except (json.JSONDecodeError, RecursionError):
            fields, length = (), piece.rfind("}") + 1
            if 0 < length <= min(LONGEST, left):
                left -= length
                fields, rule = _repaired(piece[:length]), "JSON, repaired"
        line, at, whole = line + text.count("\n", at, start), start, piece[:length]
        if found := read_object(fields, line, whole, rule):
            yield start, start + length, found


def _repaired(text: str) -> Fields:
    """The fields of an object that is not quite JSON; none if a letter would be lost or added."""
    try:
        import json_repair
    except ImportError as error:
        message = "what is not quite JSON needs json_repair; run: pip install 'jmedlora[generate]'"
        raise UserError(message) from error
    text = re.sub(rf"(?<!\\){LATEX}", r"\\\\", text)
    try:
        found = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):  # nested too deep
        return ()
    as_json = json.dumps(found, ensure_ascii=False)
    before, after = ([*filter(str.isalnum, ESCAPE.sub("", each))] for each in (text, as_json))
    return tuple(found.items()) if isinstance(found, dict) and before == after else ()


def read_object(fields: Fields, line: int, text: str, rule: str) -> Reading | None:
    """The pair of an object, or why it is none; None for an object of another kind."""
    keys = [(key_words.FIELD.fullmatch(name.strip()), value) for name, value in fields]
    roles = [
        (key_words.role_of(key), key_words.number_of(key), value) for key, value in keys if key
    ]
    named = [each for each in roles if each[0] in (QUESTION, ANSWER, INPUT)]
    values = {role: value for role, _, value in named}
    if not values.keys() & {QUESTION, ANSWER}:
        return None
    texts = {role: _text(value) for role, value in values.items()}
    faults = {
        RejectReason.ORDER: len(values) < len(named),  # Q1, A1, Q2, A2
        RejectReason.NUMBERS: len({number for role, number, _ in named if role != INPUT}) > 1,
        RejectReason.NO_INSTRUCTION: QUESTION not in texts,
        RejectReason.NO_OUTPUT: ANSWER not in texts,
        RejectReason.NOT_TEXT: any(
            isinstance(each, (list, dict, tuple)) for each in values.values()
        ),
        RejectReason.EMPTY: not (texts.get(QUESTION) and texts.get(ANSWER)),
    }
    if reason := next((each for each, is_so in faults.items() if is_so), None):
        return Reading([], [Reject(line, text, reason)])
    instruction = key_words.with_input(texts[QUESTION], texts.get(INPUT, ""))
    return Reading([Pair(instruction, texts[ANSWER], rule, line, text)])


def _text(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    # Two escapes may stand for the halves of one character.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    whole = EATEN.sub(lambda found: COMMAND[found[0]], whole).replace("\r", "")
    return UNPRINTABLE.sub("", whole).strip()
