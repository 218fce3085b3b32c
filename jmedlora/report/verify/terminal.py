"""The verified runs on the terminal: a line a task, and below it what differs."""

from collections.abc import Iterator, Sequence

from jmedlora.core.display import counted, visible
from jmedlora.core.errors import printable
from jmedlora.report.verify.difference import Difference
from jmedlora.report.verify.verified import VerifiedRun, VerifiedTask

AGAIN = "evaluate again with --log_samples, or copy the samples beside the results"
WHOSE = (
    ". What differs may come from that, or from a change by hand: only the code that scored it can "
    "tell"
)


def lines(run: VerifiedRun, most: int | None) -> Iterator[str]:
    """What is said of a run. most: differences shown of each task; None for all."""
    yield printable(f"{run.path}:")
    for task in run.tasks:
        yield from _of_task(task, most)
    yield from _shown(run.groups, most)
    if run.others:
        yield printable(f"  not recomputed, of another project: {', '.join(run.others)}")


def _of_task(task: VerifiedTask, most: int | None) -> Iterator[str]:
    name = task.task
    if task.answers is None:
        yield f"  {name}: its answers were not logged, nothing can be recomputed; {AGAIN}"
        return
    found = counted(len(task.differences), "difference") if task.differences else "all agree"
    yield f"  {name}: {counted(task.answers, 'answer')} scored again, {found}"
    if task.other_scorer:
        whose = WHOSE if task.differences else ""
        yield printable(f"    scored by other code ({task.other_scorer}){whose}")
    yield from _shown(task.differences, most)
    for each in task.unchecked:
        yield f"    not checked: {each}"


def _shown(differences: Sequence[Difference], most: int | None) -> Iterator[str]:
    for each in differences[:most]:
        yield printable(f"    {visible(str(each))}")
    if most is not None and len(differences) > most:
        yield f"    … and {len(differences) - most} more (--all shows them)"


def summary(runs: Sequence[VerifiedRun]) -> str:
    """The last line: how many runs agree with their answers."""
    good = sum(run.holds for run in runs)
    if good == len(runs):
        return f"{counted(good, 'run')}: every score is what its answers give"
    wrong = sum(run.differences for run in runs)
    lost = sum(task.answers is None for run in runs for task in run.tasks)
    said = [counted(wrong, "difference")] if wrong else []
    said += [f"{counted(lost, 'task')} without logged answers"] if lost else []
    return f"{len(runs) - good} of {counted(len(runs), 'run')} not confirmed: {', '.join(said)}"
