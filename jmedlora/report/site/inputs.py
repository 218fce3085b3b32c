"""What a site is made of: the runs, examinations and orders of choices that lie in some paths."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jmedlora.core.errors import UserError
from jmedlora.exams.cache import MissingDataError
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.comparison import read_columns
from jmedlora.report.exam.answer_files import files_with_answers, has_answers, read_answer_files
from jmedlora.report.exam.chosen import answered_alone, asked_alone, examinations_of
from jmedlora.report.exam.predictions import AnswerFile
from jmedlora.report.exam.sample_files import asks_an_examination
from jmedlora.report.exam.systems import System, systems
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.recitals import recite_tasks
from jmedlora.report.load.runs import Run, find_runs, samples_file
from jmedlora.report.load.task_groups import other_tasks


@dataclass(frozen=True, slots=True)
class Inputs:
    """What lies in the paths.

    columns: the models of lm-eval's runs. systems: the answers to examinations. runs: all results
    files, those with permuted choices among them. recitals: those of the recite tasks. notes: what
    is not shown, and why.
    """

    columns: tuple[Column, ...]
    systems: tuple[System, ...]
    runs: tuple[Path, ...]
    recitals: tuple[Path, ...]
    notes: tuple[str, ...]


def read_inputs(paths: Sequence[Path], labels: Path | None) -> Inputs:
    """All that ``paths`` hold: folders of lm-eval's results, results files, published answers.

    Raises UserError for a path that holds neither, and for what the reports refuse.
    """
    with_runs = [path for path in paths if _has_runs(path)]
    runs = find_runs(with_runs) if with_runs else []
    columns = _columns(with_runs, runs, labels)
    files = _answer_files(paths, runs)
    found, notes = _systems(files)
    return Inputs(
        tuple(columns),
        tuple(_titled(each, columns) for each in found),
        tuple(run.path for run in runs),
        tuple(run.path for run in runs if recite_tasks(run)),
        tuple(notes),
    )


def _has_runs(path: Path) -> bool:
    """Whether it is a results file of lm-eval, or a folder with one."""
    if path.is_dir():
        return next(path.rglob("results_*.json"), None) is not None
    return path.name.startswith("results_") and path.suffix == ".json"


def _columns(paths: list[Path], runs: Sequence[Run], labels: Path | None) -> list[Column]:
    """The models with the tasks that have scores to compare."""
    return read_columns(paths, labels, _is_compared) if any(map(_has_compared, runs)) else []


def _has_compared(run: Run) -> bool:
    """Whether a run, whose samples are not read yet, has a task with scores to compare."""
    ours = any(result.data.shuffle_seed is None for result in run.ours)
    return ours or len(_recited(run)) < len(list(other_tasks(run)))


def _recited(run: Run) -> set[str]:
    """The recite tasks of ``run``, and the groups of them."""
    tasks = recite_tasks(run).keys()
    return {name for name, leaves in other_tasks(run) if set(leaves) <= tasks}


def _is_compared(measured: Measured) -> bool:
    """Whether the table shows it: no task with permuted choices and no recite task is there."""
    if measured.ours:
        return measured.ours.data.shuffle_seed is None
    return measured.task not in _recited(measured.run)


def _answer_files(paths: Sequence[Path], runs: Sequence[Run]) -> list[AnswerFile]:
    """The answers to examinations. Raises UserError for a folder without these and without runs."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files += _beside(path, runs) if _has_runs(path) else [path]
            continue
        found = files_with_answers(path)
        if not found and not _has_runs(path):
            what = "no results_*.json and no answers to an examination in this folder"
            raise UserError(f"{path}: {what}; name the --output_path of lm_eval")
        files += found
    return read_answer_files(files)


def _beside(results: Path, runs: Sequence[Run]) -> list[Path]:
    """The samples of the examinations that the run of ``results`` asked."""
    beside = [
        samples_file(run, each.task)
        for run in runs
        if run.path.resolve() == results.resolve()
        for each in run.ours
    ]
    return [path for path in beside if asks_an_examination(path) and has_answers(path)]


def _systems(files: Sequence[AnswerFile]) -> tuple[list[System], list[str]]:
    """The answers by model and examination; a note where their questions are not here."""
    here = [each for each in files if not each.own or Path(each.own).is_file()]
    notes = [
        f"{each.path}: no verdict; its questions ({each.own}) are not on this machine"
        for each in files
        if each not in here
    ]
    if not here:
        return [], notes
    try:
        examinations = examinations_of(here, [])
    except MissingDataError as error:
        return [], [*notes, f"no verdict on an examination: {error}"]
    kept = asked_alone(here, examinations, [])
    return systems(kept, answered_alone(examinations, kept)), notes


def _titled(system: System, columns: Sequence[Column]) -> System:
    """The system by the title that its model has as a column, if it has one."""
    titles = {column.name: column.title for column in columns}
    return replace(system, model=titles.get(system.model, system.model))
