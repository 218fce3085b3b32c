"""What each run measured: scores by task and shots, with every question's value for pairing.

Questions pair by lm-eval's ``doc_hash``, never by row: a run may have been cut, sorted or sampled.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isclose, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jmedlora.exams.protocol import Protocol
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.run_conditions import RunConditions, conditions_of, run_conditions
from jmedlora.report.load.runs import (
    Record,
    Run,
    read_samples,
    refuse_zero_likelihoods,
    response_of,
    samples_file,
)
from jmedlora.report.load.signature import Signature, other_signature, signature
from jmedlora.report.load.task_groups import other_tasks

Floats = NDArray[np.float64]
TOLERANCE = 1e-6
ALPACA = "_alpaca"


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of one run on one subject.

    subject: what was asked, the same whatever the template: a task's name without "_alpaca", or
        the name of a user's own exam. task: what lm-eval calls it. shots: worked examples.
    scores: by metric, of all questions. values: by metric, one value a question, in the order of
        ``keys`` (doc_hash, ascending); a metric whose single values lm-eval does not log is not in
        it. stderrs: lm-eval's own, for those. upward: by metric, whether more is better; one that
        lm-eval does not say is not in it. unusable: metrics whose score is not a number.
    ours: the task's result, None for another harness task. records: our task's samples, in the
        order of ``keys``. way: how it was asked (template, decoding, chat); () where
        that makes no column of its own. samples: of several sampled answers to each question, the
        measurement that each alone would be; scores and values are their means. () where a question
        was answered once. leaves: the tasks that another harness group holds, or itself.
    """

    run: Run
    task: str
    subject: str
    shots: int
    scores: Mapping[str, float]
    keys: tuple[str, ...]
    values: Mapping[str, Floats]
    stderrs: Mapping[str, float] = field(default_factory=dict)
    upward: Mapping[str, bool] = field(default_factory=dict)
    unusable: tuple[str, ...] = ()
    ours: TaskResult | None = None
    records: tuple[Record, ...] = ()
    way: tuple[str, ...] = ()
    samples: tuple["Measured", ...] = ()
    leaves: tuple[str, ...] = ()

    @property
    def protocol(self) -> Protocol | None:
        """How it was asked and scored; None for another harness task."""
        return self.ours.protocol if self.ours else None

    @property
    def conditions(self) -> RunConditions:
        """What sampling depends on; of several samples the seeds of all."""
        found = conditions_of(self.ours) if self.ours else run_conditions(self.run.content)
        if not self.samples:
            return found
        return replace(found, seed=_joined(each.conditions.seed for each in self.samples))

    @property
    def signature(self) -> Signature:
        """What pins how the scores were computed; for other tasks, what lm-eval tells."""
        if self.ours:
            return signature(self.ours)
        return other_signature(
            self.run.content, self.task, self.leaves, shots=self.shots, n=len(self.keys)
        )


def _joined(values: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(values))


def measure(run: Run) -> list[Measured]:
    """Everything that ``run`` measured: our tasks first, then other groups and tasks.

    Raises ResultsError if a task's samples are missing, incomplete or not those of the scores.
    """
    ours = [_ours(run, result) for result in run.ours]
    return [*ours, *(_other(run, name, leaves) for name, leaves in other_tasks(run))]


def logged(result: TaskResult) -> Measured | None:
    """What a task of ours measured; None where its samples do not lie beside its results.

    Raises ResultsError if they are incomplete or not those of the scores.
    """
    run = Run(result.path, result.run, (result,))
    return _ours(run, result) if samples_file(run, result.task).is_file() else None


def subject_of(result: TaskResult) -> str:
    """What a task of ours asks, whatever its template."""
    if result.task.removesuffix(ALPACA) == "jmed_own":
        return result.data.exam
    return result.task.removesuffix(ALPACA)


def _ours(run: Run, result: TaskResult) -> Measured:
    records = sorted(read_samples(run, result.task), key=lambda record: record["doc_hash"])
    keys = tuple(record["doc_hash"] for record in records)
    if len(set(keys)) < len(keys) or len(keys) != result.scored:
        raise ResultsError(
            f"{run.path}: {result.task} has {len(keys)} answers to {len(set(keys))} questions, but "
            f"{result.scored} were scored; evaluate again"
        )
    protocol = result.protocol
    if protocol.decoding is None:
        refuse_zero_likelihoods(run, result.task, records)
    for record in records:
        is_answered = protocol.decoding is None or response_of(record) is not None
        if not (is_answered and protocol.is_whole(record["doc"])):
            name = f"{record['doc'].get('problem_id')!r}"[:20]
            what = f"the sample {name} of {result.task} is not complete"
            raise ResultsError(f"{samples_file(run, result.task)}: {what}; evaluate again")
    values = {metric: _checked(run, result, metric, records) for metric in protocol.metrics}
    return Measured(
        run=run,
        task=result.task,
        subject=subject_of(result),
        shots=result.shots,
        scores=result.scores,
        keys=keys,
        values=values,
        upward=dict.fromkeys(protocol.scores, True),
        ours=result,
        records=tuple(records),
        way=signature(result).way if protocol.splits_columns else (),
    )


