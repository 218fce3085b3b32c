"""Finding the keys that announce an instruction or an output, and how sure each of them is.

A key may be decorated (quotes, brackets, bold) or not, numbered (Q1), and have a bullet in front.
Without decoration it counts only at the start of a line, behind punctuation, or behind a space that
follows Japanese: in "cardiac output: CO" it is text.
"""

import re
from dataclasses import dataclass

from jmedlora.data.parse.pair_keys import (
    ANSWER_OF,
    FURTHER,
    INPUTS,
    KEY,
    NUMBER,
    OTHER_NAME,
    QUESTION_OF,
    SHORT,
    have_same_role,
    normalize_key,
    number,
)

CLOSER = {
    "'": "'", '"': '"', "`": "`", "＇": "＇", "＂": "＂", "“": "”", "”": "”", "‘": "’", "’": "’",
    "「": "」", "｢": "｣", "『": "』", "【": "】", "[": "]", "［": "］", "**": "**", "__": "__",
}  # fmt: skip
STYLES = {
    "'": "single quotes", '"': "double quotes", "`": "code", "＇": "single quotes",
    "＂": "double quotes", "“": "curly quotes", "”": "curly quotes", "‘": "curly quotes",
    "’": "curly quotes", "**": "bold", "__": "bold",
}  # fmt: skip
"""How the key is decorated, for the report; what is not listed is in brackets."""
UNAIDED = {"【", "[", "［", "**", "__"}
"""Decorations that need nothing between the key and its value."""
PLAIN, BARE = "", "bare"
"""The styles of a key without decoration: with a colon behind it, and with a mere space."""
LINE, BEHIND_QUOTE, BEHIND_PUNCTUATION, BEHIND_JAPANESE, WITHIN = range(5)
"""Grades of a key by what stands in front of it, the surest first."""

NEAR = 40  # as far as is looked back, so that a line of a megabyte takes no longer
BLANK = " \t\u3000"
OPEN_BRACKETS = "{[(（"
BRACKETS = tuple("「『“‘\"'｢")
"""What may begin a value right behind a decorated key."""
OPENERS = "".join(each for each in CLOSER if len(each) == 1)
COLON = re.compile(rf"[{BLANK}]*(?:=>|->|[:：=＝→])[{BLANK}]*")
DOT = re.compile(rf"[.．](?=[{BLANK}]|[^\x00-\x7f])[{BLANK}]*")
SPACE = re.compile(rf"[{BLANK}]+\n?|\n|[、，]")
BULLET = (
    rf"(?:[-+*•・●○◆■□▪‣–—#>]|[(（\[]?{NUMBER}[.．)）\]:：、]|[①-⑳]|"
    rf"(?i:ペア|データ|例|pair|No\.?)[ ]?{NUMBER}[:：.)]?)"
)
CORE = re.compile(
    rf"(?:(?P<open>\*\*|__|[{re.escape(OPENERS)}])[ ]?(?:{BULLET}[ ]?)?|(?<![^\W_]))(?P<key>{KEY})"
    rf"(?P<number>[ _\u3000]?(?:No\.?)?{NUMBER}(?![0-9０-９]))?(?:{OTHER_NAME})?"
)
HEAD = re.compile(rf"[{BLANK}]*(?:{BULLET}[{BLANK}]*)*[\[{{(（]*[{BLANK}]*[\[{{(（]?[{BLANK}]*")
INLINE_BULLET = re.compile(
    rf"(?<=[\s、，,。;；|」』\"'”’}}\]])(?:[(（]?{NUMBER}[.．)）]|[①-⑳]|[-•・])[{BLANK}]*$"
)
DASH = re.compile(rf"(?<=[\s。．？！?!])[-•・](?=[{BLANK}]*$)")
QUOTED = "'\"”’」｣』】`＇＂]"
PUNCTUATION = "、，,。．.？?！!;；|/}])）…*" + QUOTED
ENDS_SENTENCE = "。．.？?！!|"
JAPANESE = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


@dataclass(frozen=True, slots=True)
class Marker:
    """A key in a text.

    start: where its bullet, decoration or key begins; end: where its value begins. question: the
    family that it begins, or None; answers: the families whose output it announces; is_further: it
    announces what is neither. number: that of the key itself, as in Q1. style: its opening
    decoration, PLAIN or BARE. grade: LINE is the surest. dangling: the quote that stands in front
    of key and value together, as in **Q: …**, or "".
    """

    start: int
    end: int
    question: str | None
    answers: frozenset[str]
    is_input: bool
    is_further: bool
    number: int | None
    style: str
    grade: int
    dangling: str

    @property
    def firm(self) -> bool:
        """Whether it is a key for certain, whatever follows."""
        return self.style != BARE and (self.grade == LINE or self.style != PLAIN)


