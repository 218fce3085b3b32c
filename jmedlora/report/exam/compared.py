"""Whether the runs that stand in one table of verdicts were asked and scored alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from jmedlora.report.compare.comparability import Told, not_alike
from jmedlora.report.exam.predictions import AnswerFile
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.run_conditions import conditions_of
from jmedlora.report.load.signature import signature


def differing_runs(files: Sequence[AnswerFile], results: Sequence[ExamResult]) -> list[str]:
    """One line for each way in which the answers of lm-eval's runs to an examination differ.

    files: those whose answers ``results`` mark. What others published tells nothing of itself.
    """
    examinations = {
        answer.question.problem_id: each.examination.name
        for each in results
        for answer in each.answers
    }
    rows: dict[str, list[TaskResult]] = {}
    for file in files:
        if file.result:
            for name in dict.fromkeys(examinations[given.problem_id] for given in file.given):
                rows.setdefault(name, []).append(file.result)
    return not_alike({name: _told(found) for name, found in rows.items()})


def _told(results: Sequence[TaskResult]) -> list[Told]:
    """What each run tells, under its model; where two are of one model, also task and folder.

    The seed is that of all runs of a model and a task: they are repeated to have several.
    """
    models = Counter(each.model for each in results)
    conditions = [conditions_of(each) for each in results]
    seeds: dict[tuple[str, str], set[str]] = {}
    for each, known in zip(results, conditions, strict=True):
        seeds.setdefault((each.model, each.task), set()).add(known.seed)
    return [
        Told(
            each.model
            if models[each.model] == 1
            else f"{each.model}, {each.task} ({each.path.parent})",
            signature(each),
            replace(known, seed=", ".join(sorted(seeds[each.model, each.task]))),
        )
        for each, known in zip(results, conditions, strict=True)
    ]
