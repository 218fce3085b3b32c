"""The means and standard errors in a results file, worked out again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from jmedlora.report.load.group_results import groups
from jmedlora.report.load.runs import Run
from jmedlora.report.verify.difference import Difference, shown_value
from jmedlora.report.verify.scores import Scores, is_same


@dataclass(frozen=True, slots=True)
class Means:
    """The means of a task's scores over ``n`` answers, by name, and their standard errors.

    errors: of the sample, as lm-eval computes them; empty where n is 1.
    """

    n: int
    means: Mapping[str, float]
    errors: Mapping[str, float]


def means_of(scores: Sequence[Scores]) -> Means:
    """The means of ``scores``, one of each answer, at least one."""
    columns = {name: [each[name] for each in scores] for name in scores[0]}
    n = len(scores)
    errors = {name: stdev(each) / sqrt(n) for name, each in columns.items()} if n > 1 else {}
    return Means(n, {name: fmean(each) for name, each in columns.items()}, errors)


def mean_differences(task: str, row: Mapping[str, Any], found: Means) -> list[Difference]:
    """What ``row``, a task's or a group's results, has otherwise than ``found``.

    A standard error that lm-eval did not compute is passed over: it writes "N/A" then.
    """
    wrong = [
        Difference(task, "", name, shown_value(row.get(f"{name},none")), shown_value(value))
        for name, value in found.means.items()
        if not is_same(row.get(f"{name},none"), value)
    ]
    for name, value in found.errors.items():
        stored = row.get(f"{name}_stderr,none")
        if stored is not None and stored != "N/A" and not is_same(stored, value):
            what = f"{name}_stderr"
            wrong.append(Difference(task, "", what, shown_value(stored), shown_value(value)))
    return wrong


def group_differences(run: Run, found: Mapping[str, Means]) -> list[Difference]:
    """What the groups of a run store otherwise than their tasks' means ``found`` make it.

    Only groups are looked at all of whose tasks are in ``found``.
    """
    wrong = []
    for group in groups(run.ours):
        members = [found.get(member.task) for member in group.members]
        known = [each for each in members if each]
        if len(known) < len(members):
            continue
        pooled = _pooled(known, tuple(group.scores))
        for row in _rows(run, group.group):
            wrong += mean_differences(group.group, row, pooled)
    return list(dict.fromkeys(wrong))


def _rows(run: Run, group: str) -> Iterator[Mapping[str, Any]]:
    """The two places at which lm-eval writes the scores of a group."""
    for table in ("groups", "results"):
        row = run.content[table].get(group)
        if isinstance(row, Mapping):
            yield row


def _pooled(members: Sequence[Means], names: Sequence[str]) -> Means:
    """The mean over all questions, and the standard error as lm-eval pools those of its tasks."""
    n = sum(each.n for each in members)
    means = {name: sum(each.means[name] * each.n for each in members) / n for name in names}
    errors = {}
    if all(each.errors for each in members):
        for name in names:
            squares = sum((each.n - 1) * each.n * each.errors[name] ** 2 for each in members)
            errors[name] = sqrt(squares / (n - len(members)) / n)
    return Means(n, means, errors)
