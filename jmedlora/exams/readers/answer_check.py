"""The check of what is right and what must not be taken: the answers of a question's record."""

from collections.abc import Iterable
from typing import Any

from jmedlora.core.number_checks import is_number, is_whole
from jmedlora.exams.readers.record_check import Problems, is_number_text, shown
from jmedlora.exams.schema import LETTERS

OR = " or "
"""Between accepted answers: "a or d", "a,b or c"."""
Answer = tuple[str, ...]


def checked_answers(value: Any, count: int, problems: Problems) -> tuple[Answer, ...]:
    """Every accepted answer of a question with ``count`` choices: labels, ascending.

    One answer is a list of letters or of 0-based indices, or text ("a", "a,c"). Several are text
    with "or" between them ("a or d"), or such a text alone in a list, as IgakuQA writes it.
    """
    answers = [_letters(each, count, problems, value) for each in _alternatives(value)]
    if all(answers) and len(set(answers)) != len(answers):
        problems.add(f"answer {shown(value)} repeats an answer", "name each answer once")
    return tuple(answers)


def read_numbers(value: Any) -> tuple[Answer, ...]:
    """Every accepted answer of a numeric question: one number each, as text.

    It is given as text, which keeps its digits ("0.40"), or as a number.
    """
    return tuple((_number(each),) for each in _alternatives(value))


def are_numbers(value: Any) -> bool:
    """Whether ``value`` is an answer that ``read_numbers`` can read."""
    return all(_number(each) for each in _alternatives(value))


def checked_forbidden(
    value: Any, labels: str, right: Iterable[Answer], problems: Problems
) -> Answer:
    """The labels, ascending, of the choices that must not be taken (禁忌肢): ["b"] or "b,d"."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        problems.add(f"forbidden is {shown(value)}", 'give letters such as ["a"] or ["a", "c"]')
        return ()
    letters = {part.strip().lower() for part in parts}
    if not letters <= set(labels):
        remedy = f"use a to {labels[-1]}" if labels else "leave it out: there are no choices"
        problems.add(f"forbidden is {shown(value)}", remedy)
    if both := letters & {label for answer in right for label in answer}:
        problems.add(f"forbidden '{min(both)}' is a correct choice, too", "correct either")
    return tuple(sorted(letters))


def _alternatives(value: Any) -> list[Any]:
    alone = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(alone, str) and OR in alone:
        return list(alone.split(OR))
    return [value]


def _letters(value: Any, count: int, problems: Problems, whole: Any) -> Answer:
    """The labels of the correct choices, ascending."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts:
        problems.add(f"answer is {shown(whole)}", 'give letters such as ["a"] or ["a", "c"]')
        return ()
    indices = [_index(part, count, problems) for part in parts]
    if len(set(indices)) != len(indices) and None not in indices:
        problems.add(f"answer {shown(whole)} repeats a choice", "name each correct choice once")
    return tuple(LETTERS[index] for index in sorted(each for each in indices if each is not None))


def _index(part: Any, count: int, problems: Problems) -> int | None:
    letter = part.strip().lower() if isinstance(part, str) else None
    if letter and len(letter) == 1 and letter in LETTERS[:count]:
        return LETTERS.index(letter)
    if is_whole(part) and 0 <= part < count:
        return part
    labels = f"a to {LETTERS[count - 1]}"
    problems.add(f"answer {shown(part)} is none of the {count} choices", f"use {labels}")
    return None


def _number(value: Any) -> str:
    """The digits of a number that is text or a number, alone in a list or not; "" of others."""
    alone = value[0] if isinstance(value, list) and len(value) == 1 else value
    text = alone.strip() if isinstance(alone, str) else str(alone) if is_number(alone) else ""
    return text if is_number_text(text) else ""
