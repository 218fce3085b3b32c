"""The patterns by which ``read_letters`` finds the labels of choices in a normalized text.

What stands in front of labels is looked for at their place, and what a pattern repeats it never
gives back: so each takes a time that grows with the length of the text only.
"""

import re
from functools import cache

from jmed_metrics.normalize import CLOSE, CLOSING, LINK, MARKER, OPEN, QUOTES

AROUND = " :.。,、()[]{}<>「」『』【】〈〉《》\"'“”‘’"
"""What may stand around the text of a choice and says nothing."""
OPENING = "([{<「『【〈《\"'“‘ "
SIGN = "[○◯〇×✕✖✗✘❌⭕✓✔]"
NOT = "(?:ない|ありません|ません)"
DISMISSED = (
    r"not (?:be )?(?:correct|right|appropriate|indicated|needed|required|necessary|recommended)"
    r"|(?<![a-z])(?:no|wrong|false|incorrect|inappropriate|unnecessary|contraindicated)(?![a-z])"
)
VERDICT = (
    r"誤(?![嚥飲認差])|不適[切当]|不要|不正解|禁忌|違|(?<![少危])ない|ません|なく|なかっ|にく[いく]"
    rf"|{DISMISSED}"
)
OPINION = re.compile(rf"^ ?[はがもを]|^[ :.)(\[]*{SIGN}|{SIGN}[ ).。]*$|{VERDICT}")
"""Behind a label: what is thought of the choice, not its text."""
JUDGED = (
    rf"(?:{SIGN}|誤り?|間違い|不適[切当]|不要|不正解|禁忌|違う|違います|否定的|考えにくい"
    rf"|(?:(?:適切|適当|妥当|正解|必要性?|適応)で?|正しく|該当し|当てはまら|適さ|考えられ)[はが]?{NOT}"
    rf"|{DISMISSED})"
)
ENDED = r"(?:です|だ|で(?:ある|あり)?|と(?:考え|思|判断)[らわれさするうま]*)?[ .]*"
JUDGMENT = re.compile(JUDGED + ENDED)
NOT_SO = re.compile(rf"(?:では|じゃ)(?:{NOT}|なく){ENDED}$")
REJECTED = re.compile(rf"{JUDGED}{ENDED}$")
"""Verdicts: the whole of a part of a sentence, and its end."""
BEGINS_TEXT = re.compile(r" ?[:(「『]| ?[ァ-ヶ一-龥]")
OF_OTHERS = re.compile("他|ほか|以外|残り|other")
DISCUSSION = re.compile("(?:各|他の)(?:選択肢|疾患|所見|項目)|選択肢の(?:評価|検討|分析|解説)")
"""What announces a discussion of the choices, not one of them."""
DENIED = re.compile(rf"{NOT}|なく|なかっ|にく[いく]")
NO_CHOICE = (
    r"(?![ ,、]*(?:または|又は|もしくは|あるいは|or(?![a-z])|か[「 ]?[a-z](?![a-z])|以外|では|じゃ"
    r"|[型群]))"
)
IS = (
    r"(?:です(?!か)|の[2-5]つ|でした(?!ら)|である|でしょう(?!か)|だ(?:[。と]|$)|と(?:考|思|な|判断)"
    r"|に(?:な|該当|当)|is (?:the )?(?:correct|right|best|most))"
    r"(?![^。\n]{0,6}(?:ない|ません|なく|なかっ|誤|違|低|がち|にく))"
)
"""What says that a label is the answer and does not take it back at once ("aと考えたが違う")."""
CLAIM = (
    r"(?P<claim> ?が(?:正し|正解|適切|適当|妥当|答え|最も|該当|考え|残[るり])(?!い?か|でな)"
    r"|を選(?:択|び|ぶ|ん)(?!(?:する)?と[誤不]|した場合))"
)
"""The same, unless it is taken back anywhere in the sentence."""
ENDS = r"(?P<end>[.!]? ?$|[。\n])"
ALONE_AFTER = re.compile(rf"{NO_CHOICE} ?(?:{IS}|{CLAIM}|{ENDS})")
ANNOUNCED_AFTER = re.compile(
    rf"{NO_CHOICE} ?(?:{IS}|{CLAIM}|{ENDS}|[、,;:(<「『]|の[「『]|\.(?![a-z0-9])|because|since"
    r"|(?<= )(?:[-–—] |[ァ-ヶ一-龥])|(?<=[)\]])[ ァ-ヶ一-龥])"
)
"""What follows labels that stand alone; what follows a marker, where the choice's text may."""
ALONE_BEFORE = re.compile(
    r"(?:^|[。;!?」』】]|(?<!誤り)(?<!間違い)(?<!不正解)(?<![×✕✗✘]):"
    r"|(?<![^a-z0-9][a-z])(?<!^[a-z])[、,]|(?:(?<![a-z])|(?<=[a-z]{2}))\."
    r"|(?<=[のえ答解肢号])(?<!不正解)は"
    r"|(?<=[るす])と|より|よって|がって|で|選択肢|番号|option|choice)$"
)
"""What stands before labels that are no part of a word; not the comma of "vitamins a, d"."""
BEFORE = 12
"""How many characters in front of labels that pattern looks at."""
RIGHT, WRONG = (
    re.compile(rf"(?:{words})[^。、\n]{{0,4}}は ?{OPEN}?[a-z](?![a-z])")
    for words in ("正しい|(?<!不)適切な|妥当な", "誤って|ない|不適切な|禁忌")
)
"""What calls labels right or wrong; with both in a text, the question asks for one of the two."""
MARKED = re.compile(rf"{MARKER}(?P<link>{LINK})(?:{OPEN} ?)*+")
OPENS_ANSWER = re.compile(rf"{MARKED.pattern}$")
EXPLANATION = re.compile(r"\W*(?:解説|理由|説明|根拠|explanation|rationale|reason)")
"""What announces an answer; the same at the end of a line; what begins to explain one."""
ITEM = re.compile(r"(?:(?:[-+•・●|#>]|\(?\d{1,2}[.):]) ?)*+")
"""What numbers the lines of a list or points to them."""


