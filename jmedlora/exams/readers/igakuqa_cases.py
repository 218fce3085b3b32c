"""The cases of IgakuQA's serial questions (連問), which it publishes with the first one only.

The first question of a series begins with 「次の文を読み、…の問いに答えよ。」 and has the case and
its own question; the one or two behind it have only theirs. In the English translation no rule
tells the case from the rest: the machine that made it wrote answers and remarks behind many.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from jmedlora.exams.schema import Question

HEAD = re.compile(r"次の文を読み、(?:[0-9]{1,3}[、〜～](?P<last>[0-9]{1,3})|以下)の問いに答えよ。")
NAME = re.compile(r"(?P<section>[0-9]{3}(?P<letter>[A-F]))(?P<number>[0-9]{1,3})")
SIZES = {"B": 2, "C": 3, "E": 2, "F": 3}
"""Questions of a series by section, where its head does not say to which question it goes."""
MOST = 5
"""Questions of a series at most."""
SENTENCE = re.compile(r"[^。\n]+。?|[。\n]")
ASKS = ("どれか", "どこか", "何か")
BEHIND_TABLE = re.compile(r"(?<=[0-9])(?=この患者)")
"""Where a table without line breaks ends: nothing else tells it from the sentence behind it."""


def with_cases(questions: Iterable[Question], texts: Mapping[str, str]) -> list[Question]:
    """``questions`` with the case of each follow-up, the questions behind the first of a series.

    texts: every published text by problem_id, also of questions that are not among them.
    """
    cases = dict(_cases(texts))
    return [
        replace(each, case=cases[each.problem_id], follow_up=True)
        if each.problem_id in cases
        else each
        for each in questions
    ]


def case_of(text: str) -> str:
    """The case in the ``text`` of the first question: what stands before the last that it asks.

    "" where it asks nothing. The head stays, as on the printed page.
    """
    sentences = SENTENCE.findall(text)
    for place in range(len(sentences) - 1, -1, -1):
        if sentences[place].rstrip("。 \u3000").endswith(ASKS):
            table, *asked = BEHIND_TABLE.split(sentences[place], maxsplit=1)
            return "".join((*sentences[:place], table if asked else "")).strip()
    return ""


def _cases(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The ids of the questions behind a first one, each with its case."""
    for name, text in texts.items():
        head, parts = HEAD.match(text.lstrip()), NAME.fullmatch(name)
        if head and parts:
            case, number = case_of(text), int(parts["number"])
            for following in range(number + 1, number + _size(head, parts)):
                yield f"{parts['section']}{following}", case


def _size(head: re.Match[str], name: re.Match[str]) -> int:
    if head["last"]:
        return min(int(head["last"]) - int(name["number"]) + 1, MOST)
    return SIZES.get(name["letter"], 1)
