"""Reading which choices a response names by letter; never a guess.

Full and half width, capital and small letters are alike. A strict pattern is tried first, then
lenient ones, and of each the last match wins, as in inspect_ai's ``parse_answers``:

1. strict: the whole text is labels ("a", "a,c", "「ａ」と「ｃ」。", "b (脳梗塞)");
2. strict: labels behind a marker ("答え: c", "正解はaとc", "the answer is (b)");
3. lenient: labels that stand by themselves ("…なのはcです。", a line "c");
4. lenient: one label in front of its text ("c: 肝硬変"), or nothing but such lines, ascending.

A letter that belongs to a word is no label: ビタミンB, HbA1c, B型肝炎, 写真(a), "a patient",
"hepatitis b". Letters written together ("ac") are not read either, as "ad" and "ace" are words of
medicine. Nor are alternatives ("a または d"), denials ("aではない") and lists of all the choices.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

from jmed_metrics.wording import CLOSE, DENIED, LINK, MARKER, OPEN, plain

SEPARATOR = r" ?(?:[、・/&;]|,(?: ?and(?![a-z]))?|と|and(?![a-z])|及び|および| ) ?"
START = (
    r"(?:^|[。:;!?」』】\n]|(?<![^a-z0-9][a-z])[、,]|(?:(?<![a-z])|(?<=[a-z]{2}))\."
    r"|(?<!また)(?<!あるい)(?<!もしく)(?<!不正解)は|(?<=[るす])と|選択肢|番号|option|choice) ?"
)
"""What stands before a label that is no part of a word; the comma of "vitamins a, d" is not it."""
NO_CHOICE = (
    r"(?![ ,、]*(?:または|又は|もしくは|あるいは|or(?![a-z])|か[「 ]?[a-h]|以外|では|じゃ|[型群]))"
)
IS = (
    r"です(?!か)|の[2-5]つ|でした|である|でしょう|だ(?:[。と]|$)|と(?:考|思|な|判断)"
    r"|に(?:な|該当|当)|is (?:the )?(?:correct|right|best|most)"
)
CLAIM = rf"(?:が(?:正し|正解|適切|適当|妥当|答え|最も|該当|考え)|を選(?:択|び|ぶ|ん)){DENIED}"
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
BEFORE_TEXT = r" ?[:.)](?![a-z0-9])| \("


class _Grammar:
    """The patterns for one question's labels."""

    def __init__(self, labels: str) -> None:
        self.size = len(labels)
        letter = rf"(?<![a-z0-9])([{re.escape(labels)}])(?![a-z0-9_°\u00c0-\u024f])"
        one = rf"(?:{OPEN} ?)*{letter}(?: ?{CLOSE})*(?: ?\([^()\n]*\))?"
        between = rf"(?:{SEPARATOR}|\n(?={letter} ?(?:\n|$)))"
        self.one = re.compile(one)
        self.some = re.compile(rf"{one}(?:{between}{one})*")
        self.whole = re.compile(rf"{one}(?:{SEPARATOR}{one})*[ 。.!]*")
        self.option = re.compile(rf"{START}{OPEN}?{letter}(?:{BEFORE_TEXT})", re.MULTILINE)
        self.mentioned = re.compile(rf"(?<![\w(°]){letter} ?[:.)](?![a-z0-9])")
        self.line = re.compile(rf"{OPEN}?{letter} ?(?:[:.)\]](?![a-z0-9]).*)?")


_grammar = cache(_Grammar)


def read_letters(text: str, labels: Sequence[str]) -> frozenset[str]:
    """The labels that ``text`` chooses, all of them among ``labels`` (small letters).

    Empty if it chooses none or cannot be read, and for a question without labels.
    """
    text = plain(text)
    if not labels or not text:
        return frozenset()
    grammar = _grammar("".join(labels))
    if grammar.whole.fullmatch(line := text.replace("\n", " ")):
        return frozenset(_letters(grammar, line))
    return (
        _last(_behind_marker(grammar, text, each) for each in _lists(grammar, text, ANNOUNCED))
        or _last(_letters(grammar, each[0]) for each in _lists(grammar, text, ALONE))
        or frozenset(_options(grammar, text))
    )


def _lists(grammar: _Grammar, text: str, around: Around) -> Iterator[re.Match[str]]:
    """Labels joined to a list that stand between the patterns ``around`` (before, behind)."""
    before, behind = around
    end = 0
    for start in before.finditer(text):
        found = grammar.some.match(text, start.end())
        if found and found.start() >= end and behind.match(text, found.end()):
            end = found.end()
            yield found


def _last(found: Iterator[list[str]]) -> frozenset[str]:
    read = [letters for letters in found if letters]
    return frozenset(read[-1]) if read else frozenset()


def _letters(grammar: _Grammar, labels: str) -> list[str]:
    """The labels of a list, without what stands in brackets behind them."""
    return [found[1] for found in grammar.one.finditer(labels)]


def _behind_marker(grammar: _Grammar, text: str, found: re.Match[str]) -> list[str]:
    """Labels behind a marker; a single one also with those that begin the lines below it."""
    letters = _letters(grammar, found[0])
    line, *below = text[found.start() :].split("\n")
    if len(letters) > 1:
        return letters
    if len(set(grammar.mentioned.findall(line))) > 1:
        return []
    return _listed(grammar, [line, *takewhile(grammar.line.fullmatch, below)])


def _options(grammar: _Grammar, text: str) -> list[str]:
    """The one label that stands in front of a text; several only if nothing else is written."""
    options = grammar.option.findall(text)
    if len({*options, *grammar.mentioned.findall(text)}) == 1:
        return options
    lines = text.split("\n")
    one_each = all(
        grammar.line.fullmatch(line) and len(set(grammar.mentioned.findall(line))) <= 1
        for line in lines
    )
    return _listed(grammar, lines) if one_each else []


def _listed(grammar: _Grammar, lines: Sequence[str]) -> list[str]:
    """The labels at the start of ``lines``; none if they go up and down or are all there are.

    Choices taken are listed in order; a choice and then remarks on others are not, and a list of
    all only repeats the question.
    """
    letters = list(dict.fromkeys(found[1] for line in lines if (found := grammar.one.match(line))))
    in_order = letters == sorted(letters) and len(letters) < grammar.size
    return letters if in_order or len(letters) == 1 else []
