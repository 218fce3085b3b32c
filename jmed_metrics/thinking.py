"""Telling what a reasoning model thinks from what it answers.

Known are the tags ``<think>``, ``<thinking>``, ``<thought>``, ``<reasoning>``, ``<seed:think>``
and ``[THINK]``, capital or small, and the channels of gpt-oss (``<|channel|>analysis<|message|>``),
also where their special tokens were dropped ("analysis…assistantfinal…").

The last end of thinking counts, and all before it is thinking: a chat template may have put the
beginning into the prompt. Thinking that begins behind it, or that never ends, is unfinished, and
the response has no answer. A tag between quotation marks (「<think>」, "`<think>`") is a mention
and counts for nothing. A mention without them counts as thinking: to read letters in thinking is
worse than to lose an answer.
"""

import re
from typing import NamedTuple

NAME = r"(?:think(?:ing)?|thoughts?|reasoning|seed:think)"
END = (
    rf"</{NAME}>|\[/think\]|<\|channel\|>final(?: ?<\|constrain\|>[^<]{{0,40}})?<\|message\|>"
    r"|(?-i:assistantfinal)"
)
BEGINNING = (
    rf"<{NAME}>|\[think\]|<\|channel\|>(?:analysis|commentary)"
    r"|(?-i:assistant(?:analysis|commentary)|\A\s*+analysis(?=\w))"
)
MARK = re.compile(rf"(?P<end>{END})|{BEGINNING}", re.IGNORECASE)
QUOTES = {"「": "」", "『": "』", "“": "”", "`": "`", '"': '"', "'": "'"}


class Thought(NamedTuple):
    """A response, which is ``thinking + answer``.

    thinking: with its marks; "" if there is none. answer: "" if the thinking is not finished.
    """

    thinking: str
    answer: str
    finished: bool


def split_thinking(text: str) -> Thought:
    """``text`` cut behind the last end of thinking. It takes a time that grows with its length."""
    end, is_open = 0, False
    for found in MARK.finditer(text):
        if not _is_quoted(found):
            is_open = found["end"] is None
            end = end if is_open else found.end()
    if is_open:
        return Thought(text, "", finished=False)
    return Thought(text[:end], text[end:], finished=True)


def _is_quoted(found: re.Match[str]) -> bool:
    text, start, end = found.string, found.start(), found.end()
    return start > 0 and text[end : end + 1] == QUOTES.get(text[start - 1])
