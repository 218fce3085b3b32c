"""Reading which choices a response names by letter; never a guess.

The text is made plain first (``_plain``): one width, small letters, no marks of Markdown or TeX. A
private character then stands in front of each letter that is a label and no part of a word, and
another one in place of a choice's text behind its label. The answer is the first of these:

1. the whole text is labels ("a,c", "「ａ」と「ｃ」。", a line for each);
2. ``_announced``: the last labels behind a marker ("【回答】c,e", "the answer is (b)", JSON, TeX);
3. ``_stated``: the last labels that a sentence calls the answer ("…なのはcです", "c is correct") or
   that stand alone on a line, if the first line is not another answer: models explain behind it;
4. ``_option``: the one label in front of a text ("c: 肝硬変"), where no other choice is discussed.

Not read are alternatives ("a または d"), denials ("aではない"), verdicts ("a: ×", as the wrong ones
may be asked for), lists of all choices, lines that may be cut off, and answers that contradict each
other. A reason is no denial: 「答えはc(発熱がないため)」 is read as c. 「誤っているのはa」 is read
as a, unless the text also says what is right.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from jmed_metrics.normalize import CLOSING, CORRECTED, LINK, MARKER, OPEN, QUOTES, normalize

LABEL, TEXT = "\ue000[a-z]", "\ue001"
"""A label in the plain text; what stands behind it in place of its choice's text."""
AROUND = " :.。,、()[]{}<>「」『』【】〈〉《》\"'“”‘’"
VERDICT = (
    r"(?:[○◯〇×✕✖✗✘❌⭕✓✔](?! ?[\d(])|誤(?![嚥飲認差])|間違|不適[切当]|不要|不正解|禁忌|違|否定的"
    r"|ません|なく|(?<![少危])ない|なかっ|にく[いく]|(?<![a-z])(?:no|wrong|false|incorrect|inappropriate"
    r"|unnecessary|contraindicated|not (?:be )?(?:correct|right|appropriate|indicated|needed"
    r"|required|necessary|recommended))(?![a-z]))"
)
"""What rejects a choice."""
REASON = r"ため|ので|から|because|since|他|ほか|以外|残り|other|\([^()]*(?<!で)は"
REJECTED = re.compile(rf"(?!.*(?:{REASON})).*{VERDICT}")
"""A verdict that is no reason, and not said of something else."""
ITEM = r"(?:(?:[-+•・●|#>]|\(?\d{1,2}[.):]) ?)*+"
"""What numbers the lines of a list or points to them."""
OPENS, CLOSES, END = rf"(?:{OPEN} ?)*+", rf"(?: ?[{CLOSING}]|[{QUOTES}])*+", r"[ .。]*+$"
ONE = rf"{LABEL}{TEXT}?{CLOSES}(?: ?\((?![^()\n]*{VERDICT})[^()\n]*+\))?"
AND = r" ?(?:[、,・/&;+]+(?: ?and(?![a-z]))?|と|and(?![a-z])|及び|および) ?"
LIST = rf"{ONE}(?:(?>{AND}| (?!\()|(?=[「『【])){OPENS}{ONE})*+"
LINES = rf"{LIST}(?:[.。,、]?\n{ITEM}{OPENS}{LIST}(?=[ .。,、]*$))*+"
"""Labels on one line; the same on several lines."""
CLAIM = (
    r"(?P<claim>です(?!か)|の[2-5]つ|でした(?!ら)|である|でしょう(?!か)|だ(?:[。と]|ろう(?!か)|$)"
    r"|と(?:考|思|な|判断|します|する)|に(?:な|該当|当)|を選[択びぶん]"
    r"|(?:is|are) (?:the )?(?:correct|right|best|most)"
    r"|が(?:正し|正解|適切|適当|妥当|答え|最も|もっとも|該当|考え|残[るり])(?!い?か|でな))"
)
DENIED = "ない|ません|なく|なかっ|にく[いく]|誤|違|低|がち|した場合"
"""What says that the labels before it are the answer; what takes that back."""
FOLLOWED = re.compile(
    r"(?![ ,、]*(?:または|又は|もしくは|あるいは|or(?![a-z])|か[「 ]?\ue000|以外|では|じゃ|[型群]))"
    rf" ?(?:{CLAIM}|[.!]? ?$|[。【](?!{LABEL})|(?P<comma>(?:であり)?[、,;])"
    rf"|(?P<words>[:(<「『](?!{OPENS}{LABEL})|の[「『]|\.(?![a-z0-9])|(?<=[)\]] )"
    r"|(?<=[)\]])[ァ-ヶ一-龥]|(?<= )(?:[-–—ァ-ヶ一-龥]|because|since)))",
    re.MULTILINE,
)
"""Behind labels: that they are all, or the words of a choice or a reason; no other choice."""
MARKED = re.compile(
    rf"(?:{MARKER}|(?P<again>{CORRECTED.pattern})(?:します。)?)"
    rf"(?P<link>{LINK}{OPENS}\n?{ITEM}{OPENS})(?P<list>{LIST})"
)
"""Labels behind what announces an answer, or another one in its place."""
STATED = re.compile(
    r"(?:(?P<weak>(?<![^。\n])|both|なく|として|[;:!?」』】]|(?<!\ue000[a-z])[、,]|(?<=[a-z]{2})\.|で"
    r"|(?:適切|適当|妥当|正し|最も)[^。、\n\ue000は]{0,20}は)|(?<=[の肢号])は[、,]?|(?<=[るす])と"
    r"|より|よって|がって|選択肢|番号|option|choice"
    rf"|(?<![a-z])i(?: will| would|'d)? (?:choose|select|pick))(?: |{OPEN})*+(?P<list>{LIST})"
)
"""Labels in a sentence, behind what shows that they are no part of a word; weak: if claimed."""
LONE = re.compile(rf"^(?P<item>{ITEM}){OPENS}(?P<list>{LINES}){END}", re.MULTILINE)
HEAD = re.compile(rf"^{ITEM}{OPENS}({LABEL})(?P<rest>(?: ?[^ a-z\n]| is |$).*)", re.MULTILINE)
FRONT = re.compile(rf"(?<![^\n]\(){LABEL}(?= ?\(|{TEXT}| ?[:.)](?![a-z0-9]))")
FURTHER = re.compile(
    rf"(?:と|または|又は|もしくは|あるいは|(?<![a-z])(?:and|or)) ?{OPENS}({LABEL})(?! ?は| [a-z])"
)
"""Lines of labels only; a line that begins with one; one in front of a text; beside another."""
DISCUSSION = re.compile("(?:各|他の)(?:選択肢|疾患|所見|項目)|選択肢の(?:評価|検討|分析|解説)")
EXPLANATION = re.compile(r"\W*(?:解説|理由|説明|根拠|explanation|rationale|reason)")
RIGHT, WRONG = "正しい|(?<!不)適切な|妥当な", "誤って|ない|不適切な|禁忌"
"""Where labels are called both, the question asks for one of the two."""
SIGHT = 200
"""How many characters around labels are looked at."""


