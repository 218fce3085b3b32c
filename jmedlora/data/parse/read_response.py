"""Reading one response: reasoning aside, then pairs written as data, then pairs behind keys."""

import re

from jmedlora.data.parse.chat_tokens import CHANNEL, split_turns
from jmedlora.data.parse.keyed_pairs import read_keyed_pairs
from jmedlora.data.parse.object_pairs import ObjectPair, find_object_pairs
from jmedlora.data.parse.types import Pair, Reading, Reject, RejectReason
from jmedlora.data.parse.unusable_phrases import is_refusal

THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
THOUGHT = re.compile(r"\A(?:(?!<think).)*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
"""The end of reasoning whose beginning the chat template wrote into the prompt."""
WRAPPED = re.compile(r"""^([ \t]*)"(?='\w)([^"\n]*')"(?=,?[ \t]*$)""", re.MULTILINE)
"""A line that is in double quotes as a whole, with values in single ones."""
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def read_response(content: str, finish: str | None = "stop") -> Reading:
    """The pairs of a raw response and what else it holds, both in the order of their lines.

    finish: the server's finish_reason; "length" (or what is no regular end) means that the end is
    missing, None that it is not known. No text raises an error. Control characters and half
    surrogates are dropped.
    """
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    text = WRAPPED.sub(r"\1 \2 ", UNPRINTABLE.sub("", text))
    if not text.strip():
        return Reading(rejects=[Reject(1, "", RejectReason.EMPTY_RESPONSE)])
    text, reading = _without_reasoning(text)
    _read_turns(text, finish, reading)
    if not reading.pairs and any(is_refusal(turn.text.strip()) for turn in split_turns(text)):
        reading.rejects = [Reject(1, content, RejectReason.REFUSAL)]
    reading.rejects.sort(key=lambda reject: reject.line)
    return reading


def _without_reasoning(text: str) -> tuple[str, Reading]:
    """``text`` with as many line breaks in place of what the model thought, which is kept."""
    reading = Reading()
    if "</think" in text.lower():
        text = _cut_out(THOUGHT, text, reading)
    return _cut_out(THINKING, _cut_out(CHANNEL, text, reading), reading), reading


def _cut_out(pattern: re.Pattern[str], text: str, reading: Reading) -> str:
    """``text`` without what ``pattern`` finds, which is added to the rejects."""
    parts, at, line = [], 0, 1
    for found in pattern.finditer(text):
        line += text.count("\n", at, found.start())
        reading.rejects.append(Reject(line, found[0], RejectReason.REASONING))
        breaks = found[0].count("\n")
        parts += [text[at : found.start()], "\n" * breaks]
        line, at = line + breaks, found.end()
    return "".join([*parts, text[at:]])


def _read_turns(text: str, finish: str | None, reading: Reading) -> None:
    """Adds what stands between the tokens of a chat template, each stretch read by itself."""
    for turn in split_turns(text):
        if turn.is_own:
            _read_parts(turn.text, turn.line, "stop" if turn.token else finish, reading)
        elif turn.text.strip():
            reading.rejects.append(Reject(turn.line, turn.text.strip(), RejectReason.OTHER_TURN))
        if turn.token:
            line = turn.line + turn.text.count("\n")
            reading.rejects.append(Reject(line, turn.token, RejectReason.TEMPLATE))


def _read_parts(text: str, line: int, finish: str | None, reading: Reading) -> None:
    """Adds the pairs written as data, and those in the text between them."""
    at, shared = 0, ""
    for object_pair in find_object_pairs(text):
        if object_pair.start >= at:  # else it is another pair of the same object
            _add(reading, read_keyed_pairs(text[at : object_pair.start], line))
            line += text.count("\n", at, object_pair.start)
            at, shared = object_pair.start, text[object_pair.start : object_pair.end]
        _add_object_pair(reading, object_pair, shared, line)
        if object_pair.end > at:
            following, at = at, object_pair.end
            line += text.count("\n", following, at)
    _add(reading, read_keyed_pairs(text[at:], line, finish=finish))


def _add_object_pair(reading: Reading, object_pair: ObjectPair, text: str, line: int) -> None:
    if object_pair.reason:
        reading.rejects.append(Reject(line, text, object_pair.reason))
    else:
        pair = Pair(object_pair.instruction, object_pair.output, object_pair.rule, line, text)
        reading.pairs.append(pair)


def _add(reading: Reading, more: Reading) -> None:
    reading.pairs += more.pairs
    reading.rejects += more.rejects
