"""Reading which choices a response names by letter; never a guess.

Full and half width, capital and small letters are alike. A strict pattern is tried first, then
lenient ones, and of each the last match wins, as in inspect_ai's ``parse_answers``:

1. strict: the whole text is labels ("a", "a,c", "「ａ」と「ｃ」。", "b (脳梗塞)");
2. strict: labels behind a marker ("答え: c", "正解はaとc", "the answer is (b)");
3. lenient: labels that stand by themselves ("…なのはcです。", a line "c");
4. lenient: one label in front of its text ("c: 肝硬変").

Several lines that begin with a label choose them all only if nothing else stands on them ("b",
"d") or the rest of each is that choice's text as offered, ascending and not all there are. Other
such lines discuss the choices one by one, and so do lists of ○ and ×, even complete ones: which of
the two is asked for, the text does not say. They are not read, nor is a label with a verdict
("a: ×", "a (不要)"), nor a line of its own at the end of a discussion: it may have been cut off.
Behind a marker a reason is no verdict: 「答えはc(発熱がないため)」 is read as c.
「誤っているのはa」 is read as a, as it repeats a question for what is wrong, unless the text also
says what is right.

A letter that belongs to a word is no label: ビタミンB, HbA1c, B型肝炎, 写真(a), "a patient",
"hepatitis b". Letters written together ("ac") are not read either, as "ad" and "ace" are words of
medicine. Nor are alternatives ("a または d"), denials ("aではない") and lists of all the choices.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from jmed_metrics.letter_patterns import (
    ALONE,
    ANNOUNCED,
    AROUND_TEXT,
    DENIAL,
    OPINION,
    RIGHT,
    TOPIC,
    WRONG,
    Around,
    Grammar,
    grammar_of,
)
from jmed_metrics.normalize import normalize


def read_letters(
    text: str, labels: Sequence[str], *, choices: Sequence[str] = ()
) -> frozenset[str]:
    """The labels that ``text`` chooses, all of them among ``labels`` (small letters).

    choices: the texts that the labels stand for, in their order; without them several lines with a
    text are not read. Empty if ``text`` chooses none or cannot be read, and for a question without
    labels.
    """
    text = normalize(text)
    if not labels or not text:
        return frozenset()
    grammar = grammar_of("".join(labels))
    if grammar.whole.fullmatch(text) or grammar.labels.fullmatch(text.replace("\n", " ")):
        return frozenset(_letters(grammar, text))
    offered = {
        label: _core(normalize(choice)) for label, choice in zip(labels, choices, strict=False)
    }
    return (
        _last(_behind_marker(grammar, text, m, offered) for m in _lists(grammar, text, ANNOUNCED))
        or frozenset(_alone(grammar, text))
        or frozenset(_options(grammar, text, offered))
    )


def _core(text: str) -> str:
    return text.strip(AROUND_TEXT)


def _lists(grammar: Grammar, text: str, around: Around) -> Iterator[re.Match[str]]:
    """Labels joined to a list that stand between the patterns ``around`` (before, behind)."""
    before, behind = around
    end = 0
    for start in before.finditer(text):
        found = grammar.some.match(text, start.end())
        if found and found.start() >= end and behind.match(text, found.end()):
            end = found.end()
            yield found


def _last(found: Iterable[list[str]]) -> frozenset[str]:
    read = [letters for letters in found if letters]
    return frozenset(read[-1]) if read else frozenset()


def _letters(grammar: Grammar, labels: str) -> list[str]:
    """The labels of a list, without what stands in brackets behind them."""
    return [found[1] for found in grammar.one.finditer(labels)]


def _behind_marker(
    grammar: Grammar, text: str, found: re.Match[str], offered: Mapping[str, str]
) -> list[str]:
    """Labels behind a marker; a single one also with those that begin the lines below it."""
    letters = _letters(grammar, found[0])
    line, *below = text[found.start() :].split("\n")
    below = list(takewhile(grammar.line.fullmatch, below))
    if len(letters) > 1:
        return letters
    if below and (listed := _listed(grammar, [line, *below], offered)):
        return listed
    if _names_more(grammar, line) or _has_rivals(grammar, text, found):
        return []
    if below:
        taken = _is_stated(grammar, line, offered) and _are_remarks(grammar, line, below, offered)
        return letters if taken else []
    denied = DENIAL.match(line, len(found[0])) and not _has_text(grammar, line, offered)
    return [] if denied else letters


def _names_more(grammar: Grammar, line: str) -> bool:
    """Whether ``line`` has another label in front of a text or behind a bracket: "a (…) と c"."""
    return len(set(grammar.mentioned.findall(line))) > 1 or bool(grammar.joined.search(line))


def _are_remarks(
    grammar: Grammar, line: str, below: Sequence[str], offered: Mapping[str, str]
) -> bool:
    """Whether the lines ``below`` an answer discuss choices and do not choose more of them.

    None may be a choice's text, be it cut off; and if the first goes on in the order of the labels,
    it must be an opinion: with a reason behind each, it could be a list of answers.
    """
    if any(_may_state(grammar, each, offered) for each in below):
        return False
    answer, first = (m[1] for m in map(grammar.one.match, (line, below[0])) if m)
    return first <= answer or bool(OPINION.search(below[0]))


def _may_state(grammar: Grammar, line: str, offered: Mapping[str, str]) -> bool:
    """Whether ``line`` is a label with nothing or its text behind it, even if it was cut off."""
    found = grammar.head.fullmatch(line)
    return bool(found and offered.get(found[1], "").startswith(_core(found[2])))


def _alone(grammar: Grammar, text: str) -> list[str]:
    """The last labels by themselves; none if they may head the discussion of a choice."""
    lists = list(_lists(grammar, text, ALONE))
    if not lists or (RIGHT.search(text) and WRONG.search(text)):
        return []
    last = lists[-1]
    heading = _has_rivals(grammar, text, last) or _is_next(grammar, text, last)
    return [] if heading else _letters(grammar, last[0])


def _options(grammar: Grammar, text: str, offered: Mapping[str, str]) -> list[str]:
    """The one label that stands in front of a text; several if nothing else is written."""
    lines = text.split("\n")
    if all(map(grammar.line.fullmatch, lines)):
        listed = _listed(grammar, lines, offered)
        if listed or len(lines) > 1:
            return listed
    options = list(grammar.option.finditer(text))
    letters = {found[1] for found in options}
    if len(letters.union(grammar.mentioned.findall(text))) != 1:
        return []
    return [] if any(_is_discussed(text, found) for found in options) else list(letters)


def _listed(grammar: Grammar, lines: Sequence[str], offered: Mapping[str, str]) -> list[str]:
    """The labels at the start of ``lines``, if nothing or the text of the choice stands behind.

    None if they go up and down or are all there are: choices taken are listed in order; a choice
    and then remarks on others are not, and a list of all only repeats the question.
    """
    if not all(_is_stated(grammar, line, offered) for line in lines):
        return []
    letters = list(dict.fromkeys(found[1] for line in lines if (found := grammar.one.match(line))))
    in_order = letters == sorted(letters) and len(letters) < grammar.size
    return letters if in_order or len(letters) == 1 else []


def _is_stated(grammar: Grammar, line: str, offered: Mapping[str, str]) -> bool:
    return bool(grammar.bare.fullmatch(line)) or _has_text(grammar, line, offered)


def _has_text(grammar: Grammar, line: str, offered: Mapping[str, str]) -> bool:
    """Whether ``line`` is a label and the text of its choice, as offered."""
    found = grammar.head.fullmatch(line)
    return bool(found and (text := _core(found[2])) and text == offered.get(found[1]))


def _is_discussed(text: str, found: re.Match[str]) -> bool:
    """Whether behind the label ``found`` stands what is thought of the choice, not its text."""
    rest = text[found.end() :].partition("\n")[0]
    if text[: found.start(1)].rpartition("\n")[2].strip(AROUND_TEXT):
        return bool(OPINION.search(rest.partition("。")[0]))
    return bool(OPINION.search(rest) or TOPIC.match(rest))


def _has_rivals(grammar: Grammar, text: str, found: re.Match[str]) -> bool:
    """Whether ``found`` fills a line and another label does, too: headings of a discussion."""
    if not _fills_line(text, found):
        return False
    headings = {m[1] for line in text.split("\n") if (m := grammar.heading.fullmatch(line))}
    return not headings.issubset(_letters(grammar, found[0]))


def _is_next(grammar: Grammar, text: str, found: re.Match[str]) -> bool:
    """Whether ``found`` may be cut off in a discussion of the choices.

    It fills a line below those on other labels, or ends the text within a sentence on one: "b: C".
    """
    *above, line = text[: found.start()].split("\n")
    if not _fills_line(text, found):
        sentence = line.rpartition("。")[2]
        return found.end() == len(text) and bool(grammar.about.match(sentence))
    others = {m[1] for each in above if (m := grammar.about.match(each))}
    return bool(others) and not others.issuperset(_letters(grammar, found[0]))


def _fills_line(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()].rpartition("\n")[2]
    behind = text[found.end() :].partition("\n")[0]
    return not (before + behind).strip(" 。.!")