def read_letters(
    text: str, labels: Sequence[str], *, choices: Sequence[str] = (), asked: int | None = None
) -> frozenset[str]:
    """The labels that ``text`` chooses, all of them among ``labels`` (small letters).

    choices: the texts that the labels stand for, in their order; without them several lines with a
    text are not read. asked: how many are to be chosen, where known. Empty if ``text`` chooses none
    or cannot be read, and for a question without labels. It takes a time that grows with the length
    of ``text`` only.
    """
    found: list[str] = []
    for form in dict.fromkeys((text, text.translate(_circled(labels, choices)))):
        plain = _plain(form, labels, choices, asked or 0)
        found = found or _letters(LONE.fullmatch(plain)) or _announced(plain) or _stated(plain)
        found = found or (_option(plain) if form == text else [])
    is_list = "\n" in plain if asked is None else asked < len(labels)
    return frozenset() if is_list and len(found) == len(labels) else frozenset(found)


def _circled(labels: Sequence[str], choices: Sequence[str]) -> dict[int, str]:
    """The labels, in brackets, of circled digits, if one of its own begins each of the choices."""
    digits = [choice[0] for choice in choices if len(re.findall("[①-⑳]", choice)) == 1]
    is_numbered = len(set(digits)) == len(labels) and all("①" <= each <= "⑳" for each in digits)
    numbered = zip(digits, labels, strict=False) if is_numbered else ()
    return {ord(digit): f"({label})" for digit, label in numbered}


