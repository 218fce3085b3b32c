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

from collections.abc import Sequence

from jmed_metrics.letter_lists import Lists, Span, is_list
from jmed_metrics.letter_page import Page
from jmed_metrics.letter_patterns import (
    ALONE,
    ANNOUNCED,
    AROUND_TEXT,
    JUDGED_AT_ONCE,
    JUDGED_IN_PART,
    JUDGED_IN_SENTENCE,
    NOT_SO_IN_PART,
    OF_OTHERS,
    OPENING_SIGN,
    OPINION_IN_LINE,
    OPINION_IN_SENTENCE,
    RIGHT,
    TEXT_BEGINS,
    TOPIC_IN_LINE,
    TOPIC_SIGN,
    WRONG,
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
    labels. It takes a time that grows with the length of ``text`` only.
    """
    text = normalize(text)
    if not labels or not text:
        return frozenset()
    grammar = grammar_of("".join(labels))
    one_line = text.replace("\n", " ")
    if is_list(grammar, text, remarks=True) or is_list(grammar, one_line, remarks=False):
        return frozenset(_letters(grammar, text))
    offered = {
        label: normalize(choice).strip(AROUND_TEXT)
        for label, choice in zip(labels, choices, strict=False)
    }
    page, lists = Page(grammar, text, offered), Lists(grammar, text)
    return frozenset(_announced(page, lists) or _alone(page, lists) or _options(page))


def _letters(grammar: Grammar, labels: str) -> list[str]:
    """The labels of a list, without what stands in brackets behind them."""
    return [found[1] for found in grammar.one.finditer(labels)]


def _announced(page: Page, lists: Lists) -> list[str]:
    """The labels behind the last marker behind which they can be read."""
    for found in reversed(list(lists.between(ANNOUNCED))):
        if letters := _behind_marker(page, found):
            return letters
    return []


def _behind_marker(page: Page, found: Span) -> list[str]:
    """Labels behind a marker; a single one also with those that begin the lines below it."""
    letters = _letters(page.grammar, page.text[found.start : found.end])
    if len(letters) > 1:
        return letters
    below, stated = page.block_below(found.start), page.is_stated(found.start)
    if below and stated and below.stated:
        together = list(dict.fromkeys((*letters, *below.letters)))
        if listed := _in_order(page.grammar, together):
            return listed
    if _names_more(page, found.start) or _has_rivals(page, found):
        return []
    if below:
        is_remark = letters[0] >= below.letters[0] or below.is_opinion
        return letters if stated and is_remark and not below.may_state else []
    return [] if _is_denied(page, found.end) and not page.has_text(found.start) else letters


def _names_more(page: Page, place: int) -> bool:
    """Whether from ``place`` on its line has another label before a text or behind a bracket.

    As in "a (…) と c".
    """
    names = {
        label
        for label, mention in page.grammar.mentions_ahead.items()
        if page.is_ahead(mention, place + 1)
    }
    if own := page.grammar.named.match(page.text, place):
        names.add(own[1])
    return len(names) > 1 or page.is_ahead(page.grammar.joined_ahead, place)


def _is_denied(page: Page, place: int) -> bool:
    """Whether behind the label that ends at ``place`` an opinion takes it back.

    The opinion is the whole text or bracket. A reason ("発熱がないため"), a remark in a bracket
    ("感染はない") and an opinion on the other choices are none.
    """
    if page.is_ahead(OF_OTHERS, place):
        return False
    if JUDGED_AT_ONCE.match(page.text, place):
        return True
    begun = TEXT_BEGINS.match(page.text, place)
    if not begun:
        return False
    sought = [NOT_SO_IN_PART, JUDGED_IN_SENTENCE]
    if not begun[0].endswith("("):
        sought.append(JUDGED_IN_PART)
    return any(page.is_ahead(each, begun.end()) for each in sought)


def _alone(page: Page, lists: Lists) -> list[str]:
    """The last labels by themselves; none if they may head the discussion of a choice."""
    found = list(lists.between(ALONE))
    if not found or (RIGHT.search(page.text) and WRONG.search(page.text)):
        return []
    last = found[-1]
    heading = _has_rivals(page, last) or _is_next(page, last)
    return [] if heading else _letters(page.grammar, page.text[last.start : last.end])


def _options(page: Page) -> list[str]:
    """The one label that stands in front of a text; several if nothing else is written."""
    first = page.blocks[0]
    if first and all(page.blocks):
        listed = _in_order(page.grammar, list(first.letters)) if first.stated else []
        if listed or len(page.lines) > 1:
            return listed
    options = list(page.grammar.option.finditer(page.text))
    letters = {found[1] for found in options}
    if len(letters.union(page.grammar.mentioned.findall(page.text))) != 1:
        return []
    is_discussed = any(_is_discussed(page, *found.span(1)) for found in options)
    return [] if is_discussed else list(letters)


def _in_order(grammar: Grammar, letters: list[str]) -> list[str]:
    """``letters``, the labels that begin lines, if they are an answer.

    None if they go up and down or are all there are: choices taken are listed in order; a choice
    and then remarks on others are not, and a list of all only repeats the question.
    """
    in_order = letters == sorted(letters) and len(letters) < grammar.size
    return letters if in_order or len(letters) == 1 else []


def _is_discussed(page: Page, start: int, end: int) -> bool:
    """Whether behind the label from ``start`` to ``end`` stands what is thought of the choice."""
    if OPENING_SIGN.match(page.text, end):
        return True
    if not page.begins_line(start):
        return page.is_ahead(OPINION_IN_SENTENCE, end)
    topic = TOPIC_SIGN.match(page.text, end)
    return page.is_ahead(OPINION_IN_LINE, end) or bool(
        topic and page.is_ahead(TOPIC_IN_LINE, topic.end())
    )


def _has_rivals(page: Page, found: Span) -> bool:
    """Whether ``found`` fills a line and another label does, too: headings of a discussion."""
    if not page.fills_line(found):
        return False
    letters = _letters(page.grammar, page.text[found.start : found.end])
    return not page.headings.issubset(letters)


def _is_next(page: Page, found: Span) -> bool:
    """Whether ``found`` may be cut off in a discussion of the choices.

    It fills a line below those on other labels, or ends the text within a sentence on one: "b: C".
    """
    about = page.grammar.about
    *above, line = page.text[: found.start].split("\n")
    if not page.fills_line(found):
        sentence = line.rpartition("。")[2]
        return found.end == len(page.text) and bool(about.match(sentence))
    others = {m[1] for each in above if (m := about.match(each))}
    letters = _letters(page.grammar, page.text[found.start : found.end])
    return bool(others) and not others.issuperset(letters)
