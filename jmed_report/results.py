"""Reading lm-eval's ``results_*.json``: the tasks of this project in it, checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROMPT_FIELDS = (
    "description",
    "doc_to_text",
    "doc_to_target",
    "target_delimiter",
    "fewshot_delimiter",
)
"""The parts of a task's configuration that make up its prompt."""
METRICS = ("accuracy", "exact_match", "gestalt_score")
RATES = ("empty", "tied")
SCORES = (*METRICS, *RATES)
FLOORS = ("chance_accuracy", *(f"echo_{metric}" for metric in METRICS))
DATA_FIELDS = {"exam": str, "items": int, "sha256": str, "jmed": str, "floors": dict}
"""What the adapter notes of the questions asked."""


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
    return [_task_result(path, name, run) for name in tasks]


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
    config = run["configs"][name]
    data = config["metadata"]["data"]
    row = _field(path, f"results.{name}", run["results"][name], dict)
    samples = _field(path, f"n-samples.{name}", run["n-samples"].get(name), dict)
    for field in PROMPT_FIELDS:
        _field(path, f"configs.{name}.{field}", config.get(field), str)
    _field(path, f"configs.{name}.generation_kwargs", config.get("generation_kwargs"), dict)
    _field(path, "lm_eval_version", run.get("lm_eval_version"), str)
    for field, kind in DATA_FIELDS.items():
        _field(path, f"configs.{name}.metadata.data.{field}", data.get(field), kind)
    for field in FLOORS:
        _share(path, f"floors.{field}", data["floors"].get(field))
    return TaskResult(
        path=path,
        task=name,
        scores={key: _share(path, key, row.get(f"{key},none")) for key in SCORES},
        stderrs={key: _number(row.get(f"{key}_stderr,none")) for key in SCORES},
        shots=_field(path, f"n-shot.{name}", run["n-shot"].get(name), int),
        scored=_positive(path, f"n-samples.{name}.effective", samples.get("effective")),
        data=data,
        config=config,
        run={key: value for key, value in run.items() if key not in ("results", "configs")},
    )


def _field(path: Path, name: str, value: Any, kind: type) -> Any:
    """``value`` if it is of ``kind`` (an int will do for a float); else raises ResultsError."""
    accepted = (int, float) if kind is float else kind
    if isinstance(value, accepted) and not isinstance(value, bool):
        return value
    raise _unusable(path, name, value)


def _share(path: Path, name: str, value: Any) -> float:
    if not 0 <= _field(path, name, value, float) <= 1:
        raise _unusable(path, name, value)
    return float(value)


def _positive(path: Path, name: str, value: Any) -> int:
    if _field(path, name, value, int) < 1:
        raise _unusable(path, name, value)
    return value


def _unusable(path: Path, name: str, value: Any) -> ResultsError:
    found = "missing" if value is None else f"{value!r}"[:40]
    return ResultsError(
        f"{path}: the field {name} is {found}; evaluate again, with lm-eval 0.4.11 or newer "
        "and without --predict_only"
    )


def _number(value: Any) -> float | None:
    """A standard error: lm-eval writes "N/A" where it has none."""
    return float(value) if isinstance(value, int | float) else None