def _plain(text: str, labels: Sequence[str], choices: Sequence[str], asked: int) -> str:
    """``text`` in one form, with its labels and the texts of the choices marked."""
    text, label = normalize(re.sub("[\ue000\ue001]", " ", text)), f"[{''.join(labels)}]"
    if asked > 1:
        once = rf"(?!{label}*({label}){label}*\2)({label}{{{asked}}})(?={CLOSES}(?:です)?{END})"
        together = re.compile(rf"(\A{OPENS}|{MARKER}{LINK}{OPENS}){once}", re.MULTILINE)
        text = together.sub(lambda found: found[1] + ",".join(found[3]), text)
    for each, choice in zip(labels, choices, strict=False):
        if meant := re.escape(normalize(choice).strip(AROUND)):
            front = rf"(?<![a-z0-9]){each}[ .:)\]>」(「『]{{1,4}}{meant}(?![a-z0-9])"
            text = re.sub(front, each + TEXT, text)
    own = rf"(?<![a-z0-9])(?={label}(?![a-z0-9_°\u00c0-\u024f]))"
    return re.sub(own, "\ue000", text) if labels else ""


def _letters(found: re.Match[str] | None) -> list[str]:
    """The labels of its list; none if they stand on several lines and do not go up."""
    listed = found["list"] if found else ""
    letters = list(dict.fromkeys(each[0][1] for each in re.finditer(ONE, listed)))
    return letters if "\n" not in listed or letters == sorted(letters) else []


def _announced(text: str) -> list[str]:
    """The labels behind the last marker behind which they can be read."""
    alone = list(_alone(text))
    for found in reversed(list(MARKED.finditer(text))):
        letters = _behind(found) if _is_linked(found) else []
        later = alone[-1][1] if alone and alone[-1][0] > found.end() else []
        if letters and set(later) <= set(letters):
            return letters
    return []


def _is_linked(found: re.Match[str]) -> bool:
    """Whether marker and labels belong together, unlike those of "b: 正解 c: 不正解"."""
    line = found.string[max(0, found.start() - SIGHT) : found.start()].split("\n")[-1]
    link, *below = found["link"].split("\n")
    if below:
        is_heading = not line or line.startswith("#")
        return not re.search(rf"{LABEL}(?! [a-z])", line) if link.strip() else is_heading
    sentence = re.split(r"[。!?;]|(?<=[a-z]{2})\. |(?<![a-z])(?:so|thus)(?![a-z])", line)[-1]
    return bool(link.strip()) or not re.search(LABEL, sentence)


def _behind(found: re.Match[str]) -> list[str]:
    """The announced labels, with those of the lines below; none if what follows leaves a doubt."""
    text, end, letters = found.string, found.end(), _letters(found)
    line, *lines = text[end : end + 5 * SIGHT].split("\n")
    sentence, after = line.split("。")[0], FOLLOWED.match(text, end)
    if not after or (after["comma"] and found["again"]):
        return []
    if after["words"] is not None and REJECTED.match(sentence.split("です")[0]):
        return []
    if after["claim"] and re.search(DENIED, sentence):
        return []
    others = {*FRONT.findall(line), *FURTHER.findall(line)}
    if len(letters) == 1 and any(other[-1] not in letters for other in others):
        return []
    return _with_lines(letters, lines, is_all=after["words"] is None)


