"""Finding the keys that announce an instruction or an output, and how sure each of them is.

A key may be decorated (quotes, brackets, bold) or not, numbered (Q1), and have a bullet in front.
Without decoration it counts only with a colon, and at the start of a line, behind punctuation, or
behind a space that follows Japanese: in "cardiac output: CO" it is text.
"""

import re
from dataclasses import dataclass

from jmedlora.core.comparable_text import folded
from jmedlora.data.parse import key_words
from jmedlora.data.parse.key_words import KEY, NUMBER, OTHER_NAME, SHORT

CLOSER = {
    "'": "'", '"': '"', "`": "`", "“": "”", "”": "”", "‘": "’", "’": "’", "「": "」", "｢": "｣",
    "『": "』", "【": "】", "[": "]", "［": "］", "**": "**", "__": "__",
}  # fmt: skip
STYLES = {"'": "single quotes", '"': "double quotes", "**": "bold", "": "no quotes"}
"""How a key is decorated, for the report; what is not listed is in other quotes."""
UNAIDED = ("【", "[", "［", "**", "__")
"""Decorations that need nothing between the key and its value, which has no quotes for them."""
LINE, BEHIND, WITHIN = range(3)
"""Grades of a key: it begins a line, stands behind punctuation or Japanese, or within a phrase."""

NEAR = 40  # as far as is looked back, so that a line of a megabyte takes no longer
BLANK = " \t\u3000"
OPENERS = "".join(each for each in CLOSER if len(each) == 1)
COLON = re.compile(rf"[{BLANK}]*(?:=>|->|[:：=＝→])[{BLANK}]*")
DOT = re.compile(rf"[.．](?=[{BLANK}]|[^\x00-\x7f])[{BLANK}]*")
LINE_END = re.compile(r"[ \t]*\n")
BULLET = (
    rf"(?:[-+*•・●○◆■□▪‣–—#>]|[(（\[]?{NUMBER}[.．)）\]:：、]|[①-⑳]|"
    rf"(?i:ペア|データ|例|pair|No\.?)[ ]?{NUMBER}[:：.)]?)"
)
CORE = re.compile(
    rf"(?:(?P<open>\*\*|__|[{re.escape(OPENERS)}])[ ]?(?:{BULLET}[ ]?)?|(?<![^\W_]))(?P<key>{KEY})"
    rf"(?P<number>[ _\u3000]?{NUMBER}(?![0-9０-９]))?(?:{OTHER_NAME})?"
)
HEAD = re.compile(rf"[{BLANK}]*(?:{BULLET}[{BLANK}]*)*[\[{{(（]*[{BLANK}]*[\[{{(（]?[{BLANK}]*")
INLINE_BULLET = re.compile(
    rf"(?<=[\s、，,。;；|」』\"'”’}}\]？?])(?:[(（]?{NUMBER}[.．)）]|[①-⑳]|[-•・])[{BLANK}]*$"
)
PUNCTUATION = "、，,。．.？?！!;；|/}])）…*'\"”’」｣』】`"
JAPANESE = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


@dataclass(frozen=True, slots=True)
class Key:
    """A key in a text.

    start: where its bullet, decoration or key begins; end: where its value begins. family: the pair
    of words that it belongs to, or "". number: as in Q1. style: its opening decoration, or "".
    """

    start: int
    end: int
    role: str
    family: str
    number: int | None
    style: str
    grade: int

    @property
    def is_sure(self) -> bool:
        """Whether it is a key for certain, whatever follows."""
        return self.grade == LINE or bool(self.style)

    @property
    def is_quoting(self) -> bool:
        """Whether values in its style stand in quotes as a whole."""
        return bool(self.style) and self.style not in UNAIDED


def find_keys(text: str) -> list[Key]:
    """The keys in ``text``, in order, in a time that grows with its length only."""
    found = (_key(text, core) for core in CORE.finditer(text))
    return [key for key in found if key]


def _key(text: str, core: re.Match[str]) -> Key | None:
    word, opener, role = (
        folded(core["key"]),
        core["open"] or "",
        key_words.role_of(core),
    )
    closing = (
        re.compile(rf"[ ]?:?：?{re.escape(CLOSER[opener])}").match(text, core.end())
        if opener
        else None
    )
    start, grade = _place(text, core.start())
    if not role or (not closing and grade == WITHIN):
        return None
    behind = closing.end() if closing else core.end()
    separator = COLON.match(text, behind)
    if not separator and not closing and (word in SHORT or core["number"]):
        separator = DOT.match(text, behind)
    if not separator and grade == LINE and (closing or "#" in text[start : core.start()]):
        separator = LINE_END.match(text, behind)
    has_own_end = closing and (len(closing[0].strip()) > len(opener) or opener in UNAIDED)
    if not (separator or has_own_end or (closing and text[behind : behind + 1] in tuple(OPENERS))):
        return None
    end = separator.end() if separator else behind
    style = opener if closing else ""
    return Key(
        start, end, role, key_words.FAMILY.get(word, ""), key_words.number_of(core), style, grade
    )


def _place(text: str, start: int) -> tuple[int, int]:
    """Where a key begins with its bullet, and the grade."""
    floor = max(0, start - NEAR)
    line = text.rfind("\n", floor, start) + 1
    if (line or not floor) and HEAD.fullmatch(text, line, start):
        return line, LINE
    bared = text[floor:start].rstrip(BLANK + "{[(（")
    gap = text[floor + len(bared) : start]
    start = floor + len(bared) if gap.strip(BLANK) else start
    if bullet := INLINE_BULLET.search(bared):
        start, bared = floor + bullet.start(), bared[: bullet.start()]
    return start, _grade(bared.rstrip(BLANK), gap)


def _grade(before: str, gap: str) -> int:
    is_stop = before.endswith(tuple(PUNCTUATION)) and (gap or not before.endswith((".", "．")))
    return BEHIND if is_stop or (gap and JAPANESE.match(before[-1:])) else WITHIN
