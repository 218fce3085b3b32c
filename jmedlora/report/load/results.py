"""Reading lm-eval's ``results_*.json``: the tasks of this project in it, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from jmedlora.core.number_checks import is_whole
from jmedlora.core.regular_file import open_regular
from jmedlora.exams.evaluated_model import adapter_of, model_args
from jmedlora.exams.protocol import Protocol
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.provenance import (
    FORMAT,
    MOST,
    Count,
    Provenance,
    Rewarded,
    Share,
    Text,
    is_ours,
)
from jmedlora.report.load.results_file import ResultsError, load_run

PROMPT_FIELDS = (
    "description",
    "doc_to_text",
    "doc_to_target",
    "target_delimiter",
    "fewshot_delimiter",
)
"""The parts of a task's configuration that make up its prompt."""
REMEDY = "evaluate again, with lm-eval 0.4.11 or newer and without --predict_only"


class _Read(BaseModel):
    """Fields of lm-eval's file that a score depends on; the others are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)


class Configuration(_Read):
    """A task's configuration: the texts of its prompt, its generation settings, its scorer."""

    description: Text
    doc_to_text: Text
    doc_to_target: Text
    target_delimiter: Text
    fewshot_delimiter: Text
    generation_kwargs: dict[str, Any] | None = None
    output_type: Any = None
    process_results: Any = None
    metric_list: Any = None
    filter_list: Any = None
    repeats: Any = None


class _Counts(_Read):
    effective: Annotated[int, Field(ge=1, le=MOST)]


class _Run(_Read):
    lm_eval_version: Text


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of one run, as far as its scores depend on it.

    model: its folder or name, with its adapter.
    scores, stderrs: by metric name; a standard error is None where lm-eval gives none (n = 1).
    protocol: how it was asked and scored. data: what the task noted of the questions asked.
    config: the task's prompt and generation settings. run: the fields of the file that hold for
    every task.
    """

    path: Path
    task: str
    model: str
    protocol: Protocol
    scores: Mapping[str, float]
    stderrs: Mapping[str, float | None]
    shots: int
    scored: int
    data: Provenance
    config: Configuration
    run: Mapping[str, Any]

    @property
    def left_out(self) -> int:
        """Questions of the exam that were not asked because an exclude list names them."""
        return self.data.left_out


def read_results(path: Path) -> list[TaskResult]:
    """The results of this project's tasks in ``path``, in the file's order; [] if it has none.

    Other harness tasks in the file are passed over. Raises ResultsError if the file cannot be read
    or is not a results file of lm-eval.
    """
    return task_results(path, load_run(path))


def task_results(path: Path, run: Mapping[str, Any]) -> list[TaskResult]:
    """The results of this project's tasks in ``run``, the content of the file ``path``."""
    return [_task_result(path, name, run) for name in run["results"] if _asked_here(run, name)]


def _asked_here(run: Mapping[str, Any], name: str) -> bool:
    config = run["configs"].get(name)
    return isinstance(config, dict) and is_ours(config.get("metadata"))


def _task_result(path: Path, name: str, run: Mapping[str, Any]) -> TaskResult:
    config = run["configs"][name]
    data = _provenance(path, name, config["metadata"]["data"])
    if data.rewarded:
        raise _trained_on(path, name, data, data.rewarded)
    protocol = PROTOCOLS[data.protocol]
    row = _object(path, f"results.{name}", run["results"][name])
    counts = _object(path, f"n-samples.{name}", run["n-samples"].get(name))
    read = _checked(path, f"configs.{name}", Configuration, config)
    if protocol.decoding is not None:
        _object(path, f"configs.{name}.generation_kwargs", read.generation_kwargs)
    _checked(path, "", _Run, run)
    return TaskResult(
        path=path,
        task=name,
        model=_model(run),
        protocol=protocol,
        scores={key: checked_share(path, key, row.get(f"{key},none")) for key in protocol.metrics},
        stderrs={key: checked_stderr(row.get(f"{key}_stderr,none")) for key in protocol.metrics},
        shots=_valid(path, f"n-shot.{name}", run["n-shot"].get(name), COUNT),
        scored=_scored(path, name, _checked(path, f"n-samples.{name}", _Counts, counts), data),
        data=data,
        config=read,
        run={key: value for key, value in run.items() if key not in ("results", "configs")},
    )


