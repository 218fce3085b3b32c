"""One set of the explorer for each exam with published answers: all years, and the runs of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jmedlora.report.site.explorer_data import NOT_ASKED, QuestionSet

OF_QUESTIONS = ("years", "sections", "categories", "difficulties", "candidates", "gold")
"""The columns of an index that have a value for each question."""
Column = tuple[str, str]
"""A model of the joined set: its name, and how it was asked."""


def joined_sets(
    asked: Sequence[QuestionSet], published: Sequence[QuestionSet]
) -> list[QuestionSet]:
    """All sets, those of an exam with published answers as one.

    A set of ``asked`` whose questions have other choices than the published ones stays apart: its
    letters mean something else.
    """
    by_exam: dict[str, list[QuestionSet]] = {}
    for each in published:
        by_exam.setdefault(each.exam, []).append(each)
    apart = []
    for each in asked:
        if each.exam in by_exam and _fits(by_exam[each.exam], each):
            by_exam[each.exam].append(each)
        else:
            apart.append(each)
    return [*apart, *map(_joined, by_exam.values())]


def _fits(known: Iterable[QuestionSet], other: QuestionSet) -> bool:
    """Whether ``other`` has questions of ``known``, and these have the same choices in both.

    And its models have names of their own, by which they are told apart.
    """
    if len(set(other.index["models"])) < len(other.index["models"]):
        return False
    choices = {name: each for one in known for name, each in _choices(one)}
    shared = [(choices[name], each) for name, each in _choices(other) if name in choices]
    return bool(shared) and all(one == each for one, each in shared)


def _choices(one: QuestionSet) -> Iterable[tuple[str, Sequence[str]]]:
    return zip(one.index["ids"], one.texts["choices"], strict=True)


def _joined(sets: Sequence[QuestionSet]) -> QuestionSet:
    if len(sets) == 1:
        return sets[0]
    exam, labels = sets[0].exam, list(dict.fromkeys(each.label for each in sets))
    columns = list(dict.fromkeys(column for each in sets for column in _columns(each)))
    firsts = _firsts(sets)
    what = labels[0] if len(labels) == 1 else "all answers"
    index = {
        "key": f"exam-{exam}",
        "keys": [each.index["key"] for each in sets],
        "title": f"{exam}: {what}",
        "models": [model if len(labels) == 1 else f"{model}, {how}" for model, how in columns],
        "ids": list(firsts),
        **{name: [one.index[name][at] for one, at in firsts.values()] for name in OF_QUESTIONS},
        "found": _found(sets, firsts),
        "states": ["".join(each) for each in _of_models(sets, columns, firsts, _state, NOT_ASKED)],
        "chosen": _of_models(sets, columns, firsts, _chosen, ""),
    }
    return QuestionSet(exam, "", index, _texts(sets, columns, firsts))


Firsts = Mapping[str, tuple[QuestionSet, int]]


def _firsts(sets: Sequence[QuestionSet]) -> Firsts:
    """By id: the first set that has the question, and its place there."""
    found: dict[str, tuple[QuestionSet, int]] = {}
    for each in sets:
        for place, name in enumerate(each.index["ids"]):
            found.setdefault(name, (each, place))
    return found


def _columns(one: QuestionSet) -> list[Column]:
    return [(model, one.label) for model in one.index["models"]]


def _found(sets: Sequence[QuestionSet], firsts: Firsts) -> str:
    if not any(each.index["found"] for each in sets):
        return ""
    return "".join((one.index["found"] or "0" * (at + 1))[at] for one, at in firsts.values())


def _of_models(
    sets: Sequence[QuestionSet], columns: Sequence[Column], firsts: Firsts, of: Any, missing: Any
) -> list[list[Any]]:
    """For each column, and each question, ``of(set, model, place)``; ``missing`` if not asked."""
    row = {name: at for at, name in enumerate(firsts)}
    found = {column: [missing] * len(firsts) for column in columns}
    for each in sets:
        for model, column in enumerate(_columns(each)):
            for place, name in enumerate(each.index["ids"]):
                found[column][row[name]] = of(each, model, place)
    return list(found.values())


def _state(one: QuestionSet, model: int, place: int) -> Any:
    return one.index["states"][model][place]


def _chosen(one: QuestionSet, model: int, place: int) -> Any:
    return one.index["chosen"][model][place]


def _answer(one: QuestionSet, model: int, place: int) -> Any:
    return one.texts["answers"][model][place]


def _score(one: QuestionSet, model: int, place: int) -> Any:
    return one.texts["scores"][model][place] if one.texts["scoreNames"][model] else []


def _texts(
    sets: Sequence[QuestionSet], columns: Sequence[Column], firsts: Firsts
) -> dict[str, Any]:
    names: dict[Column, list[str]] = {}
    for each in sets:
        for column, found in zip(_columns(each), each.texts["scoreNames"], strict=True):
            names.setdefault(column, found)
    return {
        "questions": [one.texts["questions"][at] for one, at in firsts.values()],
        "choices": [one.texts["choices"][at] for one, at in firsts.values()],
        "answers": _of_models(sets, columns, firsts, _answer, [""]),
        "scoreNames": [names[column] for column in columns],
        "scores": _of_models(sets, columns, firsts, _score, []),
    }
