"""Right or wrong: one answer to one question of the national examination, by either rule.

``mark`` reads the answer from what the model wrote and accepts a number in any spelling;
``mark_officially`` is the rule of IgakuQA's own script (``evaluate_main.py``), to the letter.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jmed_metrics.read_letters import read_letters
from jmed_metrics.read_number import read_number

HALF_WIDTH = {ord("！") + place: ord("!") + place for place in range(94)} | {ord("　"): " "}


@dataclass(frozen=True, slots=True)
class Mark:
    """What one answer is worth.

    chosen: what was read: letters in order, or one number; () where nothing can be read. correct:
    by the rule. forbidden: those of ``chosen`` that must never be taken (禁忌肢). cut: the text
    ends before its answer, as within unfinished thinking.
    """

    chosen: tuple[str, ...]
    correct: bool
    forbidden: tuple[str, ...]
    cut: bool = False

    @property
    def unparsed(self) -> bool:
        """Whether the text gives no answer that the rule can read."""
        return not self.chosen and not self.cut


def mark(
    text: str,
    *,
    question: str,
    labels: Sequence[str],
    answers: Sequence[Sequence[str]],
    forbidden: Sequence[str] = (),
    choices: Sequence[str] = (),
    every_answer_right: bool = False,
) -> Mark:
    """The mark of a response ``text``; ``labels`` is empty for a numeric question.

    answers: every accepted answer, its letters or its one number. choices: the texts that the
    labels stand for, where known; see ``read_letters``. every_answer_right: it was struck out, and
    every candidate got its points.

    Letters are right if they are exactly those of an answer. A number is right if it has the value
    that the marked digits have in the question's answer format, or is those digits.
    """
    if labels:
        chosen = tuple(sorted(read_letters(text, labels, choices=choices)))
        right = chosen in [tuple(sorted(each)) for each in answers]
    else:
        number = read_number(text)
        chosen = (number,) if number else ()
        right = bool(number) and any(_same_number(number, each[0], question) for each in answers)
    taken = tuple(letter for letter in chosen if letter in forbidden)
    return Mark(chosen, right or every_answer_right, taken)


def mark_officially(
    prediction: str,
    *,
    answer: Sequence[str],
    answers: Sequence[Sequence[str]] = (),
    forbidden: Sequence[str] = (),
    every_answer_right: bool = False,
) -> Mark:
    """The mark of a ``prediction`` such as "a,c" or "1.2" by the published script.

    answer: as published, "a or d" included. answers: every accepted answer, where there are
    several. Nothing is read from a sentence, and "a, c" with a space is wrong. ``forbidden`` is the
    published list as it is. The script knows nothing unparsed; here it is what is neither single
    small letters nor digits, joined by commas.
    """
    parts = prediction.split(",")
    right = any(sorted(parts) == sorted(each) for each in (answer, *answers))
    return Mark(
        chosen=tuple(parts) if _has_published_form(parts) else (),
        correct=right or every_answer_right,
        forbidden=tuple(part for part in dict.fromkeys(parts) if part in forbidden),
    )


def as_published(response: str) -> str:
    """A response as IgakuQA's scripts stored it: trimmed, half width, small letters.

    Kana stay as they are: no rule looks at them.
    """
    return response.strip().translate(HALF_WIDTH).lower()


def answer_value(question: str, digits: str) -> Decimal:
    """The number that the marked ``digits`` have in the answer format that ends ``question``.

    "21" is 2.1 under 「解答：①.②」, "130" is 1130 under 「解答：1, ①②③」. Without a format that
    has a place for each digit it is the number as written.
    """
    marked = iter(digits.replace(".", ""))
    formats = re.findall(r"解答[:：]([0-9０-９①-⑨.．,， ]+)", question)
    filled = re.sub("[①-⑨]", lambda _: next(marked, "?"), formats[-1] if formats else "")
    value = re.sub("[, ]", "", unicodedata.normalize("NFKC", filled))
    complete = next(marked, None) is None and re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)
    return Decimal(value if complete else digits)


def _same_number(number: str, digits: str, question: str) -> bool:
    return number == digits.replace(".", "") or Decimal(number) == answer_value(question, digits)


def _has_published_form(parts: Sequence[str]) -> bool:
    return all(re.fullmatch("[a-z]", part) for part in parts) or bool(
        len(parts) == 1 and re.fullmatch(r"[0-9]+(\.[0-9]+)?", parts[0])
    )
