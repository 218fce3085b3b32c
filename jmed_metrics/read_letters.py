"""Reading which choices a response names by letter; never a guess.

Full and half width, capital and small letters are alike. The strictest form that is there is read,
and of several statements of one form the last:

1. the whole text is labels ("a,c", "「ａ」と「ｃ」。", "b (脳梗塞)") or choices, a line for each;
2. labels behind a marker ("【回答】c,e", "正解はaとc", "the answer is (b)", ``{"answer": ["a"]}``);
3. labels that stand by themselves ("…なのはcです。", a line "c"), if the first line is not another
   answer: models also answer first and explain then;
4. one label in front of its text ("c: 肝硬変").

Lines that begin with a label choose them all only if nothing else stands on them or the text of the
choice as offered, ascending and not all there are. Other such lines discuss the choices, and so do
lists of ○ and ×: the text does not say whether the right or the wrong ones are asked for. They are
not read. A label with a verdict ("a: ×") is not read either. A label at the end of a discussion is
not, because it may have been cut off. A reason behind a marker is no verdict:
「答えはc(発熱がないため)」 is read as c. 「誤っているのはa」 is read as a, unless the text also
says what is right.

A letter that belongs to a word is no label: ビタミンB, HbA1c, B型肝炎, 写真(a), "a patient".
Letters written together ("ac") are labels only where they are the whole answer and exactly as many
as are asked for, as "ad" and "ace" are words of medicine. Circled digits are labels where they
begin the texts of the choices. Alternatives ("a または d"), denials ("aではない") and lists of all
the choices are not read.
"""

import re
from collections.abc import Iterator, Sequence

from jmed_metrics.letter_grammar import (
    ALONE_AFTER,
    ALONE_BEFORE,
    ANNOUNCED_AFTER,
    AROUND,
    BEFORE,
    BEGINS_TEXT,
    DENIED,
    DISCUSSION,
    EXPLANATION,
    JUDGMENT,
    MARKED,
    NOT_SO,
    OF_OTHERS,
    OPENING,
    OPINION,
    REJECTED,
    RIGHT,
    WRONG,
    grammar_of,
)
from jmed_metrics.letter_page import SIGHT, Head, Page
from jmed_metrics.normalize import CORRECTED, normalize

NEAR = 16
"""Within how many characters behind a correction the new answer begins and ends."""


def read_letters(
    text: str, labels: Sequence[str], *, choices: Sequence[str] = (), asked: int | None = None
) -> frozenset[str]:
    """The labels that ``text`` chooses, all of them among ``labels`` (small letters).

    choices: the texts that the labels stand for, in their order; without them several lines with a
    text are not read. asked: how many are to be chosen, where known. Empty if ``text`` chooses none
    or cannot be read, and for a question without labels. It takes a time that grows with the length
    of ``text`` only.
    """
    if not labels:
        return frozenset()
    grammar = grammar_of("".join(labels))
    offered = {
        label: normalize(choice).strip(AROUND)
        for label, choice in zip(labels, choices, strict=False)
    }
    page = Page(grammar, grammar.apart(normalize(text), asked or 0), offered)
    found = _corrected(page, _whole(page) or _announced(page) or _alone(page) or _option(page))
    if asked and len(found) < asked > 1 and (bare := _without_texts(page)):
        whole = _whole(bare) or _announced(bare)
        found = whole if len(set(whole)) == asked else found
    lettered = text.translate(_circled(labels, choices))
    if not found and lettered != text:
        page = Page(grammar, normalize(lettered), offered)
        found = _whole(page) or _announced(page) or _alone(page)
    if asked is not None and asked < len(found) == len(labels):
        return frozenset()  # a list of all choices
    return frozenset(found)


def _without_texts(page: Page) -> Page | None:
    """The page without the choices' texts behind their labels ("a. 肝切除とc. TACE": "aとc")."""
    texts = [
        rf"(?<![a-z0-9])({label})[ .:)]{{1,3}}{re.escape(text)}(?![a-z0-9])"
        for label, text in page.offered.items()
        if text
    ]
    whole = "\n".join(page.lines)
    shorter = whole
    for text in texts:
        shorter = re.sub(text, r"\1", shorter)
    if shorter == whole:
        return None
    joined = re.sub(
        rf"(?<=[{''.join(page.offered)}])[\n ]+(?=[{''.join(page.offered)}](?![a-z]))", ",", shorter
    )
    return Page(page.grammar, joined, page.offered)


