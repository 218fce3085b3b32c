"""What a value is without the quotes, commas and braces around it."""

import re
from dataclasses import dataclass, replace
from textwrap import dedent

from jmedlora.data.parse.escapes import unescape_quoted
from jmedlora.data.parse.key_markers import BARE, PLAIN, UNAIDED, Marker
from jmedlora.data.parse.model_remarks import ends_answer, is_item, may_go_on

CLOSER = {
    "'": "'", '"': '"', "`": "`", "＇": "＇", "＂": "＂", "“": "”", "”": "”", "‘": "’", "’": "’",
    "「": "」", "｢": "｣", "『": "』",
}  # fmt: skip
SPACES = " \t\n\u3000"
SEPARATORS = SPACES + ",，､、;；|"
MOST_TRIES = 50  # lines that could close a quotation; more make no sense and take long
TAIL = re.compile(r"[ \t\u3000]*(?:[(（][^()（）\n]*[)）]|※[^\n]*)[ \t\u3000,、。}\]]*(?:\n|\Z)")
BLOCK = re.compile(r"[ \t]*[|>][+-]?[ \t]*\n")
WITHIN_WORD = re.compile(r"(?<=[A-Za-z])['’](?=[A-Za-z])")
APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Value:
    """A value and how far it reaches in the text that it was read from.

    closed: its closing quote was seen. open_quote: it has an opening one that is never closed.
    clear: its quotes can be told from those in its text. cut: more text follows that may belong to
    it.
    """

    text: str
    end: int
    closed: bool = False
    open_quote: bool = False
    clear: bool = True
    cut: bool = False


def instruction_value(raw: str, key: Marker) -> Value:
    """The value in ``raw``, all that stands between its key and that of the output."""
    text = _trimmed(_block(raw), dangling=key.dangling, more="/")
    return _unquoted(text, len(raw), key)


def output_value(raw: str, key: Marker, *, dangling: str, is_last: bool) -> Value:
    """The value at the beginning of ``raw``, which may go on with remarks.

    dangling: the quote to remove that closes key and value together. is_last: no key follows, so
    that what comes after a blank line is hardly part of it.
    """
    if quoted := _quoted(raw, key):
        return quoted
    end = _plain_end(raw, is_last=is_last)
    value = _unquoted(_trimmed(_block(raw[:end]), dangling=dangling), end, key)
    return replace(
        value,
        cut=may_go_on(raw[end:]),
        clear=value.clear and not (is_last and value.open_quote),
    )


def _block(raw: str) -> str:
    """``raw`` without the sign and the indentation of a YAML block, where it is one."""
    sign = BLOCK.match(raw)
    return dedent(raw[sign.end() :]) if sign else raw


def _quoted(raw: str, key: Marker) -> Value | None:
    """The value up to the first line that ends with its closing quote, if it begins with one."""
    start = len(raw) - len(raw.lstrip(SPACES))
    closer = CLOSER.get(raw[start : start + 1])
    if not closer:
        return None
    tries = 0
    for end in _line_ends(raw, start):
        line = _trimmed(raw[max(start, raw.rfind("\n", start, end)) : end], closer=closer)
        if not line.endswith(closer) or tries == MOST_TRIES:
            continue
        tries += 1
        if inner := _inside(_trimmed(raw[start:end], closer=closer), key):
            return Value(unescape_quoted(inner[0]).strip(SPACES), end, closed=True)
    return _before_tail(raw, start, closer)


def _before_tail(raw: str, start: int, closer: str) -> Value | None:
    """The value whose only closing quote has a note behind it: '…' (出典: …)."""
    plain = WITHIN_WORD.sub("-", raw)
    end = plain.find(closer, start + 1)
    opener = raw[start]
    if end < 0 or not TAIL.match(raw, end + 1) or plain.count(closer, end + 1):
        return None
    if opener != closer and plain.count(opener, start + 1):
        return None
    return Value(unescape_quoted(raw[start + 1 : end]).strip(SPACES), end + 1, closed=True)


