"""Every question with all models' answers: what the explorer shows, in columns to be compact.

A set is one exam asked in one way, or one examination whose answers were published. Its states,
choices and filters are needed at once; its texts stand apart, for they are most of the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jmed_metrics.thinking import split_thinking
from jmedlora.core.display import visible
from jmedlora.report.compare.columns import Column
from jmedlora.report.load.runs import Record, response_of
from jmedlora.report.responses.side_by_side import AnsweredQuestion, Asked, Part, parts
from jmedlora.report.site.groups import Notes, band
from jmedlora.report.site.overlap_data import Overlap

RIGHT, WRONG, PARTLY, UNPARSED, CUT, MISSING, UNJUDGED, NOT_ASKED = "rwpuc-?n"
"""The states of an answer, one character each. p: right in some of several samples. u: nothing, or
nothing that can be read. c: cut off. -: no answer. ?: to a question that has no right answer.
n: the model was not asked the question."""
MOST_ANSWER, MOST_THINKING = 4000, 2000
"""Characters of an answer and of thinking that the page holds: their beginning and their end."""
PART = 100
"""Questions whose texts are unpacked at once: the first one is there long before all of them."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """What the page holds of one set: ``index`` at once, ``texts`` apart.

    label: how its models were asked, such as "igakuqa_chat, 0 shots".
    """

    exam: str
    label: str
    index: Mapping[str, Any]
    texts: Mapping[str, Any]


def asked_sets(
    columns: Sequence[Column], notes: Notes, overlap: Overlap | None
) -> list[QuestionSet]:
    """The sets of lm-eval's runs: those tasks that are answered in text."""
    found = parts(columns, [None] * len(columns))
    return [_asked_set(part, notes, overlap) for part in found]


def _asked_set(part: Part, notes: Notes, overlap: Overlap | None) -> QuestionSet:
    order = part.order
    questions = [part.question(place) for place in order]
    asked = part.docs
    docs = [asked[place] for place in order]
    exam = part.cells[0].measured.ours.data.exam if part.cells[0].measured.ours else part.subject
    shots = "1 shot" if part.shots == 1 else f"{part.shots} shots"
    label = f"{visible(part.subject)}, {shots}"
    index = {
        "key": visible(f"{part.subject}/{part.shots}"),
        "title": ", ".join(filter(None, [label, part.trial])),
        "models": [visible(cell.column.title) for cell in part.cells],
        **question_columns([each.problem_id for each in questions], docs, notes),
        "found": found_column([each.problem_id for each in questions], exam, overlap),
        "gold": [visible(_gold(each)) for each in questions],
        "states": [_states(cell, order) for cell in part.cells],
        "chosen": [
            [visible(each.answers[cell].chosen or "") for each in questions]
            for cell in range(len(part.cells))
        ],
    }
    return QuestionSet(exam, label, index, _texts(part, order, questions, docs))


def question_columns(
    ids: Sequence[str], docs: Sequence[Mapping[str, Any]], notes: Notes
) -> dict[str, Any]:
    """The id, year, section and category of each question, and how hard it was for candidates."""
    noted = [notes.get(each) for each in ids]
    return {
        "ids": list(map(visible, ids)),
        "years": [str(doc.get("year") or "") for doc in docs],
        "sections": [visible(str(doc.get("section") or "")) for doc in docs],
        "categories": [visible(note.category) if note else "" for note in noted],
        "difficulties": [band(note.human_accuracy) if note else "" for note in noted],
        "candidates": [note.human_accuracy if note else None for note in noted],
    }


def found_column(ids: Sequence[str], exam: str, overlap: Overlap | None) -> str:
    """A character for each question: 1 if it was found in the training text, else 0.

    "" where no training text was searched for the exam.
    """
    if overlap is None or exam not in overlap.exams:
        return ""
    found = overlap.found_in(exam)
    return "".join("1" if each in found else "0" for each in ids)


def _gold(question: AnsweredQuestion) -> str:
    return question.gold or ", ".join(each.label for each in question.choices if each.gold)


def _states(cell: Asked, order: Sequence[int]) -> str:
    """The state of each question's answer, in ``order``."""
    measured, nothing = cell.measured, np.zeros(len(order))
    if cell.right is None:
        return UNJUDGED * len(order)
    found = np.where(cell.right == 1, RIGHT, np.where(cell.right == 0, WRONG, PARTLY))
    wrong = cell.right == 0
    for rate, state in (("empty", UNPARSED), ("unparsed", UNPARSED), ("cut", CUT)):
        found[wrong & (measured.values.get(rate, nothing) > 0)] = state
    return "".join(found[list(order)])


def _texts(
    part: Part,
    order: Sequence[int],
    questions: Sequence[AnsweredQuestion],
    docs: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    names = [name for name, _ in questions[0].answers[0].scores]
    records = [cell.measured.records for cell in part.cells]
    return {
        "questions": [
            visible("\n\n".join(filter(None, [str(doc.get("case") or ""), each.text])))
            for each, doc in zip(questions, docs, strict=True)
        ],
        "choices": [[visible(choice.text) for choice in each.choices] for each in questions],
        "answers": [
            [answer_texts(written(records[cell][place])) for place in order]
            for cell in range(len(part.cells))
        ],
        "scoreNames": [names if len(names) > 1 else []] * len(part.cells),
        "scores": [
            [[round(value, 3) for _, value in each.answers[cell].scores] for each in questions]
            for cell in range(len(part.cells))
        ]
        if len(names) > 1
        else [[]] * len(part.cells),
    }


def written(record: Record) -> str:
    """All that the model wrote, its thinking included.

    Where the file keeps only what a filter left of it, that.
    """
    found = record.get("resps")
    while isinstance(found, list) and found:
        found = found[0]
    return found if isinstance(found, str) else response_of(record) or ""


def answer_texts(text: str) -> list[str]:
    """The answer and, if there is any, the thinking before it; both cut to what the page holds."""
    thought = split_thinking(text)
    answer = shortened(visible(thought.answer.strip()), MOST_ANSWER)
    thinking = shortened(visible(thought.thinking.strip()), MOST_THINKING)
    return [answer, thinking] if thinking else [answer]


def shortened(text: str, most: int) -> str:
    """``text``, cut to ``most`` characters: three quarters from its beginning, one from its end."""
    if len(text) <= most:
        return text
    head, tail = most * 3 // 4, most // 4
    left_out = len(text) - head - tail
    return f"{text[:head]}\n[… {left_out:,} characters are not on this page …]\n{text[-tail:]}"


def text_parts(found: QuestionSet) -> list[dict[str, Any]]:
    """The texts of a set in parts of PART questions, the last one of fewer."""
    texts = found.texts
    starts = range(0, len(texts["questions"]), PART)
    return [_part(texts, slice(start, start + PART)) for start in starts]


def _part(texts: Mapping[str, Any], some: slice) -> dict[str, Any]:
    by_question = {name: texts[name][some] for name in ("questions", "choices")}
    by_model = {name: [each[some] for each in texts[name]] for name in ("answers", "scores")}
    return {**by_question, **by_model, "scoreNames": texts["scoreNames"]}