def _scored(path: Path, name: str, counts: _Counts, data: Provenance) -> int:
    """How many questions were scored: lm-eval counts all of a task where --samples chose some.

    What the tasks did not note in earlier versions, the samples tell. Raises ResultsError without.
    """
    if data.chosen is not None:
        return min(counts.effective, data.chosen)
    if data.code is not None:  # of a version that notes what --samples chose
        return counts.effective
    samples = path.with_name(f"samples_{name}_{path.stem.removeprefix('results_')}.jsonl")
    try:
        with open_regular(samples) as file:
            return sum(bool(line.strip()) for line in file)
    except OSError as error:
        what = f"the samples of {name} are not beside it, and it does not say itself"
        remedy = "evaluate again, or copy that file here too"
        raise ResultsError(
            f"{path}: {what} how many questions --samples chose ({samples.name}); {remedy}"
        ) from error


def _provenance(path: Path, name: str, data: Mapping[str, Any]) -> Provenance:
    """What the task noted. Raises ResultsError if it is of another version, or not complete."""
    form = data.get("format")
    if is_whole(form) and form > FORMAT:
        remedy = f"this jmedlora reads form {FORMAT}: update it"
        raise ResultsError(f"{path}: {name} was written in form {f'{form}'[:20]}; {remedy}")
    if not is_whole(form) or form != FORMAT:
        remedy = f"this jmedlora reads form {FORMAT}: evaluate again with it"
        raise ResultsError(f"{path}: {name} was written in an older form; {remedy}")
    known = data.get("protocol")
    if isinstance(known, str) and known not in PROTOCOLS:
        remedy = "it is of a newer jmedlora: update this one"
        raise ResultsError(f"{path}: the field {name}.protocol is {f'{known!r}'[:40]}; {remedy}")
    where = f"configs.{name}.metadata.data"
    if nulls := [key for key, value in data.items() if value is None]:  # the tasks write none
        raise _unusable(path, f"{where}.{nulls[0]}", None)
    found = _checked(path, where, Provenance, data)
    for score in PROTOCOLS[found.protocol].scores:
        if score not in found.floors:
            raise _unusable(path, f"{where}.floors.{score}", None)
    return found


def _trained_on(path: Path, name: str, data: Provenance, rewarded: Rewarded) -> ResultsError:
    what = f"{len(rewarded.ids)} of the {data.items} questions of {name}"
    return ResultsError(
        f"{path}: {what} were the reward that this model was trained with ({rewarded.reward}), so "
        "the scores would measure its training; ask another exam, or leave them out: --metadata "
        "'{\"exclude\": LIST}' (recipes/README.md, Reward)"
    )


Model = TypeVar("Model", bound=BaseModel)


def _checked(path: Path, where: str, model: type[Model], value: Mapping[str, Any]) -> Model:
    """``value`` as ``model``. Raises ResultsError naming the first field that is not as it must."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, filter(None, (where, *first["loc"]))))
        missing = first["type"] == "missing"
        raise _unusable(path, field, None if missing else first["input"]) from error


def _model(run: Mapping[str, Any]) -> str:
    args = model_args(run)
    if adapter := adapter_of(args):
        return f"{args.get('pretrained')} + {adapter}"
    return str(run.get("model_name") or "unknown model")


def _object(path: Path, name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise _unusable(path, name, value)


SHARE, COUNT = TypeAdapter[float](Share), TypeAdapter[int](Count)
Value = TypeVar("Value")


def checked_share(path: Path, name: str, value: Any) -> float:
    """``value`` as a number from 0 to 1. Raises ResultsError naming the field."""
    return _valid(path, name, value, SHARE)


def _valid(path: Path, name: str, value: Any, kind: TypeAdapter[Value]) -> Value:
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        raise _unusable(path, name, value) from error


def _unusable(path: Path, name: str, value: Any) -> ResultsError:
    found = "missing" if value is None else f"{value!r}"[:40]
    return ResultsError(f"{path}: the field {name} is {found}; {REMEDY}")


def checked_stderr(value: Any) -> float | None:
    """A standard error between 0 and 1: lm-eval writes "N/A" where it has none."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
