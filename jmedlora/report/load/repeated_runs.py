"""Several sampled answers to each question as one measurement: runs with other seeds, ``repeats``.

The score of a question is the mean over its samples, and the score of the runs the mean over the
questions. What tells the samples apart stays at hand in ``Measured.samples``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from jmedlora.report.load.lineage import read_lineage
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.repetitions import repetitions

SEEDS = ("random_seed", "numpy_seed", "torch_seed", "fewshot_seed")
"""Where lm-eval keeps what ``--seed`` gave. Our worked examples are drawn by no seed."""
PASSING = ("batch_sizes", "bootstrap_iters")
"""Fields of lm-eval's configuration that change no answer."""


def join_repeats(measured: Iterable[Measured]) -> list[Measured]:
    """``measured``, with the runs of one model that differ only in their seed as one.

    A second run with the same seed stays on its own, and so does a run whose questions differ.
    A run that lm-eval asked with ``repeats`` is one run for each of its repetitions.
    """
    groups: dict[tuple[object, ...], list[dict[object, Measured]]] = {}
    for each in measured:
        same = groups.setdefault(_but_seed(each), [])
        seed = _seed(each)
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


def seed_of(measured: Measured) -> str:
    """The seed of its run as people name it: the model's own, or lm-eval's, "?" without any.

    One number where lm-eval's four are one.
    """
    *given, own = _seed(measured)
    seeds = [own] if own is not None else [each for each in given if each is not None]
    return " ".join(dict.fromkeys(map(str, seeds))) or "?"


def _seed(measured: Measured) -> tuple[Any, ...]:
    config = _config(measured)
    return (*(config.get(name) for name in SEEDS), _arguments(config).get("seed"))


def _config(measured: Measured) -> Mapping[str, Any]:
    config = measured.run.content.get("config")
    return config if isinstance(config, dict) else {}


def _arguments(config: Mapping[str, Any]) -> Mapping[str, Any]:
    found = config.get("model_args")
    return found if isinstance(found, dict) else {}


def _but_seed(measured: Measured) -> tuple[object, ...]:
    """All that two runs have in common if they differ only in their seed."""
    config = _config(measured)
    arguments = {key: value for key, value in _arguments(config).items() if key != "seed"}
    kept = {
        key: value for key, value in config.items() if key not in (*SEEDS, *PASSING, "model_args")
    }
    return (
        read_lineage(measured.run).name,
        measured.task,
        measured.shots,
        measured.keys,
        str(measured.signature),
        json.dumps([kept, arguments], sort_keys=True, default=str),
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
