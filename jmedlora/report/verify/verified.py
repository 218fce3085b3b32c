"""A run whose scores were worked out again: task by task, what differs and what was not checked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.jsonl import Record
from jmedlora.recite.provenance import Recited
from jmedlora.report.load.recitals import read_recital, recite_tasks
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.runs import Run, read_samples, samples_file
from jmedlora.report.load.task_groups import other_tasks
from jmedlora.report.verify.answers import answer_differences
from jmedlora.report.verify.difference import Difference, shown_value
from jmedlora.report.verify.hashes import (
    exam_differences,
    question_differences,
    task_differences,
)
from jmedlora.report.verify.means import Means, group_differences, mean_differences, means_of
from jmedlora.report.verify.recital_scores import recital_differences
from jmedlora.report.verify.scorer import other_scorer
from jmedlora.report.verify.scores import Scores, score_differences, scores_again

DAMAGED = "the means, the answers and the exam's hash: some samples are not complete"


@dataclass(frozen=True, slots=True)
class VerifiedSamples:
    """The samples of one task, scored again.

    scores: of each; () where some samples are not complete. differences: what they store otherwise.
    unchecked: what could not be held against anything.
    """

    scores: tuple[Scores, ...]
    differences: tuple[Difference, ...]
    unchecked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedTask:
    """One task whose answers were scored again.

    answers: how many; None where they were not logged. differences, unchecked: as in
    VerifiedSamples, of samples and results. other_scorer: how the code that scored it is told from
    this one; "" where it is this one.
    """

    task: str
    answers: int | None
    differences: tuple[Difference, ...] = ()
    unchecked: tuple[str, ...] = ()
    other_scorer: str = ""


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A results file: its tasks of this project, what differs in its groups, its other tasks."""

    path: Path
    tasks: tuple[VerifiedTask, ...]
    groups: tuple[Difference, ...]
    others: tuple[str, ...]

    @property
    def differences(self) -> int:
        """How many things are stored otherwise than they come out."""
        return sum(len(task.differences) for task in self.tasks) + len(self.groups)

    @property
    def holds(self) -> bool:
        """Whether every score was worked out again and is as it is stored."""
        return not self.differences and all(task.answers is not None for task in self.tasks)


def verify_run(run: Run) -> VerifiedRun:
    """Works out every score of a run again.

    The samples of one task are in memory at a time. Raises ResultsError for samples that cannot be
    read.
    """
    means: dict[str, Means] = {}
    tasks = [_verify_task(run, result, means) for result in run.ours]
    recited = recite_tasks(run)
    return VerifiedRun(
        path=run.path,
        tasks=(*tasks, *(_verify_recital(run, *each) for each in recited.items())),
        groups=tuple(group_differences(run, means)),
        others=tuple(name for name, parts in other_tasks(run) if not recited.keys() >= {*parts}),
    )


def can_be_verified(run: Run) -> bool:
    """Whether a task of this project is in ``run``."""
    return bool(run.ours or recite_tasks(run))


def _verify_recital(run: Run, task: str, noted: Recited) -> VerifiedTask:
    if not samples_file(run, task).is_file():
        return VerifiedTask(task, None)
    recital = read_recital(run, task, noted)
    differences, unchecked = recital_differences(recital)
    return VerifiedTask(task, len(recital.records), tuple(differences), tuple(unchecked))


def _verify_task(run: Run, result: TaskResult, means: dict[str, Means]) -> VerifiedTask:
    """One task; its means are added to ``means``."""
    if not samples_file(run, result.task).is_file():
        return VerifiedTask(result.task, None)
    records = read_samples(run, result.task)
    samples = verify_samples(result, records)
    over_all, not_over_all = task_differences(result.task, result.run, records)
    differences = [*samples.differences, *_counts(result, records), *over_all]
    if samples.scores:
        means[result.task] = means_of(samples.scores)
        row = run.content["results"][result.task]
        differences += mean_differences(result.task, row, means[result.task])
    return VerifiedTask(
        task=result.task,
        answers=len(records),
        differences=tuple(differences),
        unchecked=(*samples.unchecked, *not_over_all),
        other_scorer=other_scorer(result),
    )


def verify_samples(result: TaskResult, records: Sequence[Record]) -> VerifiedSamples:
    """Scores the samples of ``result``, in any order, again."""
    scored = [(record, scores_again(result.protocol, record)) for record in records]
    differences = [
        each
        for record, scores in scored
        for each in score_differences(result.task, result.protocol, record, scores)
    ]
    differences += question_differences(result.task, records)
    complete = tuple(scores for _, scores in scored if scores is not None)
    if len(complete) < len(records):
        return VerifiedSamples((), tuple(differences), (DAMAGED,))
    answers, not_answers = answer_differences(result, records)
    exam, not_exam = exam_differences(result, records)
    return VerifiedSamples(complete, (*differences, *answers, *exam), (*not_answers, *not_exam))


def _counts(result: TaskResult, records: Sequence[Record]) -> list[Difference]:
    """Answers that are missing, too many, or to one question twice."""
    wrong = []
    if len(records) != result.scored:
        sizes = (shown_value(result.scored), shown_value(len(records)))
        wrong.append(Difference(result.task, "", "the number of answers", *sizes))
    names = {record["doc_hash"]: str(record["doc"].get("problem_id")) for record in records}
    for key, number in Counter(record["doc_hash"] for record in records).items():
        if number > 1:
            wrong.append(Difference(result.task, names[key], "its sample", f"{number} times", "1"))
    return wrong
