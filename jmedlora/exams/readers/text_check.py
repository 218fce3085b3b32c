"""The check of a question's texts: what does not show, and what only looks different.

Errors are what makes a question unanswerable, or its score wrong. What only may do so is a note,
which ``jmed-data check`` prints.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from jmedlora.core.comparable_text import appearance
from jmedlora.core.display import hidden_places
from jmedlora.core.errors import Fault
from jmedlora.exams.schema import Question

Numbered = tuple[Path, int, Question]
"""A question with its file and its 1-based line."""
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Controls that turn the order in which a text is shown."""
LINE_ENDS = "\t\n\r"
DIFFER = "they differ only in width, in how characters are put together, or in what does not show"


def text_faults(question: Question, file: Path, line: int) -> list[Fault]:
    """What is wrong with the characters of each text, and choices that look the same."""
    found = [
        Fault(file, line, question.problem_id, *fault)
        for field, text in _texts(question)
        for fault in _character_faults(field, text)
    ]
    looks = [appearance(choice) for choice in question.choices]
    for index, look in enumerate(looks):
        first = looks.index(look)
        if first < index and look:
            labels = f"choices '{question.labels[first]}' and '{question.labels[index]}'"
            same = question.choices[first] == question.choices[index]
            what = f"{labels} are the same text" if same else f"{labels} look the same; {DIFFER}"
            found.append(Fault(file, line, question.problem_id, what, "make every choice distinct"))
    return found


def look_alikes(numbered: Iterable[Numbered]) -> list[Fault]:
    """A fault for each id that looks like an earlier one, and each second key of a question."""
    ids: dict[str, Question] = {}
    asked: dict[object, Question] = {}
    faults = []
    for file, line, each in numbered:
        first = ids.setdefault(appearance(each.problem_id), each)
        if first.problem_id != each.problem_id:
            what = f"problem_id looks like the earlier '{first.problem_id}'; {DIFFER}"
            faults.append(Fault(file, line, each.problem_id, what, "give each question its own"))
        first = asked.setdefault(_asks(each), each)
        if _key(first) != _key(each):
            what = f"asks the same as {first.problem_id}, with another answer"
            faults.append(
                Fault(file, line, each.problem_id, what, "delete one, or mend its answer")
            )
    return faults


def text_notes(questions: Iterable[Question]) -> list[str]:
    """What is no error: characters that do not show, and a question that is asked twice."""
    asked: dict[object, str] = {}
    notes = []
    for each in questions:
        for field, text in _texts(each):
            if hidden := sorted({f"U+{ord(text[place]):04X}" for place in hidden_places(text)}):
                what = f"{field} holds {', '.join(hidden)}, which does not show"
                notes.append(f"{each.problem_id}: {what}; a model will hardly write it")
        first = asked.setdefault(_asks(each), each.problem_id)
        if first != each.problem_id:
            notes.append(f"{each.problem_id}: asks the same as {first}, and counts again")
    return notes


def _texts(question: Question) -> Iterator[tuple[str, str]]:
    """The texts of a question that a model or a person reads, by what they are called."""
    yield "problem_id", question.problem_id
    stem = "instruction" if question.context else "question"  # as the file calls it
    yield stem, question.question.replace("\r\n", "\n")
    for field, text in (("case", question.case), ("input", question.context)):
        if text:
            yield field, text
    for label, choice in zip(question.labels, question.choices, strict=True):
        yield f"choice '{label}'", choice


def _character_faults(field: str, text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with ``text``, and the remedy."""
    if not appearance(text):
        yield f"{field} has nothing that shows", f"give {field} as text"
        return
    for each in sorted(set(text)):
        if each in BIDI:
            yield f"{field} holds U+{ord(each):04X}, which turns the order of a text", "delete it"
        elif unicodedata.category(each) == "Cc" and each not in LINE_ENDS:
            yield f"{field} holds the control character U+{ord(each):04X}", "delete it"


def _asks(question: Question) -> object:
    """The same for questions that ask the same, in whatever order their choices stand.

    One whose image is not named may ask about another image than the next.
    """
    unseen = question.problem_id if not (question.text_only or question.images) else ""
    texts = map(appearance, (question.case, question.question, question.context))
    choices = sorted(map(appearance, question.choices))
    return *texts, tuple(choices), question.images, unseen


def _key(question: Question) -> object:
    """What is right, whatever the order of the choices: texts, or the number."""
    if not question.choices:
        return frozenset(question.answers)
    looks = dict(zip(question.labels, map(appearance, question.choices), strict=True))
    return frozenset(frozenset(looks[label] for label in each) for each in question.answers)
