"""Reading lm-eval's ``results_*.json``: the tasks of this project in it, checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ResultsError(ValueError):
    """A results file that cannot be used; the text names it, the field and the remedy."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of one run, as far as its scores depend on it.

    scores, stderrs: by metric name; a standard error is None where lm-eval gives none (n = 1).
    data: what the adapter noted of the questions asked. config: the task's whole configuration.
    run: the fields of the file that hold for every task in it.
    """

    path: Path
    task: str
    scores: Mapping[str, float]
    stderrs: Mapping[str, float | None]
    shots: int
    scored: int
    data: Mapping[str, Any]
    config: Mapping[str, Any]
    run: Mapping[str, Any]


def read_results(path: Path) -> list[TaskResult]:
    """The results of this project's tasks in ``path``, in the file's order.

    Other harness tasks in the file are passed over. Raises ResultsError if the file cannot be read,
    is not a results file of lm-eval, or holds none of this project's tasks.
    """
    run = _load(path)
    tasks = [name for name in run["results"] if _is_ours(run["configs"].get(name))]
    if not tasks:
        found = ", ".join(run["configs"]) or "none"
        raise ResultsError(
            f"{path}: holds no jmed task (tasks: {found}); evaluate one, such as --tasks jjsimqa"
        )
    try:
        return [_task_result(path, name, run) for name in tasks]
    except (KeyError, TypeError, AttributeError) as error:
        raise ResultsError(
            f"{path}: the field {error} is missing or not as lm-eval writes it; "
            "evaluate again with lm-eval 0.4.11 or newer"
        ) from error


def _load(path: Path) -> dict[str, Any]:
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except ValueError as error:  # JSON cut off, or not text
        remedy = "the run did not finish writing it, or it is another file: evaluate again"
        raise ResultsError(f"{path}: not complete JSON ({error}); {remedy}") from error
    tables = ("results", "configs", "n-shot", "n-samples")
    if not isinstance(run, dict) or not all(isinstance(run.get(key), dict) for key in tables):
        raise ResultsError(f"{path}: not a results file of lm-eval; name a results_*.json")
    return run


def _is_ours(config: Any) -> bool:
    metadata = config.get("metadata") if isinstance(config, dict) else None
    data = metadata.get("data") if isinstance(metadata, dict) else None
    return isinstance(data, dict) and "jmed" in data


def _task_result(path: Path, name: str, run: dict[str, Any]) -> TaskResult:
    row = run["results"][name]
    names = [key.removesuffix(",none") for key in row if key.endswith(",none")]
    metrics = [key for key in names if not key.endswith("_stderr")]
    return TaskResult(
        path=path,
        task=name,
        scores={metric: float(row[f"{metric},none"]) for metric in metrics},
        stderrs={metric: _number(row.get(f"{metric}_stderr,none")) for metric in metrics},
        shots=run["n-shot"][name],
        scored=run["n-samples"][name]["effective"],
        data=run["configs"][name]["metadata"]["data"],
        config=run["configs"][name],
        run={key: value for key, value in run.items() if key not in ("results", "configs")},
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None  # lm-eval writes "N/A"
