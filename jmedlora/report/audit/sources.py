"""Which answers of which runs are audited: those from which letters or a number are read."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.exams.prompt_length import left_for_answer
from jmedlora.exams.protocol import Protocol
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import Run, find_runs, samples_file

if TYPE_CHECKING:
    from jmedlora.report.audit.samples import Answered

REMEDY = "name a run of a task whose answers are letters or numbers, such as igakuqa_exam"


@dataclass(frozen=True, slots=True)
class Source:
    """The samples of one task, or published answers to one examination.

    path: of the samples, or of the first answers. task: its name. result: what the results file
    says; None without that file. answers: those that were published; () where they stand in
    samples. model: whose they are, where no results file says it; "" where it is not known.
    """

    path: Path
    task: str
    result: TaskResult | None = None
    model: str = ""
    answers: "tuple[Answered, ...]" = ()

    @property
    def title(self) -> str:
        """The model, where it is known, and the task."""
        model = self.result.model if self.result else self.model
        return f"{model}, {self.task}" if model else self.task

    @property
    def scored_by(self) -> str:
        """The version of this package that scored the answers; "" if unknown."""
        return self.result.data.jmed if self.result else ""

    @property
    def token_limit(self) -> int | None:
        """The most tokens that an answer could have; None if unknown."""
        given = (self.result and self.result.config.generation_kwargs) or {}
        limit = given.get("max_gen_toks")
        return limit if isinstance(limit, int) else None

    @property
    def room(self) -> int | None:
        """The most tokens that the model's context leaves for an answer; None if unknown."""
        known = self.result.data.context if self.result else None
        if not (self.result and known and self.result.shots < len(known.longest)):
            return None
        return left_for_answer(known.length, known.longest[self.result.shots])


def find_sources(paths: Mapping[Path, Collection[Path]]) -> list[Source]:
    """The samples in ``paths``: folders of runs, results files, or samples files; each once.

    By path: the files in it (or itself) that others published, whatever they are called. Raises
    ResultsError if a path holds neither these nor samples, or tasks alone from whose answers
    nothing is read.
    """
    found = {
        source.path.resolve(): source
        for path, published in paths.items()
        for source in (_beside(path, published) if published else _of_path(path))
    }
    return list(found.values())


def reads_answers(protocol: Protocol) -> bool:
    """Whether letters or a number are read from the answers, and may be unreadable."""
    return "unparsed" in protocol.rates


def _beside(folder: Path, published: Collection[Path]) -> list[Source]:
    """What is to be read of the runs in ``folder``, of which ``published`` are none."""
    files = [each for each in folder.rglob("results_*.json") if each not in published]
    return [source for run in find_runs(files) for source in _of_run(run)]


def _of_path(path: Path) -> list[Source]:
    return _of_file(path) if path.suffix == ".jsonl" else _of_runs(path)


def _of_runs(path: Path) -> list[Source]:
    runs = find_runs([path])
    found = [source for run in runs for source in _of_run(run)]
    if not found:
        raise ResultsError(f"{path}: {_nothing_read(runs)}; {REMEDY}")
    return found


def _of_run(run: Run) -> Iterator[Source]:
    for result in run.ours:
        if reads_answers(result.protocol):
            yield Source(_logged(run, result), result.task, result)


def _logged(run: Run, result: TaskResult) -> Path:
    path = samples_file(run, result.task)
    if not path.is_file():
        raise ResultsError(
            f"{run.path}: the answers to {result.task} are not beside it ({path.name}); evaluate "
            "again with --log_samples, or copy that file here too"
        )
    return path


def _of_file(path: Path) -> list[Source]:
    """The samples file ``path``, with what the results file beside it says, if there is one."""
    if path.exists() and not path.is_file():
        raise ResultsError(f"{path}: is no regular file, and it is read twice; copy it to one")
    task, _, stamp = path.stem.removeprefix("samples_").rpartition("_")
    beside = path.with_name(f"results_{stamp}.json")
    runs = find_runs([beside]) if beside.is_file() else []
    results = [each for run in runs for each in run.ours if each.task == task]
    if any(not reads_answers(each.protocol) for each in results):
        raise ResultsError(f"{path}: {_nothing_read(runs, task)}; {REMEDY}")
    return [Source(path, task or path.stem, results[0] if results else None)]


def _nothing_read(runs: Sequence[Run], only: str = "") -> str:
    """Why nothing can be audited, by the tasks that were asked (or one of them)."""
    results = [each for run in runs for each in run.ours if only in ("", each.task)]
    tasks = ", ".join(dict.fromkeys(each.task for each in results))
    if not tasks:
        return "holds no task of this project"
    return f"nothing is read from the answers to {tasks}: they are compared with the choices"
