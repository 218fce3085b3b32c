"""What a training recipe says about its data: the keys that the checks need, read from the YAML."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from jmedlora.core.errors import Fault, FileError
from jmedlora.data.dataset import Kind
from jmedlora.data.tokenize import Limits, Template

COMPLETION = "completion"
"""Axolotl's dataset type of plain text, which is cut into rows of ``sequence_len`` tokens."""


@dataclass(frozen=True, slots=True)
class DataPlan:
    """How a recipe reads its data.

    trained: the files to train on; evaluated: those that only a loss is measured on. template and
    limits: of an instruction recipe, else None. row: tokens a row at most (``sequence_len``).
    packed: whether a row holds several records. batch: rows a step, over all processes.
    """

    kind: Kind
    trained: tuple[Path, ...]
    evaluated: tuple[Path, ...]
    template: Template | None
    limits: Limits | None
    row: int
    packed: bool
    batch: int
    steps: int
    base_model: str


def read_recipe(path: Path) -> DataPlan:
    """The plan of the recipe at ``path``. Raises FileError where it cannot be used."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        what, remedy = f"cannot be read ({error.strerror})", "check the path"
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # also a number too long
        what, remedy = f"not YAML ({' '.join(str(error).split())})", "repair the file"
    else:
        if isinstance(content, dict):
            return data_plan(content, path)
        what, remedy = "holds no settings", "name one of recipes/*.yml"
    raise FileError([Fault(path, None, None, what, remedy)])


def data_plan(settings: Mapping[str, Any], path: Path) -> DataPlan:
    """The plan in ``settings``, which came from ``path``. Raises FileError naming a bad key."""
    try:
        return _data_plan({key: value for key, value in settings.items() if value is not None})
    except KeyError as error:
        what = f"has no {error}"
    except (TypeError, ValueError) as error:
        what = str(error)
    remedy = "compare it with recipes/*.yml of this project"
    raise FileError([Fault(path, None, None, what, remedy)])


def _data_plan(settings: Mapping[str, Any]) -> DataPlan:
    trained = _files(settings["datasets"], "datasets")
    evaluated = _files(settings.get("test_datasets", []), "test_datasets")
    if not trained:
        raise ValueError("datasets is empty")
    pretrain = {kind for _, kind in [*trained, *evaluated]} == {COMPLETION}
    return DataPlan(
        kind="pretrain" if pretrain else "train",
        trained=tuple(path for path, _ in trained),
        evaluated=tuple(path for path, _ in evaluated),
        template=None if pretrain else _template(settings["prompt"]),
        limits=None if pretrain else _limits(settings),
        row=_whole(settings, "sequence_len"),
        packed=bool(settings.get("sample_packing")),
        batch=_whole(settings, "effective_batch"),
        steps=_whole(settings, "max_steps"),
        base_model=str(settings["base_model"]),
    )


def _files(datasets: Any, key: str) -> list[tuple[Path, str]]:
    """Path and type of each of ``datasets``, the list under ``key``."""
    if not isinstance(datasets, list) or not all(isinstance(each, Mapping) for each in datasets):
        raise TypeError(f"{key} is {datasets!r}, not a list of settings")
    for each in datasets:
        for name in ("path", "type"):
            if not isinstance(each.get(name), str):
                raise TypeError(f"{key} has {name} {each.get(name)!r}, not text")
    return [(Path(each["path"]), each["type"]) for each in datasets]


def _limits(settings: Mapping[str, Any]) -> Limits:
    return Limits(_whole(settings, "source_len"), _whole(settings, "target_len"))


def _whole(settings: Mapping[str, Any], key: str) -> int:
    value = settings[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{key} is {value!r}, not a whole number above 0")
    return value


def _template(prompt: Any) -> Template:
    if not isinstance(prompt, Mapping):
        raise TypeError(f"prompt is {prompt!r}, not format and no_input_format")
    template = Template(str(prompt["format"]), str(prompt["no_input_format"]))
    _only(template.format, "format", {"instruction", "input"})
    _only(template.no_input_format, "no_input_format", {"instruction"})
    return template


def _only(text: str, key: str, fields: set[str]) -> None:
    """Raises ValueError unless ``text`` takes exactly ``fields``, each as it is."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"prompt.{key} cannot be filled in ({error})") from error
    found = {field for _, field, _, _ in parts if field is not None}
    if found != fields or any(width or kind for _, _, width, kind in parts):
        wanted = " and ".join(f"{{{field}}}" for field in sorted(fields, reverse=True))
        raise ValueError(f"prompt.{key} must take {wanted}, and nothing else in braces")