def find_markers(text: str) -> list[Marker]:
    """The keys in ``text``, in order, in a time that grows with its length only."""
    found = (_marker(text, core) for core in CORE.finditer(text))
    return [marker for marker in found if marker]


def style_name(style: str) -> str:
    """The decoration ``style`` in words."""
    return {PLAIN: "no quotes", BARE: "no colon"}.get(style) or STYLES.get(style, "brackets")


def _marker(text: str, core: re.Match[str]) -> Marker | None:
    word, opener = normalize_key(core["key"]), core["open"] or ""
    if core["other"] and not have_same_role(word, core["other"]):
        return None
    family = QUESTION_OF.get(word)
    closing = _closing(text, core.end(), CLOSER[opener]) if opener else None
    style = opener if closing else PLAIN
    behind = closing.end() if closing else core.end()
    start, grade, before = _place(text, core.start(), is_question=bool(family))
    is_short = word in SHORT
    separator = COLON.match(text, behind)
    if not separator and not closing and (is_short or core["number"]):
        separator = DOT.match(text, behind)
    if not separator and not (closing and closing[1]):
        separator = SPACE.match(text, behind)
        if closing and not _stands_alone(text, separator, behind, opener, grade):
            return None
        if not closing:
            style = BARE
            sure = _surest(is_question=bool(family), is_short=is_short, number=core["number"])
            needs_end = is_short or (family and core["number"])
            if not separator or grade > sure or (needs_end and before not in ENDS_SENTENCE):
                return None
    if grade > (WITHIN if closing else BEHIND_JAPANESE):
        return None
    return Marker(
        start=start,
        end=separator.end() if separator else behind,
        question=family,
        answers=ANSWER_OF.get(word, frozenset()),
        is_input=word in INPUTS,
        is_further=word in FURTHER,
        number=number(core["number"]),
        style=style,
        grade=grade,
        dangling=CLOSER[opener] if opener and not closing else "",
    )


def _surest(*, is_question: bool, is_short: bool, number: str | None) -> int:
    """The grade that a key needs with a mere space behind it."""
    if is_question and not number:
        return LINE
    return BEHIND_PUNCTUATION if is_question or is_short else BEHIND_JAPANESE


def _closing(text: str, start: int, closer: str) -> re.Match[str] | None:
    """The end of the decoration, with the colon that may stand within: **Q:**."""
    return re.compile(rf"[ ]?([:：]?){re.escape(closer)}").match(text, start)


def _stands_alone(
    text: str, separator: re.Match[str] | None, behind: int, opener: str, grade: int
) -> bool:
    """Whether a decorated key without a colon is one: 【質問】… or 「output」 「…」."""
    end = separator.end() if separator else behind
    if opener == "【" or (opener in UNAIDED and grade <= BEHIND_JAPANESE):
        return True
    follows = text[end : end + 1]
    if separator and "\n" in separator[0]:
        return grade == LINE
    return follows in BRACKETS or (bool(separator) and grade <= BEHIND_PUNCTUATION)


def _place(text: str, start: int, *, is_question: bool) -> tuple[int, int, str]:
    """Where a key begins with its bullet, the grade, and the character before it ("" on a line)."""
    floor = max(0, start - NEAR)
    line = text.rfind("\n", floor, start) + 1
    if (line or not floor) and HEAD.fullmatch(text, line, start):
        return line, LINE, ""
    before = text[floor:start]
    bared = before.rstrip(BLANK + OPEN_BRACKETS)
    gap = before[len(bared) :]
    if is_question and gap.strip(BLANK):
        start = floor + len(bared)
    if bullet := (INLINE_BULLET if is_question else DASH).search(bared):
        start, bared = floor + bullet.start(), bared[: bullet.start()]
    return start, _grade(bared, gap, is_question=is_question), bared.rstrip(BLANK)[-1:]


def _grade(before: str, gap: str, *, is_question: bool) -> int:
    before = before.rstrip(BLANK)
    last = before[-1:]
    if not last:
        return WITHIN
    if before.rstrip(",，、;；|/}" + BLANK)[-1:] in tuple(QUOTED):
        return BEHIND_QUOTE
    is_stop = last in PUNCTUATION and (last not in ".．" or bool(gap))
    if is_stop or "\t" in gap or (is_question and last in ":："):
        return BEHIND_PUNCTUATION
    return BEHIND_JAPANESE if gap and JAPANESE.match(last) else WITHIN