def _with_lines(letters: list[str], lines: list[str], *, is_all: bool) -> list[str]:
    """One label with those of the lines below it, unless these may be meant as well or not.

    is_all: the label's line says no more.
    """
    heads = [head for head in takewhile(bool, map(HEAD.match, lines)) if head]
    below = [head[1][1] for head in heads]
    if not below or len(letters) > 1 or letters[0] in below:
        return letters
    stated = [head[1][1] for head in heads if head["rest"].strip(AROUND) in ("", TEXT)]
    if is_all and stated == below:
        return letters + stated if sorted(stated) == stated > letters else []
    is_remark = below[0] < letters[0] or re.search(VERDICT, heads[0]["rest"])
    return letters if is_all and is_remark and not stated else []


def _alone(text: str) -> Iterator[tuple[int, list[str]]]:
    """Where lines of labels only begin, and the labels; not of a line that may be cut off."""
    heads = [found for found in HEAD.finditer(text) if found["rest"].strip(AROUND)]
    first = {found[1][1]: found.start() for found in reversed(heads)}
    listed = DISCUSSION.search(text)
    for found in LONE.finditer(text):
        letters, start = _letters(found), found.start()
        before = {label for label in first if first[label] < start}
        is_cut = (before or (listed and listed.start() < start)) and not before.issuperset(letters)
        if letters and not (found["item"] or TEXT in found["list"] or is_cut):
            yield start, letters


def _stated(text: str) -> list[str]:
    """The last labels that are said to be the answer or stand alone, unless others are, too."""
    alone = list(_alone(text))
    is_mixed = any(set(letters) != set(alone[-1][1]) for _, letters in alone)
    called = (rf"(?:{words})[^。、\n]{{0,4}}は ?{OPEN}?{LABEL}" for words in (RIGHT, WRONG))
    if is_mixed or all(re.search(each, text) for each in called):
        return []
    first = alone[0][1] if alone and alone[0][0] == 0 else _before_explanation(text)
    said = sorted([*alone, *_claims(text)])
    last = said[-1][1] if said else first
    return last if not first or set(first) == set(last) else []


def _before_explanation(text: str) -> list[str]:
    """The label of the first line, with a text, if the next one begins to explain."""
    head = HEAD.match(text)
    is_stated = head and EXPLANATION.match(text, head.end()) and not re.search(VERDICT, head[0])
    return [head[1][1]] if head and is_stated else []


def _claims(text: str) -> Iterator[tuple[int, list[str]]]:
    """Where sentences state labels, and the labels."""
    for sentence in re.finditer("[^。\n]+。?", text):
        denied = max((each.start() for each in re.finditer(DENIED, sentence[0])), default=-1)
        for found in () if LONE.match(sentence[0]) else STATED.finditer(sentence[0]):
            after = FOLLOWED.match(sentence[0], found.end())
            if not after or after["comma"] or after["words"] is not None:
                continue
            if denied < after.start() if after["claim"] else found["weak"] is None:
                yield sentence.start() + found.start(), _letters(found)


def _option(text: str) -> list[str]:
    """The one label in front of a text, if the text does not discuss the choice."""
    if DISCUSSION.search(text) or len(set(FRONT.findall(text))) != 1:
        return []
    for found in STATED.finditer(text):
        start = found.start("list")
        if FRONT.match(text, start) and (start == 0 or TEXT not in found["list"]):
            rest = text[start + 2 :].split("\n")[0]
            is_topic = "は" in rest and found["weak"] == "" and rest.lstrip()[:1] != "("
            is_cut = rest.count("(") > rest.count(")")
            is_doubtful = is_topic or is_cut or FURTHER.search(rest) or re.search(VERDICT, rest)
            return [] if is_doubtful else _letters(found)
    return []