def _corrected(page: Page, found: list[str]) -> list[str]:
    """``found``, or the labels that a correction behind it puts in their place."""
    text = "\n".join(page.lines)
    for correction in CORRECTED.finditer(text):
        start = correction.end()
        later = page.grammar.list.search(text, start, start + NEAR)
        if found and later and ANNOUNCED_AFTER.match(text, later.end()):
            found = page.letters(later[0])
    return found


def _circled(labels: Sequence[str], choices: Sequence[str]) -> dict[int, str]:
    """The labels, in brackets, of circled digits, if one of its own begins each of the choices."""
    digits = [re.findall("[①-⑳]", choice) for choice in choices]
    is_numbered = all(
        len(each) == 1 and choice.startswith(each[0])
        for each, choice in zip(digits, choices, strict=True)
    )
    table = {
        ord(each[0]): f"({label})" for each, label in zip(digits, labels, strict=False) if each
    }
    return table if is_numbered and len(table) == len(labels) else {}


def _whole(page: Page) -> list[str]:
    """The labels of a text that is nothing else, or of lines that all state a choice."""
    if len(page.lines) == 1 and (found := page.grammar.all.fullmatch(page.lines[0])):
        return page.letters(found[0])
    heads = [head for head in page.heads if head and page.is_stated(head)]
    return _in_order(page, heads) if len(heads) == len(page.lines) else []


def _in_order(page: Page, heads: Sequence[Head]) -> list[str]:
    """The labels, if they go up and are not all there are: else the choices are discussed."""
    letters = list(dict.fromkeys(head.label for head in heads))
    return letters if letters == sorted(letters) and len(letters) < page.grammar.size else []


def _announced(page: Page) -> list[str]:
    """The labels behind the last marker behind which they can be read."""
    for number in reversed(range(len(page.lines))):
        for marker in reversed(list(MARKED.finditer(page.lines[number]))):
            if letters := _behind(page, number, marker):
                return letters
    return []


def _behind(page: Page, number: int, marker: re.Match[str]) -> list[str]:
    """The labels behind a marker of the line with this number."""
    line = marker.string
    found = page.grammar.list.match(line, marker.end())
    after = ANNOUNCED_AFTER.match(line, found.end()) if found else None
    if not found or not after or _ends_another(page, marker, after):
        return []
    rest = line[found.end() : found.end() + SIGHT]
    if after["claim"] and DENIED.search(rest.split("。")[0]):
        return []
    letters = page.letters(found[0])
    return letters if len(letters) > 1 else _single(page, number, Head(letters[0], rest))


def _ends_another(page: Page, marker: re.Match[str], after: re.Match[str]) -> bool:
    """Whether "正解 c" may be an end and a beginning, as in "b: 正解 c: 不正解"."""
    is_linked = marker["link"].strip() or marker.end("link") < marker.end()
    before = re.split("[。.!?;]", marker.string[max(0, marker.start() - SIGHT) : marker.start()])
    return not is_linked and (after["end"] is None or bool(page.grammar.one.search(before[-1])))


def _single(page: Page, number: int, head: Head) -> list[str]:
    """The one label behind a marker, with those of the lines below; none if that is uncertain."""
    below, stated = page.below(number), page.is_stated(head)
    are_stated = below and stated and all(map(page.is_stated, below))
    if are_stated and (letters := _in_order(page, [head, *below])):
        return letters
    rivals = {found[found.lastindex or 0] for found in page.grammar.rival.finditer(head.rest)}
    if page.runs and page.runs[-1][0] > number and not page.is_cut:
        rivals.update(page.runs[-1][1])
    if rivals - {head.label} or (not stated and _is_denied(head.rest.split("。")[0])):
        return []
    if not below or head.label in [each.label for each in below]:
        return [head.label]
    is_remark = head.label > below[0].label or OPINION.search(below[0].rest)
    return [head.label] if stated and is_remark and not any(map(page.may_state, below)) else []


