"""The explorer's sets of examinations whose answers are no runs of lm-eval: published ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from jmedlora.core.display import visible
from jmedlora.report.exam.marked import Answered
from jmedlora.report.exam.predictions import Prediction
from jmedlora.report.exam.systems import System
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.site.explorer_data import (
    CUT,
    MISSING,
    RIGHT,
    UNPARSED,
    WRONG,
    QuestionSet,
    answer_texts,
    found_column,
    question_columns,
)
from jmedlora.report.site.groups import Notes
from jmedlora.report.site.overlap_data import Overlap

PUBLISHED = "published answers"
Entry = tuple[ExamResult, Mapping[str, Prediction]]


def published_sets(
    published: Mapping[str, Sequence[Entry]], notes: Notes, overlap: Overlap | None
) -> list[QuestionSet]:
    """A set for each examination in ``published``."""
    return [_set(entries, notes, overlap) for entries in published.values()]


def answered_outside(
    systems: Sequence[System], results: Sequence[ExamResult]
) -> dict[str, list[Entry]]:
    """The results of ``systems`` that answered outside lm-eval, by examination."""
    given = {(each.examination.name, each.model): each.predictions for each in systems}
    found: dict[str, list[Entry]] = {}
    for each in results:
        predictions = given[each.examination.name, each.model]
        if any(prediction.taken is not None for prediction in predictions.values()):
            found.setdefault(each.examination.name, []).append((each, predictions))
    return found


def _set(entries: Sequence[Entry], notes: Notes, overlap: Overlap | None) -> QuestionSet:
    examination = entries[0][0].examination
    questions = examination.questions
    ids = [each.problem_id for each in questions]
    docs = [{"year": each.year, "section": each.section} for each in questions]
    index = {
        "key": visible(f"examination-{examination.name}"),
        "title": f"examination {visible(examination.name)}",
        "models": [visible(result.model) for result, _ in entries],
        **question_columns(ids, docs, notes),
        "found": found_column(ids, examination.exam, overlap),
        "gold": [" or ".join(", ".join(each) for each in q.answers) for q in questions],
        "states": ["".join(map(_state, result.answers)) for result, _ in entries],
        "chosen": [list(map(_chosen, result.answers)) for result, _ in entries],
    }
    return QuestionSet(examination.exam, PUBLISHED, index, _texts(entries))


def _state(answered: Answered) -> str:
    if answered.mark is None:
        return MISSING
    if answered.correct:
        return RIGHT
    return CUT if answered.cut else UNPARSED if answered.mark.unparsed else WRONG


def _chosen(answered: Answered) -> str:
    return visible(", ".join(answered.mark.chosen)) if answered.mark else ""


def _texts(entries: Sequence[Entry]) -> dict[str, Any]:
    questions = entries[0][0].examination.questions
    return {
        "questions": [
            visible("\n\n".join(filter(None, [each.case, each.question]))) for each in questions
        ],
        "choices": [list(map(visible, each.choices)) for each in questions],
        "answers": [
            [_written(predictions.get(each.problem_id)) for each in questions]
            for _, predictions in entries
        ],
        "scoreNames": [[]] * len(entries),
        "scores": [[]] * len(entries),
    }


def _written(prediction: Prediction | None) -> list[str]:
    return answer_texts(prediction.text) if prediction else [""]