def _inside(text: str, key: Marker) -> tuple[str] | None:
    """``text`` without the quotes around it, in a tuple, if they belong together as a whole."""
    opener, inner = text[0], text[1:-1]
    closer = CLOSER[opener]
    if len(text) < 2 or not text.endswith(closer):
        return None
    if opener == closer:
        escaped = len(inner) - len(inner.rstrip("\\"))
        whole = escaped % 2 == 0 and (
            _is_quoting(key) or closer not in inner.replace("\\" + closer, "")
        )
    else:
        whole = _match(text, opener, closer) == len(text) - 1
    return (inner,) if whole else None


def _match(text: str, opener: str, closer: str) -> int | None:
    """Where the bracket that ``text`` begins with is closed, nested ones counted."""
    depth = 0
    text = APOSTROPHE.sub("'", text)
    for place in re.finditer(f"[{opener}{closer}]", text):
        depth += 1 if place[0] == opener else -1
        if not depth:
            return place.start()
    return None


def _unquoted(text: str, end: int, key: Marker) -> Value:
    opener = text[:1]
    closer = CLOSER.get(opener)
    if not closer:
        return _without_stray_quote(text, end, key)
    if inner := _inside(text, key):
        return Value(unescape_quoted(inner[0]).strip(SPACES), end, closed=True)
    closed = _match(text, opener, closer) is not None if opener != closer else closer in text[1:]
    if not closed:
        return Value(unescape_quoted(text[1:]).strip(SPACES), end, open_quote=True)
    # 「心不全」とは… begins with a quotation; behind a quoted key it is not known where one ends.
    return Value(text, end, clear=opener != closer or not _is_quoting(key))


def _without_stray_quote(text: str, end: int, key: Marker) -> Value:
    """A value whose key is in quotes and that has a closing quote, but no opening one."""
    closer = CLOSER.get(key.style, "")
    if not closer or not _is_quoting(key) or not text.endswith(closer):
        return Value(text, end)
    plain = WITHIN_WORD.sub("", text)
    if closer != key.style:
        stray = plain.count(closer) - plain.count(key.style)
    else:
        stray = plain.count(closer) % 2 and plain.count(closer)
    if stray == 1:
        return Value(text.removesuffix(closer).rstrip(SEPARATORS), end)
    return Value(text, end, clear=not stray)


def _is_quoting(key: Marker) -> bool:
    """Whether values in the style of ``key`` stand in quotes as a whole."""
    return key.style not in (PLAIN, BARE) and key.style not in UNAIDED


def _line_ends(raw: str, start: int) -> list[int]:
    return [found.start() for found in re.compile(r"\n|\Z").finditer(raw, start + 1)]


def _plain_end(raw: str, *, is_last: bool) -> int:
    """Where a value without quotes ends: with its paragraph and the lists that follow.

    A remark or a heading ends it. Between two keys, later paragraphs belong to it as well.
    """
    end = at = 0
    blank = False
    for line in raw.split("\n"):
        if not line.strip(SPACES):
            blank = bool(end)
        elif end and (ends_answer(line) or (blank and is_last and not is_item(line))):
            break
        else:
            end, blank = at + len(line), False
        at += len(line) + 1
    return end


def _trimmed(raw: str, *, closer: str = "", dangling: str = "", more: str = "") -> str:
    """``raw`` without the separators at its ends and the brackets that it does not open."""
    text = raw.strip(SPACES)
    spare = {each: text.count(each) - text.count(opened) for opened, each in ("{}", "[]", "()")}
    end = len(text)
    while end:
        last = text[end - 1]
        if last in SEPARATORS or last in more:
            end -= 1
        elif spare.get(last, 0) > 0:
            spare[last] -= 1
            end -= 1
        elif closer and last in "。." and text[end - 2 : end - 1] == closer:
            end -= 1
        else:
            break
    text = text[:end]
    if dangling and text.endswith(dangling):
        text = text.removesuffix(dangling).rstrip(SEPARATORS)
    return text.removesuffix("**").rstrip() if text.count("**") % 2 else text
