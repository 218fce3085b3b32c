"""The patterns by which ``read_letters`` finds the labels of choices in a normalized text."""

import re
from functools import cache

from jmed_metrics.ahead import ahead
from jmed_metrics.normalize import (
    CLOSE,
    CLOSING,
    DENIALS,
    LINK,
    MARKER,
    OPEN,
    QUOTES,
    SENTENCE_END,
)

WORD_BETWEEN = r"(?:[、・/&;]|,(?: ?and(?![a-z]))?|と|and(?![a-z])|及び|および)"
SEPARATOR = rf" ?(?:{WORD_BETWEEN}| ) ?"
START = (
    r"(?:^|[。;!?」』】\n]|(?<!誤り)(?<!間違い)(?<!不正解)(?<![×✕✗✘]):"
    r"|(?<![^a-z0-9][a-z])(?<!^[a-z])[、,]|(?:(?<![a-z])|(?<=[a-z]{2}))\."
    r"|(?<!また)(?<!あるい)(?<!もしく)(?<!不正解)(?<!誤り)(?<!間違い)は"
    r"|(?<=[るす])と|選択肢|番号|option|choice) ?"
)
"""What stands before a label that is no part of a word; the comma of "vitamins a, d" is not it."""
NO_CHOICE = (
    r"(?![ ,、]*(?:または|又は|もしくは|あるいは|or(?![a-z])|か[「 ]?[a-h]|以外|では|じゃ|[型群]))"
)
IS = (
    r"(?:です(?!か)|の[2-5]つ|でした(?!ら)|である|でしょう(?!か)|だ(?:[。と]|$)|と(?:考|思|な|判断)"
    r"|に(?:な|該当|当)|is (?:the )?(?:correct|right|best|most))"
    r"(?![^。\n]{0,6}(?:ない|ません|なく|なかっ|誤|違|低|がち|にく))"
)
"""What says that a label is the answer and does not take it back at once ("aと考えたが違う")."""
CLAIM = (
    r"(?P<claim>が(?:正し|正解|適切|適当|妥当|答え|最も|該当|考え)(?!い?か|でな)"
    r"|を選(?:択|び|ぶ|ん)(?!(?:する)?と[誤不]|した場合))"
)
"""The same, unless it is taken back anywhere in the sentence."""
TAKEN_BACK = ahead(rf"{DENIALS}|にく[いく]", SENTENCE_END)
ENDS = r"(?:$|\n|。|[.!] ?(?:$|\n))"
Around = tuple[re.Pattern[str], re.Pattern[str]]
ALONE: Around = (
    re.compile(START, re.MULTILINE),
    re.compile(rf"{NO_CHOICE} ?(?:{IS}|{CLAIM}|{ENDS})"),
)
"""What stands before and behind labels that stand by themselves."""
ANNOUNCED: Around = (
    re.compile(MARKER + LINK),
    re.compile(
        rf"{NO_CHOICE} ?(?:{IS}|{CLAIM}|{ENDS}|[、,;:(<]|の[「『]|\.(?![a-z0-9])|because|since"
        r"|(?<= )(?:[-–—] |[ァ-ヶ一-龥]))"
    ),
)
"""The same for labels behind a marker, where the text of the choice may follow, too."""
RIGHT, WRONG = (
    re.compile(rf"(?:{words})[^。、\n]{{0,4}}は ?{OPEN}?[a-h](?![a-z])")
    for words in ("正しい|(?<!不)適切な|妥当な", "誤って|ない|不適切な|禁忌")
)
"""What calls labels right or wrong; with both in a text, the question asks for one of the two."""
BEFORE_TEXT = r" ?[:.)](?![a-z0-9])| \("
AROUND_TEXT = " :.。,、()[]{}<>「」『』【】〈〉《》\"'“”‘’"
"""What may stand around the text of a choice and says nothing."""
SIGN = "[○◯〇×✕✖✗✘❌⭕✓✔]"
DISMISSED = (
    r"not (?:be )?(?:correct|right|appropriate|indicated|needed|required|necessary|recommended)"
    r"|(?<![a-z])(?:no|wrong|false|incorrect|inappropriate|unnecessary|contraindicated)(?![a-z])"
)
VERDICT = (
    r"誤(?![嚥飲認差])|不適[切当]|不要|不正解|禁忌|違|(?<![少危])ない|ません|なく|なかっ|にく[いく]"
    rf"|{DISMISSED}"
)
REMARK = rf" ?\((?! ?{SIGN} ?\)|[^()\n]*(?:{VERDICT}))[^()\n]*+\)"
"""A bracket behind a label, with the text of the choice: it holds no opinion."""
GAP = (
    rf"(?>(?:[ {CLOSING}{QUOTES}]*[{CLOSING}])?)"
    rf"(?>[ {QUOTES}]*{WORD_BETWEEN} ?|[{QUOTES}]* )(?:{OPEN} ?)*+"
)
"""All that may stand from one label of a list to the next, but a bracket.

Without a word between them, the first space behind what only closes divides the quotes that close
from those that open: ``"a" "b"``. There is one way to read each gap.
"""
FULL_STOPS = "[ 。.!]*+"
NAMED = r" ?[:.)](?![a-z0-9])"
NOT_IN_WORD = r"(?<![\w(°])"
OPINION = re.compile(rf"^[ :.)(\[]*{SIGN}|{SIGN}[ ).。]*$|{VERDICT}")
"""Behind a label: what is thought of the choice, not its text."""
OPENING_SIGN = re.compile(rf"[ :.)(\[]*+{SIGN}")
OPINION_IN_LINE = ahead(rf"{SIGN}[ ).。]*+$|{VERDICT}", r"\n")
OPINION_IN_SENTENCE = ahead(rf"{SIGN}[ ).]*+(?:。|$)|{VERDICT}", SENTENCE_END)
"""The rest of an opinion, for labels of which many may stand on one line."""
NOT = r"(?:ない|ありません|ません)"
JUDGED = (
    rf"(?:{SIGN}|誤り?|間違い|不適[切当]|不要|不正解|禁忌|違う|違います|否定的|考えにくい"
    rf"|(?:(?:適切|適当|妥当|正解|必要性?|適応)で?|正しく|該当し|当てはまら|適さ|考えられ)[はが]?{NOT}"
    rf"|{DISMISSED})"
)
ENDED = (
    r"(?:です|だ|で(?:ある|あり)?|と(?:考え|思|判断)[らわれさするうま]*)?"
    r"[ )]*(?:[。、,]|\.(?: |$)|$)"
)
OF_OTHERS = ahead("他|ほか|以外|残り|other", r"[。.\n]")
JUDGED_AT_ONCE = re.compile(rf" ?[:.]? ?\(?{JUDGED}{ENDED}", re.MULTILINE)
TEXT_BEGINS = re.compile(r" ?[:(]| (?=[ァ-ヶ一-龥])")
PART_END = r"[()。、,\n]"
NOT_SO_IN_PART = ahead(rf"(?:では|じゃ){NOT}{ENDED}", PART_END)
JUDGED_IN_PART = ahead(rf"{JUDGED}{ENDED}", PART_END)
JUDGED_IN_SENTENCE = ahead(rf"(?:[(:、,] ?| (?![a-z])){JUDGED}{ENDED}", SENTENCE_END)
"""Behind a marker and a label: an opinion that is the whole text or bracket.

A reason ("発熱がないため"), a remark in a bracket ("感染はない") and one on the others are none.
"""
TOPIC_SIGN = re.compile(r" ?[:.)]")
TOPIC_IN_LINE = ahead("は", r"\n")
"""Behind a label at the start of a line: a sentence about the choice, its sign and its particle."""


