"""Reading one response: reasoning aside, then pairs written as JSON, then pairs behind keys."""

import re

from jmedlora.data.instruction_pair import Reading, Reject, RejectReason
from jmedlora.data.parse.json_pairs import UNPRINTABLE, find_json_pairs
from jmedlora.data.parse.keyed_pairs import read_keyed_pairs

THINKING = re.compile(
    r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)|\Aanalysis.*?assistantfinal"
    r"|<\|channel\|>(?:analysis|commentary)\b.*?(?=<\|end\|>|<\|channel\|>|<\|return\|>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
THOUGHT = re.compile(r"\A(?:(?!<think).)*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
"""The end of reasoning whose beginning the chat template wrote into the prompt."""
TOKEN = re.compile(
    r"<\|(?:start_header_id|im_start|start)\|>\s*+(?P<role>[A-Za-z]*+)\s*+(?:<\|end_header_id\|>)?"
    r"(?:<\|channel\|>\w+)?(?:<\|message\|>)?|<start_of_turn>(?P<gemma>[A-Za-z]*+)"
    r"|<\|\w+\|>|<(?:end_of_turn|eos|bos|pad)>|\A<s>|</s>(?=\s|\Z|<)|<｜(?:begin|end)▁of▁sentence｜>"
)
"""What a server left of a chat template: a turn's head, with its role, or its end."""
OWN = ("", "assistant", "model")
WRAPPED = re.compile(r"""^([ \t]*)"(?='\w)([^"\n]*')"(?=,?[ \t]*$)""", re.MULTILINE)
"""A line that is in double quotes as a whole, with values in single ones."""


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
    reading = Reading()
    if "</think" in text.lower():
        text = _cut_out(THOUGHT, text, reading)
    _read_turns(_cut_out(THINKING, text, reading), finish, reading)
    reading.rejects.sort(key=lambda reject: reject.line)
    return reading


def _cut_out(pattern: re.Pattern[str], text: str, reading: Reading) -> str:
    """``text`` without what ``pattern`` finds, which is added to the rejects; lines stay."""
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
    at, line, is_own = 0, 1, True
    for token in TOKEN.finditer(text):
        _read_turn(text[at : token.start()], line, "stop", reading, is_own=is_own)
        line += text.count("\n", at, token.start())
        reading.rejects.append(Reject(line, token[0], RejectReason.TEMPLATE))
        role = token["role"] if token["role"] is not None else token["gemma"]
        is_own = is_own if role is None else role.casefold() in OWN
        line, at = line + token[0].count("\n"), token.end()
    _read_turn(text[at:], line, finish, reading, is_own=is_own)


def _read_turn(text: str, line: int, finish: str | None, reading: Reading, *, is_own: bool) -> None:
    """Adds the pairs written as JSON, and those in the text between them."""
    if not is_own and text.strip():
        reading.rejects.append(Reject(line, text.strip(), RejectReason.OTHER_TURN))
    if not is_own:
        return
    at = 0
    for start, end, found in find_json_pairs(text, line):
        reading.add(read_keyed_pairs(text[at:start], line))
        reading.add(found)
        line, at = line + text.count("\n", at, end), end
    reading.add(read_keyed_pairs(text[at:], line, finish))
