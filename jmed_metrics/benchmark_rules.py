"""Right or wrong by the own rules of two benchmarks of the national examination, to the letter.

JMLE2026-Bench (``benchmark.py``, the 120th) and IgakuQA119 (``grading_logic.py``, the 119th).
"""

import re
from collections.abc import Callable, Sequence

from jmed_metrics.marking import Mark

MARKS = ("【回答】", "answer:")
"""What stands in front of the answer: the prompt of either benchmark asks for it."""
Rule = Callable[[str, Sequence[Sequence[str]]], Mark]
"""The mark of a prediction; the second argument has every accepted answer."""


def marked_answer(response: str) -> str:
    """What stands behind the first of MARKS on its line; without one, the whole ``response``."""
    for mark in MARKS:
        _, found, rest = response.partition(mark)
        if found:
            return rest.strip().partition("\n")[0].strip()
    return response.strip()


def mark_as_jmle2026(prediction: str, answers: Sequence[Sequence[str]]) -> Mark:
    """The mark of a ``prediction`` such as "a,c" or "0.40": its set of letters, or it as it is.

    Letters that stand together ("ac") are none, and a number is right only as it is written.
    """
    if answers and not answers[0][0].isalpha():
        chosen = [text] if (text := prediction.strip()) else []
    else:
        parts = re.split(r"[,、\s]+", re.sub("[*_`#]", "", prediction).strip().lower())
        chosen = sorted({part for part in parts if re.fullmatch("[a-e]", part)})
    return Mark(tuple(chosen), any(chosen == sorted(each) for each in answers), ())


def mark_as_igakuqa119(prediction: str, answers: Sequence[Sequence[str]]) -> Mark:
    """The mark of a ``prediction`` such as "a,c", "ac" or "600".

    Its characters in alphabetical order must be those of an answer, so that digits may stand in any
    order, too.
    """
    chosen = _characters(prediction.strip().lower())
    right = bool(chosen) and any(chosen == _characters("".join(each)) for each in answers)
    if re.fullmatch("[0-9.]+", chosen):
        return Mark((prediction.strip(),), right, ())
    return Mark(tuple(chosen) if re.fullmatch("[a-z]+", chosen) else (), right, ())


def _characters(text: str) -> str:
    return "".join(sorted(re.sub(r"[\[\], ]", "", text)))
