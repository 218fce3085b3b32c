"""A task's scores beside what responses without knowledge would score."""

from typing import TYPE_CHECKING

from jmed_metrics import mean_interval, proportion_interval
from jmed_report.results import METRICS, ResultsError, TaskResult
from jmed_report.signature import signature

if TYPE_CHECKING:
    from rich.table import Table

BINARY = ("accuracy", "exact_match")
QUALIFIERS = {"empty": "empty responses", "tied": "choices decided by label order alone"}
HEADINGS = ("score", "95 % interval", "chance", "empty answer", "all choices")


def print_scores(result: TaskResult) -> None:
    """Prints the three scores with 95 % intervals and floors, what qualifies them, the signature.

    The floors are the expected accuracy of a guess, and the scores of an empty response and of one
    that lists every choice. Raises ResultsError if rich is not installed.
    """
    try:
        from rich.console import Console
    except ImportError as error:
        raise ResultsError("scores needs rich; run: pip install 'jmedlora[report]'") from error
    console = Console(highlight=False)
    console.print(_table(result))
    rates = ", ".join(f"{text} {result.scores[key]:.1%}" for key, text in QUALIFIERS.items())
    console.print(f"{rates}\n{signature(result)}\n", soft_wrap=True, markup=False)


def interval(result: TaskResult, metric: str) -> tuple[float, float] | None:
    """The 95 % interval of a score; None where lm-eval gives no standard error (one question)."""
    if metric in BINARY:
        return proportion_interval(result.scores[metric], result.scored)
    error = result.stderrs[metric]
    return None if error is None else mean_interval(result.scores[metric], error)


def _table(result: TaskResult) -> "Table":
    from rich import box
    from rich.table import Table

    title = f"{result.task}, {result.shots} shot, {result.scored} questions"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    floors = result.data["floors"]
    for metric in METRICS:
        found = interval(result, metric)
        table.add_row(
            metric,
            f"{result.scores[metric]:.3f}",
            f"{found[0]:.3f} to {found[1]:.3f}" if found else "n/a",
            f"{floors['chance_accuracy']:.3f}" if metric == "accuracy" else "",
            f"{0:.3f}",
            f"{floors[f'echo_{metric}']:.3f}",
        )
    return table