class Grammar:
    """The patterns for one question's labels; the first group of each is a label."""

    def __init__(self, labels: str) -> None:
        self.size = len(labels)
        here = _label(f"[{re.escape(labels)}]")
        letter = f"({here})"
        opened = rf"(?:{OPEN} ?)*+{letter}"
        closed = rf"(?: ?{CLOSE})*+"
        one = rf"{opened}{closed}(?:{REMARK})?"
        between = rf"(?:{SEPARATOR}|\n(?={here} ?(?:\n|$)))"
        self.one = re.compile(one)
        self.further = re.compile(between + one)
        self.first = re.compile(opened)
        self.gap = re.compile(GAP + letter)
        self.remarked_gap = re.compile(rf"{closed}{REMARK}{SEPARATOR}{opened}")
        self.last = re.compile(rf"{closed}{FULL_STOPS}")
        self.remarked_last = re.compile(rf"{closed}(?:{REMARK})?{FULL_STOPS}")
        self.option = re.compile(rf"{START}{OPEN}?{letter}(?={BEFORE_TEXT})", re.MULTILINE)
        self.named = re.compile(rf"{letter}{NAMED}")
        self.mentioned = re.compile(rf"{NOT_IN_WORD}{letter}{NAMED}")
        self.mentions_ahead = {
            label: ahead(rf"{NOT_IN_WORD}{_label(re.escape(label))}{NAMED}", r"\n")
            for label in labels
        }
        self.joined_ahead = ahead(rf"\) ?(?=[^ ]){SEPARATOR}{opened}(?! ?は)", r"\n")
        self.line = re.compile(rf"{OPEN}?{letter} ?(?:(?:[:.)\]](?![a-z0-9])|\().*)?")
        self.bare = re.compile(rf"{opened}{closed}[ .。]*+$", re.MULTILINE)
        self.heading = re.compile(rf"{opened}{closed}(?:[ .。]*+| ?\(.*)")
        self.head = re.compile(rf"{OPEN}?{letter}[{re.escape(AROUND_TEXT)}]*+")
        self.about = re.compile(
            rf"{OPEN}?{letter} ?(?:[^\w\s]|{SIGN}|[はがもを]|is(?![a-z])| [^a-z])"
        )


def _label(character: str) -> str:
    """The pattern of a label that is no part of a word."""
    return rf"(?<![a-z0-9]){character}(?![a-z0-9_°\u00c0-\u024f])"


grammar_of = cache(Grammar)
