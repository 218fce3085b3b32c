"""What is known of a file of samples: its task, and what the results file beside it says."""

from dataclasses import dataclass
from pathlib import Path

from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.run_conditions import conditions_of
from jmedlora.report.load.runs import find_runs

PREFIX = "samples_"
TASKS = ("igakuqa_exam", "kokushi", "igakuqa119", "jmle2026", "jmed_own")
"""How the names of the tasks begin that ask a whole examination."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """The model and the task whose samples a file holds.

    own: the file of the user's own questions that were asked, "" for those of published exams.
    left_out: how many questions an exclude list kept from being asked. result: what the results
    file says of the task; None without that file.
    """

    model: str
    task: str
    own: str = ""
    left_out: int = 0
    result: TaskResult | None = None

    @property
    def seed(self) -> str:
        """The seed of the sampling; "" where it is not known."""
        return conditions_of(self.result).seed if self.result else ""


def asks_an_examination(path: Path) -> bool:
    """Whether the name of ``path`` says that it holds samples of a task that asks a whole one."""
    return path.name.startswith(tuple(f"{PREFIX}{task}" for task in TASKS))


def sample_file(path: Path) -> SampleFile:
    """What the name of ``path`` and the results file that lm-eval wrote beside it say.

    Without that file, the model is called as its folder is. Raises ResultsError if it is damaged.
    """
    task, _, stamp = path.stem.removeprefix(PREFIX).rpartition("_")
    beside = path.with_name(f"results_{stamp}.json")
    for run in find_runs([beside]) if beside.is_file() else ():
        for result in run.ours:
            if result.task == task:
                metadata = run.content["configs"][task]["metadata"]
                own = metadata.get("file") if result.data.source == "file" else None
                return SampleFile(result.model, task, str(own or ""), result.left_out, result)
    return SampleFile(path.resolve().parent.name, task)
