"""Lines that belong to no answer: what a model says around its pairs, and headings."""

import re

from jmedlora.data.parse.key_markers import LINE, find_markers
from jmedlora.data.parse.types import Reject, RejectReason
from jmedlora.data.parse.unusable_phrases import is_refusal

REMARK_START = re.compile(
    r"""^\W*(?:
    (?:はい|承知|了解|かしこまり|もちろん)[、。!！しい]
    | 以上(?:です|が|で、|で終|、|の?\s*[0-9０-９]|\W*$)
    | (?:これら|本(?:回答|データ|情報)|この(?:回答|データ|情報)).*(?:助言|参考|診断|診療|相談|受診)
    | (?:以下|上記|次)[にはがの].*
      (?:ペア|データ|質問|問題|Q\s*&\s*A|作成|生成|示し|示す|[0-9０-９]+[個組問])
    | (?:これ(?:ら|で|は)|この).*(?:ペア|データ|[0-9０-９]+[個組問]).*(?:です|ます|ました|ください)
    | (?:他|ほか)に.*(?:ご?質問|ご要望|ください)
    | (?:何か|ご)?(?:不明|要望|質問|希望)(?:な点)?(?:が|は).*(?:ください|知らせ|どうぞ)
    | (?:必要|ご希望)(?:に応じて|であれば|でしたら|な場合).*(?:ます|ください)
    | .{0,40}(?:お知らせください|お役に立て|参考になれば|お申し付けください|よろしくお願い)
    | (?i:here\s+(?:are|is)|sure[,!.]|certainly[,!.]|of\s+course|below\s+(?:are|is)
      | i\s+hope|hope\s+this|let\s+me\s+know|please\s+let|feel\s+free|these\s+are\s+(?:the\s+)?\d+
      | the\s+following\s+(?:are|is)\b.*(?:pair|question)|that'?s\s+all
      | note\W+(?:that\s+)?(?:these|this|the|all)\b.*(?:pairs?|data|questions|answers|advice)\b
      | i\s+have\s+(?:created|generated) | these\s+.*\bpairs
      | if\s+you\s+(?:need|would\s+like|want|have)\b.*\b(?:let|more|ask|further)\b)
    )""",
    re.VERBOSE,
)
HEADING = re.compile(
    r"\s*(?:#{1,6}\s.*|[-=*_~]{3,}|\**\s*(?:(?i:ペア|データ|例|pair|No\.?)\s*)?[0-9０-９]{1,3}"
    r"\s*[.:：)）]?\**|\*\*[^*]+\*\*[:：]?|```.*)\s*"
)
ITEM = re.compile(r"\s+\S|[-+*•・●○▪]\s?\S|[(（]?[0-9０-９]{1,2}[.．)）、]|[①-⑳]")
CERTAIN_END = re.compile(r"\s*+(?:[-=*_~]{3,}+\s*+|```.*|\W*+(?:[0-9０-９]{1,3}\W*+)?)")
"""A line that ends an answer for certain, whatever follows."""
ONLY_PUNCTUATION = re.compile(
    r"[\W_]*(?:[0-9０-９]{0,3}|[①-⑳])[\W_]*|\s*(?:```|~~~)\s*"
    r"(?i:jsonl?|python|py|ya?ml|text|txt|plaintext|markdown|md|)\s*"
)


def is_remark(line: str) -> bool:
    """Whether ``line`` is what a model says about its pairs: 「以下に15個…」."""
    return bool(REMARK_START.match(line[:200]))


def ends_answer(line: str) -> bool:
    """Whether ``line`` cannot go on with the answer above it."""
    return is_remark(line) or bool(HEADING.fullmatch(line[:200]))


def may_go_on(rest: str) -> bool:
    """Whether in ``rest``, which follows an answer, there is text that may belong to it.

    Headings alone do not, as they may be those of the next pairs.
    """
    for line in rest.split("\n"):
        if is_remark(line) or (line.strip() and CERTAIN_END.fullmatch(line)):
            return False
        if _says_something(line) and not HEADING.fullmatch(line[:200]):
            return True
    return False


def is_item(line: str) -> bool:
    """Whether ``line`` is an item of a list, which may go on after a blank line."""
    return bool(ITEM.match(line))


def reject_lines(text: str, first: int) -> list[Reject]:
    """What ``text`` between pairs, from line ``first`` on, holds besides mere punctuation."""
    lines = enumerate(text.split("\n"), start=first)
    return [Reject(at, line, _reason(line)) for at, line in lines if _says_something(line)]


def _says_something(line: str) -> bool:
    return len(line) > 200 or not ONLY_PUNCTUATION.fullmatch(line)


def _reason(line: str) -> str:
    if is_refusal(line):
        return RejectReason.REFUSAL
    if is_remark(line):
        return RejectReason.REMARK
    markers = find_markers(line[:200])
    if markers and markers[0].is_further and markers[0].firm:
        return RejectReason.FURTHER
    if markers and markers[0].grade == LINE and markers[0].answers:
        return RejectReason.NO_INSTRUCTION
    return RejectReason.OUTSIDE
