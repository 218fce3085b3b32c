"""The recite tasks of a run: what was asked, and what came of it, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from pydantic import ValidationError

from jmedlora.core.number_checks import is_number, is_whole
from jmedlora.recite.provenance import FORMAT, KEY, Measure, Part, Recited
from jmedlora.report.load.measurements import Floats
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import (
    Record,
    Run,
    read_samples,
    refuse_zero_likelihoods,
    samples_file,
)

Kind = tuple[Part, Measure]
NUMBERS: dict[Measure, tuple[str, ...]] = {
    "continuation": ("exact", "near", "similarity", "run"),
    "loss": ("loss",),
    "exposure": ("log_perplexity",),
    "said": ("comes_out",),
}
"""What every sample of a measure must hold."""
TEXTS = ("id", "prompt", "target")
AGAIN = "evaluate again with --log_samples and without --limit and --samples"


@dataclass(frozen=True, slots=True)
class Recital:
    """One task of one model. records: its samples by ``doc_hash``, in the order of the hashes.

    decoding: lm-eval's generation settings, {} of a likelihood.
    """

    run: Run
    task: str
    noted: Recited
    decoding: Mapping[str, Any]
    records: Mapping[str, Record]

    @property
    def kind(self) -> Kind:
        """Which records, and what of them."""
        return self.noted.part, self.noted.measure

    def values(self, name: str) -> Floats:
        """(records,): the numbers ``name``, in the order of the hashes."""
        return np.array([record[name] for record in self.records.values()], dtype=np.float64)


def recite_tasks(run: Run) -> dict[str, Recited]:
    """What each recite task of ``run`` noted, in the file's order. Raises ResultsError."""
    found = {}
    for task, config in run.content["configs"].items():
        metadata = config.get("metadata") if isinstance(config, dict) else None
        if isinstance(metadata, dict) and KEY in metadata:
            found[task] = _noted(run, task, metadata[KEY])
    return found


def read_recital(run: Run, task: str, noted: Recited) -> Recital:
    """The answers to ``task``. Raises ResultsError if one is missing, twice there or damaged."""
    decoding = run.content["configs"][task].get("generation_kwargs")
    records = _records(run, task, noted)
    return Recital(run, task, noted, decoding if isinstance(decoding, dict) else {}, records)


def _noted(run: Run, task: str, value: Any) -> Recited:
    form = value.get("format") if isinstance(value, dict) else None
    if is_whole(form) and form > FORMAT:
        raise ResultsError(f"{run.path}: {task} is of a newer jmedlora: update this one")
    if isinstance(value, dict) and not is_whole(form):
        raise ResultsError(f"{run.path}: {task} does not say in which form it is; {AGAIN}")
    try:
        return Recited.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, ("configs", task, "metadata", KEY, *first["loc"])))
        raise ResultsError(f"{run.path}: the field {where}: {first['msg']}; {AGAIN}") from error


def _records(run: Run, task: str, noted: Recited) -> dict[str, Record]:
    """The samples by hash. Raises ResultsError if one is missing, there twice or not complete."""
    samples = read_samples(run, task)
    found = {sample["doc_hash"]: sample for sample in samples}
    wanted = noted.asked + noted.references
    if len(found) < len(samples) or len(samples) != wanted:
        what = f"{task} has {len(samples)} answers to {len(found)} of {wanted} records asked"
        raise ResultsError(f"{run.path}: {what}; {AGAIN}")
    if noted.measure in ("loss", "exposure"):
        refuse_zero_likelihoods(run, task, samples)
    for sample in samples:
        if fault := _fault(sample, noted.measure):
            name = f"{sample['doc'].get('id')!r}"[:40]
            where = samples_file(run, task)
            raise ResultsError(f"{where}: the sample {name} {fault}; {AGAIN}")
    return dict(sorted(found.items()))


def _fault(sample: Record, measure: Measure) -> str:
    """What ``sample`` lacks, or ""."""
    for name in NUMBERS[measure]:
        value = sample.get(name)
        if not (is_number(value) and _is_finite(value)):
            return f"has no number {name}"
    for name in TEXTS:
        if not isinstance(sample["doc"].get(name), str):
            return f"has no text doc.{name}"
    if measure == "exposure" and not is_number(sample["doc"].get("repetitions")):
        return "has no number doc.repetitions"
    characters = sample["doc"].get("characters")
    if measure == "continuation" and not (is_whole(characters) and characters > 0):
        return "has no number doc.characters"
    return _answer_fault(sample, measure)


def _answer_fault(sample: Record, measure: Measure) -> str:
    if measure in ("loss", "exposure"):
        return "" if log_likelihood(sample) is not None else "has no log-likelihood"
    return "" if isinstance(written(sample), str) else "has no answer"


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number of 400 digits
        return False


def written(sample: Record) -> Any:
    """What the model wrote, or its log-likelihood as logged; None where nothing was."""
    found = sample.get("filtered_resps")
    return found[0] if isinstance(found, list) and found else None


def log_likelihood(sample: Record) -> float | None:
    """In nats, of what was asked for; None where nothing was logged, or no finite number."""
    pair = written(sample)
    try:
        value = float(pair[0]) if isinstance(pair, list) and pair else None
    except (TypeError, ValueError):
        return None
    return value if value is not None and isfinite(value) else None
