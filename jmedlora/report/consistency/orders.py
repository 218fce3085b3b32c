"""Runs that asked the same questions with the choices in different orders: read and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from jmed_metrics import score_response
from jmedlora.exams.shuffle import order_of, original
from jmedlora.report.consistency.agreement import Answer
from jmedlora.report.consistency.unrelated import choices_of_others
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import Record, Run, find_runs, read_samples, response_of
from jmedlora.report.load.signature import example_hash, signature

EXAMS = ("igakuqa", "jjsimqa")
TASKS = tuple(task for exam in EXAMS for task in (exam, f"{exam}_shuffled"))
LEAST_RUNS = 2

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One run of one exam. seed: what permuted the choices, None for the published order.

    choices: the choices of each question as published, by problem_id; answers: the answer to each.
    """

    result: TaskResult
    seed: int | None
    choices: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Answer]

    @property
    def label(self) -> str:
        return "as published" if self.seed is None else f"seed {self.seed}"


def read_orders(path: Path) -> list[Ordered]:
    """The runs of TASKS in ``path``, a results file or a folder of them, each with its answers.

    Raises ResultsError if there is none, or if samples are missing or not those of the scores.
    """
    found = [
        (run, result) for run in find_runs([path]) for result in run.ours if result.task in TASKS
    ]
    if not found:
        raise ResultsError(f"{path}: no run of {', '.join(TASKS)}; name one, with its samples")
    return [_ordered(run, result) for run, result in found]


def permuted_orders(paths: Sequence[Path]) -> tuple[list[list[Ordered]], list[str]]:
    """The runs in ``paths`` that one model answered in several orders, by model and way of asking.

    One of a group has permuted choices; of two in the same order the later one is taken. And a line
    for each run with permuted choices that has no other to be compared with.
    """
    groups: dict[tuple[str, ...], dict[int | None, tuple[Run, TaskResult]]] = {}
    for run in find_runs(paths):
        for result in run.ours:
            if result.task in TASKS:
                key = (result.data.exam, *map(str, _way(result).values()))
                groups.setdefault(key, {})[result.data.shuffle_seed] = (run, result)
    permuted = [group for group in groups.values() if group.keys() - {None}]
    alone = [result for group in permuted if len(group) == 1 for _, result in group.values()]
    notes = [
        f"{each.path}: the only order of the choices of {each.data.exam} that {each.model} was "
        "asked in this way; consistency needs a second one"
        for each in alone
    ]
    several = [group for group in permuted if len(group) >= LEAST_RUNS]
    return [[_ordered(*each) for each in group.values()] for group in several], notes


def _ordered(run: Run, result: TaskResult) -> Ordered:
    samples = [_complete(run, result, record) for record in read_samples(run, result.task)]
    docs = {doc["problem_id"]: doc for doc, _ in samples}
    if not len(samples) == len(docs) == result.scored:
        raise ResultsError(
            f"{run.path}: {result.task} has {len(samples)} answers to {len(docs)} questions, "
            f"but {result.scored} were scored; evaluate again"
        )
    choices = {name: tuple(original(doc)[0]) for name, doc in docs.items()}
    responses = {doc["problem_id"]: response for doc, response in samples}
    return Ordered(result, result.data.shuffle_seed, choices, _answers(docs, responses))


def _answers(docs: Mapping[str, Doc], responses: Mapping[str, str]) -> dict[str, Answer]:
    questions = {name: original(doc) for name, doc in docs.items()}
    unrelated = choices_of_others(questions, responses)
    return {
        name: Answer(
            order=tuple(order_of(docs[name])),
            gold=tuple(gold),
            chosen=score_response(responses[name], choices, gold).chosen,
            text=responses[name].strip(),
            unrelated=unrelated[name],
        )
        for name, (choices, gold) in questions.items()
    }


def _complete(run: Run, result: TaskResult, record: Record) -> tuple[Doc, str]:
    """The question and the response of a record, checked."""
    doc, response = record["doc"], response_of(record)
    if response is None or not result.protocol.is_whole(doc):
        name = f"{doc.get('problem_id')!r}"[:20]
        raise ResultsError(
            f"{run.path}: the sample {name} of {result.task} is not complete; evaluate again"
        )
    return doc, response


def refuse_incomparable(exam: str, runs: Sequence[Ordered]) -> None:
    """Raises ResultsError unless the runs differ in the order of the choices, and in it alone."""
    first = runs[0]
    if len(runs) < LEAST_RUNS:
        raise ResultsError(
            f"{first.result.path}: the only run of {exam}; name a second one, of {exam}_shuffled "
            "with another shuffle_seed"
        )
    for run in runs[1:]:
        _refuse_another_way(exam, first, run)
    for one, two in combinations(runs, 2):
        if one.seed == two.seed:
            raise ResultsError(
                f"{two.result.path}: its choices are in the same order ({two.label}) as in "
                f"{one.result.path}; give each run a shuffle_seed of its own"
            )


def _refuse_another_way(exam: str, first: Ordered, run: Ordered) -> None:
    for (what, expected), found in zip(
        _way(first.result).items(), _way(run.result).values(), strict=True
    ):
        if found != expected:
            raise ResultsError(
                f"{run.result.path}: {what} of {exam} is {found}, but {expected} in "
                f"{first.result.path}; compare runs that differ in the order of the choices alone"
            )
    if run.choices != first.choices:
        raise ResultsError(
            f"{run.result.path}: the questions of {exam} are not those of {first.result.path}; "
            "compare runs of the same questions"
        )


def _way(result: TaskResult) -> dict[str, Any]:
    """What must be the same in all runs, by the words that name it in a message."""
    return {
        "the model": result.model,
        "the number of worked examples": result.shots,
        "the hash of the worked examples": example_hash(result),
        "the way of asking": "|".join(signature(result).way),
        "the data hash": result.data.sha256,
    }