def _is_denied(sentence: str) -> bool:
    """Whether what stands behind a label takes it back.

    It does if a part is a verdict, or if the text, not a remark in brackets, ends with one. A
    reason ("発熱がないため") and an opinion on the other choices do not.
    """
    if OF_OTHERS.search(sentence):
        return False
    parts = [part.strip(AROUND) for part in re.split(r"[(),、]", sentence)]
    if any(map(JUDGMENT.fullmatch, parts)):
        return True
    ends = bool(REJECTED.search(parts[0])) or any(map(NOT_SO.search, parts))
    return ends and bool(BEGINS_TEXT.match(sentence))


def _alone(page: Page) -> list[str]:
    """The last labels by themselves; none if they may head the discussion of a choice."""
    text = "\n".join(page.lines)
    if RIGHT.search(text) and WRONG.search(text):
        return []
    runs = page.runs[:-1] if page.is_cut else page.runs
    if any(set(letters) - set(runs[-1][1]) for _, letters in runs):
        return []
    first = runs[0][1] if page.bare[0] else _before_explanation(page)
    found = [] if page.is_cut else sorted([*_statements(page), *runs], key=lambda each: each[0])
    last = found[-1][1] if found else first
    return last if not first or set(first) == set(last) else []


def _before_explanation(page: Page) -> list[str]:
    """The label of the first line, with a text, if the next one begins to explain."""
    head = page.heads[0]
    is_first = head and len(page.lines) > 1 and EXPLANATION.match(page.lines[1])
    return [head.label] if head and is_first and not OPINION.search(head.rest) else []


def _statements(page: Page) -> Iterator[tuple[int, list[str]]]:
    """The labels by themselves within sentences, with the numbers of their lines."""
    for number, sentence in page.sentences():
        if page.bare[number]:
            continue
        denied = max((found.start() for found in DENIED.finditer(sentence[0])), default=-1)
        is_headed = page.head(sentence[0]) is not None
        for found in page.grammar.list.finditer(sentence[0]):
            letters = page.letters(found[0])
            if len(letters) < page.grammar.size and _is_said(found, denied, is_headed=is_headed):
                yield number, letters


def _is_said(found: re.Match[str], denied: int, *, is_headed: bool) -> bool:
    """Whether labels stand by themselves in a sentence whose last denial is at ``denied``.

    is_headed: a label begins the sentence, so that labels at its end may be cut off: "b: C".
    """
    after = ALONE_AFTER.match(found.string, found.end())
    if not after or not _begins(found):
        return False
    if after["claim"]:
        return denied < after.end("claim")
    return not (is_headed and after["end"] is not None)


def _begins(found: re.Match[str]) -> bool:
    """Whether the text in front of labels shows that they are no part of a word."""
    before = found.string[max(0, found.start() - BEFORE) : found.start()]
    return bool(ALONE_BEFORE.search(before.rstrip(OPENING)))


def _option(page: Page) -> list[str]:
    """The one label that stands in front of a text, if the text does not discuss the choice."""
    if (len(page.lines) > 1 and all(page.heads)) or any(map(DISCUSSION.search, page.lines)):
        return []
    options: set[str] = set()
    named: set[str] = set()
    for number, sentence in page.sentences():
        named.update(page.grammar.named.findall(sentence[0]))
        fronts = [each for each in page.grammar.list.finditer(sentence[0]) if _is_front(page, each)]
        options.update(*(page.letters(each[0]) for each in fronts))
        if fronts and _is_discussed(page.lines[number], sentence, fronts[0].start()):
            return []
    return list(options) if options and len(options | named) == 1 else []


def _is_front(page: Page, found: re.Match[str]) -> bool:
    """Whether labels stand in front of a text, and not in a bracket behind it."""
    text, start = found.string, found.start()
    is_remark = start > 1 and text[start - 1] == "("
    return bool(page.grammar.option.match(text, start + 1)) and not is_remark and _begins(found)


def _is_discussed(line: str, sentence: re.Match[str], start: int) -> bool:
    """Whether the label at ``start`` is followed by what is thought of the choice."""
    if start > 1 or sentence.start() > 0:
        return bool(OPINION.search(sentence[0][start + 1 :]))
    rest = line[start + 1 :]
    is_topic = rest.lstrip()[:1] in (":", ".", ")") and "は" in rest
    return is_topic or bool(OPINION.search(rest))
