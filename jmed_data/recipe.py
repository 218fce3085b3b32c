"""What a training recipe says about its data: the keys that the checks need, read from the YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from jmed_data.faults import Fault, FileError
from jmed_data.instruction import Limits, Template
from jmed_data.training import Kind

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
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what, remedy = f"not YAML ({' '.join(str(error).split())})", "repair the file"
    else:
        if isinstance(content, dict):
            return data_plan(content, path)
        what, remedy = "holds no settings", "name one of recipes/*.yml"
    raise FileError([Fault(path, None, None, what, remedy)])


def data_plan(settings: Mapping[str, Any], path: Path) -> DataPlan:
    """The plan in ``settings``, which came from ``path``. Raises FileError naming a bad key."""
    try:
        trained, evaluated = settings["datasets"], settings.get("test_datasets") or []
        pretrain = {dataset["type"] for dataset in [*trained, *evaluated]} == {COMPLETION}
        return DataPlan(
            kind="pretrain" if pretrain else "train",
            trained=tuple(Path(dataset["path"]) for dataset in trained),
            evaluated=tuple(Path(dataset["path"]) for dataset in evaluated),
            template=None if pretrain else Template(**settings["prompt"]),
            limits=None if pretrain else Limits(settings["source_len"], settings["target_len"]),
            row=int(settings["sequence_len"]),
            packed=bool(settings.get("sample_packing")),
            batch=int(settings["effective_batch"]),
            steps=int(settings["max_steps"]),
            base_model=str(settings["base_model"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        what = f"is not a recipe of this project ({type(error).__name__}: {error})"
        remedy = "start from one of recipes/*.yml"
        raise FileError([Fault(path, None, None, what, remedy)]) from error
