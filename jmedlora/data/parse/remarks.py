"""Lines that belong to no answer: what a model says around its pairs, and headings."""

import re

from jmedlora.data.instruction_pair import Reject, RejectReason
from jmedlora.data.parse.find_keys import LINE, find_keys
from jmedlora.data.parse.key_words import ANSWER, FURTHER

REMARK = re.compile(
    r"""\W*(?:(?:はい|承知|了解|かしこまり|もちろん)[、。!！しい] | 以上(?:です|が|で|\W*$)
    | (?:以下|上記|次)[にはがの].*(?:ペア|データ|質問|問題|作成|生成|示[しす]|[0-9０-９]+[個組問])
    | (?:これ|本|この)(?:ら|で|は)?.*(?:ペア|データ|回答|助言).*(?:です|ます|ました|ません|ください)
    | .{0,60}(?:お知らせください|お役に立て|参考になれば|お申し付けください)
    | (?i:here\s+(?:are|is)|sure[,!.]|certainly[,!.]|of\s+course|below\s+(?:are|is)|let\s+me\s+know
      | i\s+hope|please\s+let|feel\s+free|i\s+have\s+(?:created|generated)|that'?s\s+all
      | (?:note\W+)?(?:that\s+)?(?:the|these)\b.*\b(?:pairs|questions)\b))""",
    re.VERBOSE,
)
HEADING = re.compile(r"\s*(?:#{1,6}\s.*|\*\*[^*]+\*\*[:：]?)\s*")
ITEM = re.compile(r"\s+\S|[-+*•・●○▪]\s?\S|[(（]?[0-9０-９]{1,2}[.．)）、]|[①-⑳]")
MERE_FRAME = re.compile(
    r"""[\W_]*(?:(?i:ペア|データ|例|pair|No\.?)?[ ]?[0-9０-９]{0,3}|[①-⑳])[\W_]*
    | \s*(?:```|~~~)\s*(?i:jsonl?|python|ya?ml|te?xt|plaintext|markdown|md|)\s*
    | [\s{\[]*["']\w{1,30}["']\s*:[\s{\[]*""",
    re.VERBOSE,
)
"""A line that says nothing: punctuation, a number, a fence, the name of a list in JSON."""
LONG = 200  # characters of a line that is looked at: a heading or a remark is shorter


def ends_answer(line: str) -> bool:
    """Whether ``line`` cannot go on with the answer above it."""
    start = line[:LONG]
    return bool(REMARK.match(start) or HEADING.fullmatch(start) or MERE_FRAME.fullmatch(start))


def may_go_on(rest: str) -> bool:
    """Whether in ``rest``, behind an answer, there is text of it; headings alone are none."""
    for line in rest.split("\n"):
        if not ends_answer(line):
            return True
        if line.strip() and not HEADING.fullmatch(line[:LONG]):
            return False
    return False


def reject_lines(text: str, first: int) -> list[Reject]:
    """What ``text`` between pairs, from line ``first`` on, holds besides mere punctuation."""
    lines = enumerate(text.split("\n"), start=first)
    return [
        Reject(at, line, _reason(line[:LONG]))
        for at, line in lines
        if len(line) > LONG or not MERE_FRAME.fullmatch(line)
    ]


def _reason(start: str) -> str:
    if REMARK.match(start):
        return RejectReason.REMARK
    for key in find_keys(start)[:1]:
        if key.role == FURTHER and key.is_sure:
            return RejectReason.FURTHER
        if key.role == ANSWER and key.grade == LINE:
            return RejectReason.NO_INSTRUCTION
    return RejectReason.OUTSIDE