class Grammar:
    """The patterns for one question's labels; the first group of most is a label."""

    def __init__(self, labels: str) -> None:
        self.labels, self.size = labels, len(labels)
        label = rf"(?<![a-z0-9])([{re.escape(labels)}])(?![a-z0-9_°\u00c0-\u024f])"
        remark = rf" ?\((?! ?{SIGN} ?\)|[^()\n]*(?:{VERDICT}))[^()\n]*+\)"
        plain = rf"{label}(?: ?[{CLOSING}]|[{QUOTES}])*+"
        one = rf"{plain}(?:{remark})?"
        joined = r"(?:[、,・/&;+]+(?: ?and(?![a-z]))?|と|and(?![a-z])|及び|および)"
        further = rf"(?> ?{joined} ?| )(?:{OPEN} ?)*+"
        sign = r" ?[:.)](?![a-z0-9])"
        self.one = re.compile(one)
        self.list = re.compile(rf"{one}(?:{further}{one})*+")
        self.all = re.compile(rf"(?:{OPEN} ?)*+{self.list.pattern}[ .。]*+")
        self.bare = re.compile(rf"(?:{OPEN} ?)*+{plain}(?:{further}{plain})*+[ .。]*+")
        self.head = re.compile(
            rf"{ITEM.pattern}{OPEN}?{label}"
            rf"(?:{CLOSE}++(?! ?{joined})|$|{sign}| ?[(「『はがもを]| ?{SIGN}| is(?![a-z])"
            r"| (?=[^a-z]))"
        )
        self.option = re.compile(rf"{sign}| \(")
        self.named = re.compile(rf"(?<![\w(°]){label}(?={sign})")
        self.rival = re.compile(
            rf"(?<![\w(°]){label}{sign}|\) ?{joined} ?{OPEN}?{label}(?! ?は)"
            rf"|^ ?{OPEN}{label}{CLOSE}"
        )

    def apart(self, text: str, asked: int) -> str:
        """``text`` with commas within "ac", where that is the whole answer of ``asked`` labels."""
        together = (
            rf"(\A(?:{OPEN} ?)*+|{MARKED.pattern})([{re.escape(self.labels)}]{{{asked}}})"
            rf"(?=(?: ?{CLOSE})*+(?:です)?[ .。]*+$)"
        )
        return re.sub(together, _with_commas, text, flags=re.MULTILINE) if asked > 1 else text


def _with_commas(found: re.Match[str]) -> str:
    before, letters = found[1], found[found.lastindex or 0]
    return before + ",".join(letters) if len(set(letters)) == len(letters) else found[0]


grammar_of = cache(Grammar)
