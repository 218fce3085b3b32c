"""What a run's model was trained from and how far, from the files beside it.

lm-eval records the paths it was given. A recipe of this project leaves ``run_card.json`` beside
every adapter; other trainings leave the trainer's ``trainer_state.json``, in the folder or in its
last checkpoint. Where neither is found, the checkpoint's name is all there is.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.core.number_checks import is_whole
from jmedlora.exams.evaluated_model import adapter_of, model_args
from jmedlora.models.named_folder import folder_named
from jmedlora.models.run_card_file import MOST, RunCard, read_card
from jmedlora.report.load.runs import Run

FULL = "full"
KINDS = {"lora": "LoRA", "qlora": "QLoRA"}


@dataclass(frozen=True, slots=True)
class Lineage:
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


def read_lineage(run: Run) -> Lineage:
    """The model that ``run`` asked."""
    args = model_args(run.content)
    given = _path(args.get("pretrained") or args.get("model") or run.content.get("model_name"))
    given_adapter = _path(adapter_of(args))
    folder = folder_named(given_adapter or given, run.path)
    base, adapter = (_identity(each, run.path) for each in (given, given_adapter))
    found = read_card(folder) if folder else None
    card = RunCard.model_validate(found or {})
    is_known = bool(adapter or found)
    return Lineage(
        base=base,
        adapter=adapter,
        root=base if adapter else _identity(_path(card.base_model), run.path) or base,
        step=_step(card, folder, adapter) if is_known else 0,
        kind=_kind(card, adapter) if is_known else "",
        hours=card.wall_hours,
        results=run.path,
        given=given_adapter or given,
        given_base=given,
    )


def _path(value: Any) -> str:
    return str(value).removeprefix("./").rstrip("/") if value else ""


def _identity(path: str, results: Path) -> str:
    """One name for a folder, however it was written; a name that is no folder stays as it is."""
    folder = folder_named(path, results)
    return os.path.abspath(folder) if folder else path  # noqa: PTH100 (links keep their name)


def _kind(card: RunCard, adapter: str) -> str:
    return KINDS.get(card.adapter or "", "LoRA" if adapter else FULL)


def _step(card: RunCard, folder: Path | None, adapter: str) -> int | None:
    if card.step is not None:
        return card.step
    if folder and (step := _state_step(folder)) is not None:
        return step
    inner = [_state_step(path) for path in folder.glob("checkpoint-*")] if folder else []
    if steps := [step for step in inner if step is not None]:
        return max(steps)
    named = re.search(r"checkpoint-(\d+)$", adapter)
    return int(named[1]) if named else None


def _state_step(folder: Path) -> int | None:
    """What the trainer noted in ``folder``; None where there is nothing of use."""
    try:
        state = read_json(folder / "trainer_state.json")
    except (OSError, NotJsonError):
        return None
    step = state.get("global_step") if isinstance(state, dict) else None
    return step if is_whole(step) and 0 <= step <= MOST else None
