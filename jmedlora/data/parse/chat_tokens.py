"""Tokens of chat templates that a server left in a response: ends, headers and roles of turns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

END = (
    r"<\|(?:eot_id|eom_id|im_end|end|return|call|endoftext|end_of_text|eos|pad)\|>|"
    r"<(?:end_of_turn|eos|pad)>|<｜end▁of▁sentence｜>|"
    r"</s>(?=\s|\Z|<)"
)
ROLE = r"(?P<role{}>[A-Za-z]*+)"
HEADER = (
    r"(?:<\|begin_of_text\|>|<bos>)?(?:"
    rf"<\|start_header_id\|>\s*+{ROLE.format(1)}\s*+<\|end_header_id\|>|"
    rf"<\|im_start\|>{ROLE.format(2)}|<start_of_turn>{ROLE.format(3)}|"
    rf"<\|start\|>{ROLE.format(4)}(?:<\|channel\|>\w+)?(?:<\|constrain\|>\w+)?<\|message\|>|"
    r"<\|channel\|>\w+(?:<\|constrain\|>\w+)?<\|message\|>|"
    r"<\|begin_of_text\|>|<bos>|\A<s>|<｜begin▁of▁sentence｜>)"
)
BOUNDARY = re.compile(rf"(?:{END})|{HEADER}")
OWN = {"", "assistant", "model"}
CHANNEL = re.compile(
    r"(?:<\|start\|>\w+)?<\|channel\|>(?:analysis|commentary)\b[^<\n]{0,80}"
    r"(?:<\|constrain\|>\w+)?<\|message\|>"
    r".*?(?:<\|end\|>|<\|call\|>|(?=<\|start\|>|<\|channel\|>|<\|return\|>)|\Z)"
    r"|\Aanalysis.*?assistantfinal",
    re.DOTALL,
)
"""Reasoning of gpt-oss, with its tokens or, as most servers leave it, without them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of a response between tokens, and the line where it begins.

    token: the one that ends it, "" at the end of the response. is_own: it is what the model
    answers, not what it makes up for another role.
    """

    line: int
    text: str
    token: str
    is_own: bool


def split_turns(text: str) -> Iterator[Turn]:
    """The stretches of ``text`` between tokens, in order; the whole where there is none."""
    at, line, is_own = 0, 1, True
    for token in BOUNDARY.finditer(text):
        yield Turn(line, text[at : token.start()], token[0], is_own)
        role = next((each for each in token.groups() if each is not None), None)
        is_own = is_own if role is None else role.casefold() in OWN
        line += text.count("\n", at, token.end())
        at = token.end()
    yield Turn(line, text[at:], "", is_own)
