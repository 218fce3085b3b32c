"""What a value is without the quotes, commas and braces around it, and where it ends."""

import re
from dataclasses import dataclass
from itertools import accumulate

from jmedlora.data.instruction_pair import RejectReason
from jmedlora.data.parse.find_keys import CLOSER, Key
from jmedlora.data.parse.remarks import ITEM, ends_answer, may_go_on

QUOTES = tuple("'\"`“”‘’「｢『")
SPACES = " \t\n\u3000"
SEPARATORS = SPACES + ",，､、;；|"
MOST_TRIES = 50  # lines that could close a quotation; more make no sense and take long
BLOCK = re.compile(r"\A[ \t]*[|>][+-]?[ \t]*\n")
APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")
LATEX = r"\\(?=[bfrt][a-z]|(?:neq?|nabla|nu|not|notin|nleq|ngeq)(?![A-Za-z]))"
"""What begins a command of LaTeX and no escape, though it looks like one."""
ESCAPE = re.compile(rf"""{LATEX}|\\(r\\n|[\\nrt"'/])""")
MEANT = {"n": "\n", "r": "\n", "r\\n": "\n", "t": "\t", None: "\\"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value, where it ends, whether its closing quote was seen, why not to use it."""

    text: str
    end: int
    is_closed: bool = False
    fault: str = ""


def instruction_value(raw: str, key: Key) -> Value:
    """The value in ``raw``, which is all of it."""
    return _unquoted(_trimmed(BLOCK.sub("", raw), "/"), len(raw), key)


def output_value(raw: str, key: Key, *, is_last: bool) -> Value:
    """The value at the beginning of ``raw``, which may go on with remarks.

    is_last: no key follows, so that what comes after a blank line is hardly part of it.
    """
    start = len(raw) - len(raw.lstrip(SPACES))
    if raw[start : start + 1] in QUOTES:
        for tries, found in enumerate(re.compile(r"\n|\Z").finditer(raw, start + 1)):
            text = _trimmed(raw[start : found.start()])
            if _is_quoted(text, key):
                return Value(_unescaped(text[1:-1]), found.start(), is_closed=True)
            if tries == MOST_TRIES:
                break
    end = _plain_end(raw, is_last=is_last)
    value = _unquoted(_trimmed(BLOCK.sub("", raw[:end])), end, key)
    if not value.fault and may_go_on(raw[end:]):
        return Value(value.text, end, fault=RejectReason.CUT)
    return value


def _unquoted(text: str, end: int, key: Key) -> Value:
    opener = text[:1]
    if _is_quoted(text, key):
        return Value(_unescaped(text[1:-1]), end, is_closed=True)
    if opener in QUOTES and CLOSER[opener] not in text[1:]:
        return Value(text, end, fault=RejectReason.TRUNCATED)
    # 「心不全」とは… begins with a quotation; behind a quoted key it is not known where one ends.
    same = opener in QUOTES and opener == CLOSER[opener]
    is_stray = opener not in QUOTES and text.endswith(CLOSER.get(key.style, "\n"))
    unclear = key.is_quoting and (same or is_stray)
    return Value(text, end, fault=RejectReason.QUOTES if unclear else "")


def _is_quoted(text: str, key: Key) -> bool:
    """Whether the first and the last character of ``text`` are quotes that belong together."""
    opener = text[:1]
    if opener not in QUOTES or len(text) < 2 or not text.endswith(CLOSER[opener]):
        return False
    if opener == CLOSER[opener]:
        inner = text[1:-1]
        is_escaped = (len(inner) - len(inner.rstrip("\\"))) % 2
        return not is_escaped and (key.is_quoting or opener not in inner.replace("\\" + opener, ""))
    text = APOSTROPHE.sub("'", text)  # ends with a quote where nested ones are closed before
    depths = accumulate((each == opener) - (each == CLOSER[opener]) for each in text)
    return 0 not in list(depths)[:-1]


def _unescaped(text: str) -> str:
    r"""``text`` from within quotes, with \n, \t, \" and the like as what they stand for."""
    return ESCAPE.sub(lambda found: MEANT.get(found[1], found[1]), text).strip(SPACES)


def _plain_end(raw: str, *, is_last: bool) -> int:
    """Where a value without quotes ends: with its paragraph and the lists that follow, if last."""
    end = at = 0
    blank = False
    for line in raw.split("\n"):
        if not line.strip(SPACES):
            blank = bool(end)
        elif end and (ends_answer(line) or (blank and is_last and not ITEM.match(line))):
            break
        else:
            end, blank = at + len(line), False
        at += len(line) + 1
    return end


def _trimmed(raw: str, more: str = "") -> str:
    """``raw`` without the separators at its ends and the brackets that it does not open."""
    text = raw.strip(SPACES)
    spare = {each: text.count(each) - text.count(opened) for opened, each in ("{}", "[]", "()")}
    end = len(text)
    while end and (text[end - 1] in SEPARATORS + more or spare.get(text[end - 1], 0) > 0):
        end -= 1
        spare[text[end]] = spare.get(text[end], 0) - 1
    text = text[:end]
    return text.removesuffix("**").rstrip() if text.count("**") % 2 else text
