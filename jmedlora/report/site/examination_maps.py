"""Answers to examinations by category (診療科) and by difficulty, where these are published."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from jmedlora.core.display import visible
from jmedlora.exams.readers.igakuqa_notes import Note
from jmedlora.report.exam.marked import Answered
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.site.groups import WAYS, in_order
from jmedlora.report.site.published_sets import Entry

Answers = dict[str, list[Answered]]


def examination_maps(published: Mapping[str, Sequence[Entry]]) -> list[dict[str, Any]]:
    """The maps of each examination that has notes, after the maps of all of these together.

    A model is in the map of all if it answered all of them.
    """
    noted = {
        name: {result.model: list(result.answers) for result, _ in entries}
        for name, entries in published.items()
        if _has_notes(entries[0][0])
    }
    whole = _together(list(noted.values()))
    named = {f"examinations {', '.join(noted)}": whole} if len(noted) > 1 and whole else {}
    named |= {f"examination {name}": answers for name, answers in noted.items()}
    return [
        _map(title, answers, way, of)
        for way, of in WAYS.items()
        for title, answers in named.items()
    ]


def _has_notes(result: ExamResult) -> bool:
    return any(each.note for each in result.answers)


def _together(examinations: Sequence[Answers]) -> Answers:
    """The answers of each model to all ``examinations``, if it answered all of them."""
    first, *others = examinations or [{}]
    return {
        model: [answer for each in (first, *others) for answer in each[model]]
        for model in first
        if all(model in each for each in others)
    }


def _map(title: str, answers: Answers, way: str, of: Callable[[Note], str]) -> dict[str, Any]:
    of_models = [_by_group(each, of) for each in answers.values()]
    sizes = {name: len(found) for name, found in of_models[0].items()}
    return {
        "by": way,
        "exam": visible(title),
        "score": "Right",
        "models": list(map(visible, answers)),
        "groups": [
            {
                "name": visible(name),
                "questions": sizes[name],
                "scores": [_share(found[name]) for found in of_models],
            }
            for name in in_order(sizes)
        ],
    }


def _by_group(answers: Iterable[Answered], of: Callable[[Note], str]) -> Answers:
    found: Answers = {}
    for each in answers:
        if each.note:
            found.setdefault(of(each.note), []).append(each)
    return found


def _share(answers: Sequence[Answered]) -> float | None:
    """The share of right answers, 0 to 1, among the questions that have one; None without any."""
    right = [each.correct for each in answers if each.mark]
    return fmean(right) if right else None
