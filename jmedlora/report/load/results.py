"""Reading lm-eval's ``results_*.json``: the tasks of this project in it, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.report.load.results_file import ResultsError, adapter_of, load_run, model_args

PROMPT_FIELDS = (
    "description",
    "doc_to_text",
    "doc_to_target",
    "target_delimiter",
    "fewshot_delimiter",
)
"""The parts of a task's configuration that make up its prompt."""
METRICS = ("accuracy", "exact_match", "gestalt_score")


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a task is answered and scored: its scores, the rates that qualify them, its floors."""

    metrics: tuple[str, ...]
    rates: tuple[str, ...]
    floors: tuple[str, ...]


PROTOCOLS = {
    "response": Protocol(
        METRICS, ("empty", "tied"), ("chance_accuracy", *(f"echo_{each}" for each in METRICS))
    ),
    "letters": Protocol(("correct",), ("unparsed", "forbidden"), ("chance_correct",)),
    "likelihood": Protocol(("acc", "acc_norm"), (), ("chance_acc",)),
    "free": Protocol((), ("empty",), ()),
}
"""By the name that a task records; a task that records none has the paper's, "response"."""
DATA_FIELDS = {
    "exam": str,
    "items": int,
    "sha256": str,
    "examples": list,
    "jmed": str,
    "floors": dict,
}
"""What the adapter notes of the questions asked."""
MOST_ITEMS = 10**9


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of one run, as far as its scores depend on it.

    model: its folder or name, with its adapter.
    scores, stderrs: by metric name; a standard error is None where lm-eval gives none (n = 1).
    protocol: a name in PROTOCOLS. data: what the adapter noted of the questions asked.
    config: the task's whole configuration. run: the fields of the file that hold for every task.
    """

    path: Path
    task: str
    model: str
    protocol: str
    scores: Mapping[str, float]
    stderrs: Mapping[str, float | None]
    shots: int
    scored: int
    data: Mapping[str, Any]
    config: Mapping[str, Any]
    run: Mapping[str, Any]

    @property
    def left_out(self) -> int:
        """Questions of the exam that were not asked because an exclude list names them."""
        return self.data["excluded"]["questions"] if "excluded" in self.data else 0


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The scores of a group of tasks, pooled over their questions, as lm-eval computed them."""

    group: str
    members: tuple[TaskResult, ...]
    scores: Mapping[str, float]
    stderrs: Mapping[str, float | None]


def read_results(path: Path) -> list[TaskResult]:
    """The results of this project's tasks in ``path``, in the file's order; [] if it has none.

    Other harness tasks in the file are passed over. Raises ResultsError if the file cannot be read
    or is not a results file of lm-eval.
    """
    return task_results(path, load_run(path))


def task_results(path: Path, run: Mapping[str, Any]) -> list[TaskResult]:
    """The results of this project's tasks in ``run``, the content of the file ``path``."""
    tasks = [name for name in run["results"] if _is_ours(run["configs"].get(name))]
    return [_task_result(path, name, run) for name in tasks]


def groups(results: Sequence[TaskResult]) -> list[GroupResult]:
    """The groups of one file all of whose tasks are in ``results``."""
    by_name = {result.task: result for result in results}
    tables = results[0].run.get("groups") if results else None
    subtasks = results[0].run.get("group_subtasks") if results else None
    if not isinstance(tables, dict) or not isinstance(subtasks, dict):
        return []
    found = []
    for name, row in tables.items():
        members = _members(subtasks.get(name), by_name)
        if isinstance(row, dict) and members:
            found.append(_group(name, row, members))
    return found


def _members(names: Any, by_name: Mapping[str, TaskResult]) -> list[TaskResult]:
    """The results called ``names``; [] if any of them is not known."""
    known = [by_name[name] for name in names if name in by_name] if _texts(names) else []
    return known if known and len(known) == len(names) else []


