"""Reading which choices a response names by letter; never a guess.

The text is made plain first (``_plain``): one width, small letters, no marks of Markdown or TeX. A
private character then stands in front of each letter that is a label and no part of a word, and
another one in place of a choice's text behind its label. Of these the first that gives labels is
the answer:

1. ``_whole``: the text is labels and nothing else ("a,c", "「ａ」と「ｃ」。", a line for each);
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
"""What may stand around the text of a choice and says nothing."""
SIGN = "[○◯〇×✕✖✗✘❌⭕✓✔]"
VERDICT = (
    rf"(?:{SIGN}(?! ?[\d(])|誤(?![嚥飲認差])|間違|不適[切当]|不要|不正解|禁忌|違|否定的|ません|なく"
    r"|(?<![少危])ない|なかっ|にく[いく]|(?<![a-z])(?:no|wrong|false|incorrect|inappropriate"
    r"|unnecessary|contraindicated|not (?:be )?(?:correct|right|appropriate|indicated|needed"
    r"|required|necessary|recommended))(?![a-z]))"
)
REASON = r"ため|ので|から|because|since|他|ほか|以外|残り|other|\([^()]*(?<!で)は"
"""What rejects a choice; what says that this is a reason, or is said of something else."""
ITEM = r"(?:(?:[-+•・●|#>]|\(?\d{1,2}[.):]) ?)*+"
"""What numbers the lines of a list or points to them."""
OPENS, CLOSES, END = rf"(?:{OPEN} ?)*+", rf"(?: ?[{CLOSING}]|[{QUOTES}])*+", r"[ .。]*+$"
REMARK = rf"(?: ?\((?! ?{SIGN} ?\)|[^()\n]*{VERDICT})[^()\n]*+\))?"
ONE = rf"{LABEL}{TEXT}?{CLOSES}{REMARK}"
AND = r" ?(?:[、,・/&;+]+(?: ?and(?![a-z]))?|と|and(?![a-z])|及び|および) ?"
LIST = rf"{ONE}(?:(?>{AND}| (?!\()|(?=[「『【])){OPENS}{ONE})*+"
LINES = rf"{LIST}(?:[.。,、]?\n{ITEM}{OPENS}{LIST}(?=[ .。,、]*$))*+"
"""Labels on one line; the same on several lines."""
CLAIM = (
    r"(?P<claim>です(?!か)|の[2-5]つ|でした(?!ら)|である|でしょう(?!か)|だ(?:[。と]|$)"
    r"|と(?:考|思|な|判断)|に(?:な|該当|当)|を選[択びぶん]|is (?:the )?(?:correct|right|best|most)"
    r"|が(?:正し|正解|適切|適当|妥当|答え|最も|もっとも|該当|考え|残[るり])(?!い?か|でな))"
)
DENIED = "ない|ません|なく|なかっ|にく[いく]|誤|違|低|がち|した場合"
"""What says that the labels before it are the answer; what takes that back."""
NO_CHOICE = (
    r"(?![ ,、]*(?:または|又は|もしくは|あるいは|or(?![a-z])|か[「 ]?\ue000|以外|では|じゃ|[型群]))"
)
SAID = re.compile(
    rf"{NO_CHOICE} ?(?:{CLAIM}|[.!]? ?$|。|(?P<comma>(?:であり)?[、,;]))", re.MULTILINE
)
WORDS = re.compile(
    rf"{NO_CHOICE}(?: ?[:(<「『](?!{OPENS}{LABEL})| ?の[「『]|\.(?![a-z0-9])|(?<=[)\]])[ ァ-ヶ一-龥]"
    r"| (?:[-–—ァ-ヶ一-龥]|because|since))"
)
"""Behind announced labels: that they are all; the words of a choice, or a reason."""
MARKED = re.compile(
    rf"(?:{MARKER}|(?P<again>{CORRECTED.pattern})(?:します。)?)"
    rf"(?P<link>{LINK}{OPENS}\n?{ITEM}{OPENS})(?P<list>{LIST})"
)
"""Labels behind what announces an answer, or another one in its place."""
STATED = re.compile(
    r"(?:(?P<weak>^|[;:!?」』】]|(?<!\ue000[a-z])[、,]|(?<=[a-z]{2})\.|で"
    r"|(?:適切|適当|妥当|正し|最も)[^。、\n\ue000は]{0,20}は)|(?<=[の肢号])は[、,]?|(?<=[るす])と|より"
    rf"|よって|がって|選択肢|番号|option|choice)(?: |{OPEN})*+(?P<list>{LIST})"
)
"""Labels in a sentence, behind what shows that they are no part of a word; weak: if claimed."""
LONE = re.compile(rf"^(?P<item>{ITEM}){OPENS}(?P<list>{LINES}){END}", re.MULTILINE)
HEAD = re.compile(
    rf"^{ITEM}{OPENS}({LABEL})(?P<rest>(?: ?[^ a-z\n]| is(?![a-z])|$).*)", re.MULTILINE
)
FRONT = re.compile(rf"(?<![^\n]\(){LABEL}(?= ?\(|{TEXT}| ?[:.)](?![a-z0-9]))")
"""Lines of labels only; a line that begins with a label; a label in front of a text."""
DISCUSSION = re.compile("(?:各|他の)(?:選択肢|疾患|所見|項目)|選択肢の(?:評価|検討|分析|解説)")
EXPLANATION = re.compile(r"\W*(?:解説|理由|説明|根拠|explanation|rationale|reason)")
RIGHT, WRONG = (
    re.compile(rf"(?:{words})[^。、\n]{{0,4}}は ?{OPEN}?{LABEL}")
    for words in ("正しい|(?<!不)適切な|妥当な", "誤って|ない|不適切な|禁忌")
)
"""What calls labels right or wrong; with both in a text, the question asks for one of the two."""
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
    plain = _plain(text, labels, choices, asked or 0)
    found = _whole(plain) or _announced(plain) or _stated(plain) or _option(plain)
    lettered = text.translate(_circled(labels, choices))
    if not found and lettered != text:
        plain = _plain(lettered, labels, choices, asked or 0)
        found = _whole(plain) or _announced(plain) or _stated(plain)
    is_list = "\n" in plain if asked is None else asked < len(labels)
    return frozenset() if is_list and len(found) == len(labels) else frozenset(found)


def _circled(labels: Sequence[str], choices: Sequence[str]) -> dict[int, str]:
    """The labels, in brackets, of circled digits, if one of its own begins each of the choices."""
    digits = [choice[0] for choice in choices if len(re.findall("[①-⑳]", choice)) == 1]
    is_numbered = len(set(digits)) == len(labels) and all("①" <= each <= "⑳" for each in digits)
    return dict(zip(map(ord, digits), map("({})".format, labels))) if is_numbered else {}


def _plain(text: str, labels: Sequence[str], choices: Sequence[str], asked: int) -> str:
    """``text`` in one form, with its labels and the texts of the choices marked."""
    text, label = normalize(re.sub("[\ue000\ue001]", " ", text)), f"[{''.join(labels)}]"
    if asked > 1:
        before = rf"(\A{OPENS}|{MARKER}{LINK}{OPENS})"
        together = rf"{before}({label}{{{asked}}})(?={CLOSES}(?:です)?{END})"
        text = re.sub(together, _with_commas, text, flags=re.MULTILINE)
    for each, choice in zip(labels, choices, strict=False):
        if meant := re.escape(normalize(choice).strip(AROUND)):
            front = rf"(?<![a-z0-9]){each}[ .:)\]>」(「『]{{1,4}}{meant}(?![a-z0-9])"
            text = re.sub(front, each + TEXT, text)
    own = rf"(?<![a-z0-9])(?={label}(?![a-z0-9_°\u00c0-\u024f]))"
    return re.sub(own, "\ue000", text) if labels else ""


def _with_commas(found: re.Match[str]) -> str:
    """"ce" as "c,e", if no letter stands there twice."""
    letters = found[2]
    return found[1] + ",".join(letters) if len(set(letters)) == len(letters) else found[0]


def _letters(listed: str) -> list[str]:
    """The labels of a list; none if they stand on several lines and do not go up."""
    letters = list(dict.fromkeys(each[0][1] for each in re.finditer(ONE, listed)))
    return letters if "\n" not in listed or letters == sorted(letters) else []


def _whole(text: str) -> list[str]:
    found = LONE.fullmatch(text)
    return _letters(found["list"]) if found else []


def _announced(text: str) -> list[str]:
    """The labels behind the last marker behind which they can be read."""
    alone = list(_alone(text))
    for found in reversed(list(MARKED.finditer(text))):
        letters = _behind(found) if _is_linked(found) else []
        is_last = not alone or alone[-1][0] < found.end() or set(alone[-1][1]) <= set(letters)
        if letters and is_last:
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
    text, end, letters = found.string, found.end(), _letters(found["list"])
    said, words = SAID.match(text, end), WORDS.match(text, end)
    line, *lines = text[end : end + 5 * SIGHT].split("\n")
    sentence = line.split("。")[0]
    if said and (
        found["again"] and said["comma"] or said["claim"] and re.search(DENIED, sentence)
    ):
        return []
    meant = sentence.split("です")[0]
    if not said and (not words or re.search(VERDICT, meant) and not re.search(REASON, meant)):
        return []
    others = {*FRONT.findall(line), *re.findall(rf"(?:と|and ){OPENS}{LABEL}(?! ?は)", line)}
    if len(letters) > 1 or any(other[-1] not in letters for other in others):
        return letters if len(letters) > 1 else []
    below = [(head[1][1], head["rest"]) for head in takewhile(bool, map(HEAD.match, lines))]
    if not below or letters[0] in [label for label, _ in below]:
        return letters
    stated = [label for label, rest in below if rest.strip(AROUND) in ("", TEXT)]
    if said and len(stated) == len(below):
        return letters + stated if sorted(stated) == stated > letters else []
    is_remark = below[0][0] < letters[0] or re.search(VERDICT, below[0][1])
    return letters if said and is_remark and not stated else []


def _alone(text: str) -> Iterator[tuple[int, list[str]]]:
    """Where lines of labels only begin, and the labels; not of a line that may be cut off."""
    heads = [found for found in HEAD.finditer(text) if found["rest"].strip(AROUND)]
    first = {found[1][1]: found.start() for found in reversed(heads)}
    listed = DISCUSSION.search(text)
    for found in LONE.finditer(text):
        letters, start = _letters(found["list"]), found.start()
        before = {label for label in first if first[label] < start}
        is_cut = (before or (listed and listed.start() < start)) and not before.issuperset(letters)
        if letters and not (found["item"] or TEXT in found["list"] or is_cut):
            yield start, letters


def _stated(text: str) -> list[str]:
    """The last labels that are said to be the answer or stand alone, unless others are, too."""
    alone = list(_alone(text))
    if any(set(letters) != set(alone[-1][1]) for _, letters in alone):
        return []
    if RIGHT.search(text) and WRONG.search(text):
        return []
    first = alone[0][1] if alone and alone[0][0] == 0 else _before_explanation(text)
    said = sorted([*alone, *_claims(text)])
    last = said[-1][1] if said else first
    return last if not first or set(first) == set(last) else []


def _before_explanation(text: str) -> list[str]:
    """The label of the first line, with a text, if the next one begins to explain."""
    head = HEAD.match(text)
    explains = head and EXPLANATION.match(text, head.end() + 1) and not re.search(VERDICT, head[0])
    return [head[1][1]] if head and explains else []


def _claims(text: str) -> Iterator[tuple[int, list[str]]]:
    """Where sentences state labels, and the labels."""
    for sentence in re.finditer("[^。\n]+。?", text):
        denied = max((each.start() for each in re.finditer(DENIED, sentence[0])), default=-1)
        for found in () if LONE.match(sentence[0]) else STATED.finditer(sentence[0]):
            said = SAID.match(sentence[0], found.end())
            if not said or said["comma"]:
                continue
            if denied < said.start() if said["claim"] else found["weak"] is None:
                yield sentence.start() + found.start(), _letters(found["list"])


def _option(text: str) -> list[str]:
    """The one label in front of a text, if the text does not discuss the choice."""
    if DISCUSSION.search(text) or len(set(FRONT.findall(text))) != 1:
        return []
    for sentence in re.finditer("[^。\n]+。?", text):
        for found in STATED.finditer(sentence[0]):
            start = sentence.start() + found.start("list")
            if FRONT.match(text, start) and (start == 0 or TEXT not in found["list"]):
                rest = text[start + 2 :].split("\n")[0]
                is_topic = "は" in rest and not found.start() and rest.lstrip()[:1] != "("
                is_cut = rest.count("(") > rest.count(")")
                is_doubtful = is_topic or is_cut or re.search(VERDICT, rest)
                return [] if is_doubtful else _letters(found["list"])
    return []
