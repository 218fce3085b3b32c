"""Several sampled answers to each question as one measurement: runs with other seeds, ``repeats``.

The score of a question is the mean over its samples, and the score of the runs the mean over the
questions. What tells the samples apart stays at hand in ``Measured.samples``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from jmedlora.report.load.lineage import read_lineage
from jmedlora.report.load.measurements import Measured, logged
from jmedlora.report.load.repetitions import repetitions
from jmedlora.report.load.results import TaskResult


def join_repeats(measured: Iterable[Measured]) -> list[Measured]:
    """``measured``, with the runs of one model that differ only in their seed as one.

    A second run with the same seed stays on its own, and so does a run whose questions differ.
    A run that lm-eval asked with ``repeats`` is one run for each of its repetitions.
    """
    groups: dict[tuple[object, ...], list[dict[str, Measured]]] = {}
    for each in measured:
        same = groups.setdefault(_but_seed(each), [])
        seed = each.conditions.seed
        free = next((group for group in same if seed not in group), None)
        if free is None:
            free = {}
            same.append(free)
        free[seed] = each
    return [
        _joined([single for run in group.values() for single in repetitions(run)])
        for same in groups.values()
        for group in same
    ]


def logged_samples(result: TaskResult) -> Measured | None:
    """What a task of ours measured, over all answers of ``repeats``.

    None where its samples do not lie beside its results. Raises ResultsError if they are incomplete
    or not those of the scores.
    """
    found = logged(result)
    return _joined(repetitions(found)) if found else None


def _but_seed(measured: Measured) -> tuple[object, ...]:
    """All that two runs have in common if they differ only in their seed."""
    return (
        read_lineage(measured.run).name,
        measured.task,
        measured.shots,
        measured.keys,
        measured.signature,
        replace(measured.conditions, seed=""),
    )


def _joined(samples: Sequence[Measured]) -> Measured:
    first = samples[0]
    if len(samples) == 1:
        return first
    values = {
        metric: np.mean([each.values[metric] for each in samples], axis=0)
        for metric in first.values
        if all(metric in each.values for each in samples)
    }
    scores = {
        metric: float(np.mean([each.scores[metric] for each in samples]))
        for metric in first.scores
        if all(metric in each.scores for each in samples)
    }
    return replace(first, scores=scores, values=values, stderrs={}, samples=tuple(samples))