def _texts(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _group(name: str, row: dict[str, Any], members: Sequence[TaskResult]) -> GroupResult:
    path = members[0].path
    return GroupResult(
        group=name,
        members=tuple(members),
        scores={
            key: _share(path, f"groups.{name}.{key}", row.get(f"{key},none")) for key in METRICS
        },
        stderrs={key: _number(row.get(f"{key}_stderr,none")) for key in METRICS},
    )


def _is_ours(config: Any) -> bool:
    metadata = config.get("metadata") if isinstance(config, dict) else None
    data = metadata.get("data") if isinstance(metadata, dict) else None
    return isinstance(data, dict) and "jmed" in data


def _task_result(path: Path, name: str, run: Mapping[str, Any]) -> TaskResult:
    config = run["configs"][name]
    data = config["metadata"]["data"]
    protocol = _protocol(path, name, data)
    row = _field(path, f"results.{name}", run["results"][name], dict)
    samples = _field(path, f"n-samples.{name}", run["n-samples"].get(name), dict)
    for field in PROMPT_FIELDS:
        _field(path, f"configs.{name}.{field}", config.get(field), str)
    if "generation_kwargs" in config or protocol is not PROTOCOLS["likelihood"]:
        _field(path, f"configs.{name}.generation_kwargs", config.get("generation_kwargs"), dict)
    _field(path, "lm_eval_version", run.get("lm_eval_version"), str)
    for field, kind in DATA_FIELDS.items():
        _field(path, f"configs.{name}.metadata.data.{field}", data.get(field), kind)
    _check_excluded(path, f"configs.{name}.metadata.data.excluded", data)
    for field in protocol.floors:
        _share(path, f"floors.{field}", data["floors"].get(field))
    return TaskResult(
        path=path,
        task=name,
        model=_model(run),
        protocol=data.get("protocol", "response"),
        scores={key: _share(path, key, row.get(f"{key},none")) for key in _keys(protocol)},
        stderrs={key: _number(row.get(f"{key}_stderr,none")) for key in _keys(protocol)},
        shots=_whole(path, f"n-shot.{name}", run["n-shot"].get(name), least=0),
        scored=_whole(path, f"n-samples.{name}.effective", samples.get("effective"), least=1),
        data=data,
        config=config,
        run={key: value for key, value in run.items() if key not in ("results", "configs")},
    )


def _protocol(path: Path, name: str, data: Mapping[str, Any]) -> Protocol:
    known = data.get("protocol", "response")
    if isinstance(known, str) and known in PROTOCOLS:
        return PROTOCOLS[known]
    remedy = "it is of a newer jmedlora: update this one"
    raise ResultsError(f"{path}: the field {name}.protocol is {f'{known!r}'[:40]}; {remedy}")


def _check_excluded(path: Path, name: str, data: Mapping[str, Any]) -> None:
    """Only runs with an exclude list note what it left out."""
    if "excluded" in data:
        noted = _field(path, name, data["excluded"], dict)
        _whole(path, f"{name}.questions", noted.get("questions"), least=0)
        _field(path, f"{name}.sha256", noted.get("sha256"), str)


def _keys(protocol: Protocol) -> tuple[str, ...]:
    return (*protocol.metrics, *protocol.rates)


def _model(run: Mapping[str, Any]) -> str:
    args = model_args(run)
    if adapter := adapter_of(args):
        return f"{args.get('pretrained')} + {adapter}"
    return str(run.get("model_name") or "unknown model")


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


def _whole(path: Path, name: str, value: Any, *, least: int) -> int:
    if not least <= _field(path, name, value, int) <= MOST_ITEMS:
        raise _unusable(path, name, value)
    return value


def _unusable(path: Path, name: str, value: Any) -> ResultsError:
    found = "missing" if value is None else f"{value!r}"[:40]
    return ResultsError(
        f"{path}: the field {name} is {found}; evaluate again, with lm-eval 0.4.11 or newer "
        "and without --predict_only"
    )


def _number(value: Any) -> float | None:
    """A standard error between 0 and 1: lm-eval writes "N/A" where it has none."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