def _checked(run: Run, result: TaskResult, metric: str, records: Sequence[Record]) -> Floats:
    """A metric's value for each question; raises ResultsError unless their mean is the score."""
    values = _values(records, metric)
    if values is None or values.min() < 0 or values.max() > 1:
        raise ResultsError(
            f"{samples_file(run, result.task)}: the samples of {result.task} have no {metric} from "
            "0 to 1 for every question; evaluate again"
        )
    if abs(values.mean() - result.scores[metric]) < TOLERANCE:
        return values
    raise ResultsError(
        f"{run.path}: {metric} of {result.task} is {result.scores[metric]:.4f}, but its samples "
        f"give {values.mean():.4f}: results and samples are not of the same run; evaluate again"
    )


def _values(records: Sequence[Record], metric: str) -> Floats | None:
    """One number for each record, or None if any is something else."""
    found = [record.get(metric) for record in records]
    if not all(isinstance(value, int | float) and _is_finite(value) for value in found):
        return None
    return np.array(found, dtype=np.float64)


def _is_finite(value: float) -> bool:
    """Whether it is a number that a float can hold; JSON may have 400 digits."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _other(run: Run, name: str, leaves: Sequence[str]) -> Measured:
    """Another task or group. Single values are kept where their mean is the score lm-eval gives.

    In a task with several filters each has its own scores, "exact_match,strict-match" and so on.
    """
    row = run.content["results"].get(name)
    if not isinstance(row, dict):
        raise ResultsError(f"{run.path}: the field results.{name} is no object; evaluate again")
    numbers = {key: value for key, value in row.items() if _is_score(key, value)}
    shown = {key: value for key, value in numbers.items() if _is_finite(value)}
    samples = {leaf: read_samples(run, leaf) for leaf in leaves}
    for leaf, records in samples.items():
        refuse_zero_likelihoods(run, leaf, records)
    keys: tuple[str, ...] = ()
    values = {}
    for key, score in shown.items():
        metric, _, chosen = key.partition(",")
        keyed = _keyed(samples, chosen)
        keys = tuple(sorted(keyed))
        found = _values([keyed[each] for each in keys], metric)
        if found is not None and isclose(found.mean(), score, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            values[key] = found
    stderrs = {key: _stderr(row, key) for key in shown}
    return Measured(
        run=run,
        task=name,
        subject=name,
        shots=_shots(run, leaves),
        scores=shown,
        keys=keys,
        values=values,
        stderrs={key: value for key, value in stderrs.items() if value is not None},
        upward=_upward(run, leaves[0], shown),
        unusable=tuple(key for key in numbers if key not in shown),
        leaves=tuple(leaves),
    )


def _is_score(key: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_error = key.partition(",")[0].endswith("_stderr")
    return is_number and "," in key and not is_error


def _upward(run: Run, task: str, keys: Iterable[str]) -> dict[str, bool]:
    tables = run.content.get("higher_is_better")
    known = tables.get(task) if isinstance(tables, dict) else None
    known = known if isinstance(known, dict) else {}
    found = {key: known.get(key.partition(",")[0]) for key in keys}
    return {key: value for key, value in found.items() if isinstance(value, bool)}


def _stderr(row: Mapping[str, Any], key: str) -> float | None:
    metric, _, chosen = key.partition(",")
    value = row.get(f"{metric}_stderr,{chosen}")
    return float(value) if isinstance(value, int | float) and _is_finite(value) else None


def _keyed(samples: Mapping[str, Sequence[Record]], chosen: str) -> dict[str, Record]:
    """The records of one filter by task, doc_hash and, for a question asked twice, a number."""
    seen: Counter[str] = Counter()
    keyed = {}
    for task, records in samples.items():
        for record in records:
            if record.get("filter", "none") == chosen:
                key = f"{task}/{record['doc_hash']}"
                seen[key] += 1
                keyed[f"{key}/{seen[key]}"] = record
    return keyed


def _shots(run: Run, leaves: Sequence[str]) -> int:
    found = run.content["n-shot"].get(leaves[0])
    return found if isinstance(found, int) else 0
