"""What a run's model was trained from and how far, from the files beside it.

lm-eval records the paths it was given. A recipe of this project leaves ``run_card.json`` beside
every adapter; other trainings leave the trainer's ``trainer_state.json``, in the folder or in its
last checkpoint. Where neither is found, the checkpoint's name is all there is.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.report.load.results_file import adapter_of, model_args
from jmedlora.report.load.runs import Run

FILES = ("*config.json", "run_card.json", "trainer_state.json", "tokenizer.json", "checkpoint-*")
"""What tells a folder with a model, an adapter or a training from any other."""
MOST = 10**9
"""Steps or hours: more is a slip, or a damaged file."""
FULL = "full"
KINDS = {"lora": "LoRA", "qlora": "QLoRA"}


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was asked.

    base: the model that was loaded. adapter: what was put on it, "" if nothing. root: the model
        that training began with, base itself unless its files say otherwise.
    step: training steps, 0 for a model no training of which is known, None for an adapter of
        unknown step. kind: "LoRA", "QLoRA", "full" or "". hours: of training, None if unknown.
    results: the results file. given: the adapter, or the model without one, as lm-eval was given
        it; given_base: the model so.
    """

    base: str
    adapter: str
    root: str
    step: int | None
    kind: str
    hours: float | None
    results: Path
    given: str
    given_base: str

    @property
    def name(self) -> str:
        """base, or "base + adapter"."""
        return f"{self.base} + {self.adapter}" if self.adapter else self.base

    @property
    def keys(self) -> tuple[str, ...]:
        """What a labels file may call it by, the closest first."""
        return (str(self.results), self.results.name, self.given)


def read_trained(run: Run) -> Trained:
    """The model that ``run`` asked."""
    args = model_args(run.content)
    given = _path(args.get("pretrained") or args.get("model") or run.content.get("model_name"))
    given_adapter = _path(adapter_of(args))
    folder = folder_of(given_adapter or given, run.path)
    base, adapter = (_identity(each, run.path) for each in (given, given_adapter))
    card = _read(folder / "run_card.json") if folder else {}
    kind = _kind(card, adapter)
    is_known = bool(adapter or card)
    return Trained(
        base=base,
        adapter=adapter,
        root=base if adapter else _identity(_path(card.get("base_model")), run.path) or base,
        step=_step(card, folder, adapter) if is_known else 0,
        kind=kind if is_known else "",
        hours=_number(card.get("wall_hours")),
        results=run.path,
        given=given_adapter or given,
        given_base=given,
    )


def _path(value: Any) -> str:
    return str(value).removeprefix("./").rstrip("/") if value else ""


def _identity(path: str, results: Path) -> str:
    """One name for a folder, however it was written; a name that is no folder stays as it is."""
    folder = folder_of(path, results)
    return os.path.abspath(folder) if folder else path  # noqa: PTH100 (links keep their name)


def folder_of(path: str, results: Path) -> Path | None:
    """The model's folder ``path``, relative to where lm-eval was started; None if it is not found.

    It is looked for from here, then from every folder above the results file. lm-eval names its
    own output after the model, so a folder counts only if it holds what a model's does.
    """
    places = [place / path for place in (Path(), *results.parents) if path]
    return next((place for place in places if _is_model(place)), None)


def _is_model(folder: Path) -> bool:
    try:
        return folder.is_dir() and any(True for pattern in FILES for _ in folder.glob(pattern))
    except OSError:  # a name too long, or a folder that may not be entered
        return False


def _read(path: Path) -> Mapping[str, Any]:
    """A JSON object; {} if there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _kind(card: Mapping[str, Any], adapter: str) -> str:
    return KINDS.get(str(card.get("adapter")), "LoRA" if adapter else FULL)


def _step(card: Mapping[str, Any], folder: Path | None, adapter: str) -> int | None:
    if (step := _whole(card.get("step"))) is not None:
        return step
    if folder and (step := _state_step(folder)) is not None:
        return step
    inner = [_state_step(path) for path in folder.glob("checkpoint-*")] if folder else []
    if steps := [step for step in inner if step is not None]:
        return max(steps)
    named = re.search(r"checkpoint-(\d+)$", adapter)
    return int(named[1]) if named else None


def _state_step(folder: Path) -> int | None:
    return _whole(_read(folder / "trainer_state.json").get("global_step"))


def _whole(value: Any) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= MOST else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= MOST else None
