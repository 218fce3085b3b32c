"""Runs, adapters and models that were trained on a file, or made from what was.

A run card states the SHA-256 of each training file. ``jmed-train merge`` and ``quantize`` copy the
card; what is trained on top of such a model names its folder as its base.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.models.model_folder import is_adapter, weight_hashes
from jmedlora.models.named_folder import folder_named
from jmedlora.models.run_card_file import RUN_CARD, RunCard, read_card


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """One folder. card: its run card, None without one that can be read. base: the folder of the
    model it was made from, None where it is not there; base_name: as it was written, "" if nowhere.
    """

    path: Path
    card: Mapping[str, Any] | None
    base: Path | None
    base_name: str

    @property
    def kind(self) -> str:
        """What lies in it, in words."""
        if self.path.name.startswith("checkpoint-"):
            return "checkpoint"
        if is_adapter(self.path):
            return "adapter"
        return "model" if any(self.path.glob("*.safetensors")) else "run without weights"

    @property
    def state(self) -> str:
        """How far its training came, as its card says it; "" without a card."""
        if self.card is None:
            return ""
        step = RunCard.model_validate(self.card).step
        parts = ("" if step is None else f"{step} steps", self.card.get("status"))
        return ", ".join(each for each in parts if isinstance(each, str) and each)

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of every file that it was trained or rewarded on, by name."""
        card = self.card or {}
        data = card.get("data")
        named = dict(data) if isinstance(data, dict) else {}
        rewards = card.get("rewards")
        for each in rewards if isinstance(rewards, list) else []:
            if isinstance(each, dict):
                named[str(each.get("questions"))] = each
        return {
            name: entry["sha256"]
            for name, entry in named.items()
            if isinstance(entry, dict) and isinstance(entry.get("sha256"), str)
        }


@dataclass(frozen=True, slots=True)
class SeenModel:
    """A model that saw a document, and why that is known."""

    folder: ModelFolder
    why: str


@dataclass(slots=True)
class ModelSearch:
    """models: those that saw a document, by their real path. notes: what could not be followed."""

    models: dict[Path, SeenModel] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def search_models(
    folders: Sequence[Path], seen_files: Mapping[str, str], known_files: Collection[str]
) -> ModelSearch:
    """The ``folders`` that were trained on one of ``seen_files``, or made from one that was.

    seen_files: by SHA-256 the path of each file with a hit. known_files: the hash of every file
    that was read.
    """
    read = [_read_folder(folder) for folder in folders]
    found = ModelSearch()
    for each in read:
        if name := next((seen_files[one] for one in each.files.values() if one in seen_files), ""):
            found.models[each.path.resolve()] = SeenModel(each, f"its training read {name}")
    while _add_descendants(read, found):
        pass
    _add_copies(read, found)
    found.notes += [note for each in read for note in _notes(each, found, known_files)]
    return found


def _read_folder(path: Path) -> ModelFolder:
    card = read_card(path)
    name = RunCard.model_validate(card or {}).base_model or _base_of_adapter(path)
    base = folder_named(name, path / RUN_CARD) if name else None
    return ModelFolder(path, card, base, name)


def _base_of_adapter(path: Path) -> str:
    try:
        config = read_json(path / "adapter_config.json")
    except (OSError, NotJsonError):
        return ""
    name = config.get("base_model_name_or_path") if isinstance(config, dict) else None
    return name if isinstance(name, str) else ""


def _add_descendants(read: Sequence[ModelFolder], found: ModelSearch) -> bool:
    """Adds what was made from a model that is found; whether there was any."""
    new = [
        each
        for each in read
        if each.path.resolve() not in found.models
        and each.base
        and each.base.resolve() in found.models
    ]
    for each in new:
        found.models[each.path.resolve()] = SeenModel(each, f"made from {each.base}")
    return bool(new)


def _add_copies(read: Sequence[ModelFolder], found: ModelSearch) -> None:
    """Adds adapters without a card whose weights are those of a model that is found."""
    weights: dict[str, Path] = {}
    for each in found.models.values():
        stated = (each.folder.card or {}).get("sha256")
        for digest in stated.values() if isinstance(stated, dict) else ():
            weights.setdefault(str(digest), each.folder.path)
    for folder in read:
        if folder.card is None and is_adapter(folder.path) and weights:
            same = [weights[each] for each in _weight_hashes(folder.path) if each in weights]
            if same:
                why = f"the same weights as {same[0]}"
                found.models.setdefault(folder.path.resolve(), SeenModel(folder, why))


def _weight_hashes(folder: Path) -> list[str]:
    try:
        return list(weight_hashes(folder).values())
    except OSError:
        return []


def _notes(folder: ModelFolder, found: ModelSearch, known: Collection[str]) -> Iterator[str]:
    """What of a model that is not found could not be followed."""
    if folder.path.resolve() in found.models:
        return
    if folder.card is None:
        if is_adapter(folder.path) or (folder.path / RUN_CARD).exists():
            yield f"{folder.path}: no run card that can be read; what it was trained on is unknown"
        return
    if not folder.files:
        yield f"{folder.path}: its run card states no hash of a training file"
    for name, digest in folder.files.items():
        if digest not in known:
            yield (
                f"{folder.path}: trained on {json.dumps(name, ensure_ascii=False)} (SHA-256 "
                f"{digest[:12]}…), which is not among the files that were read"
            )
    if folder.base_name and folder.base is None and os.sep in folder.base_name:
        yield f"{folder.path}: its base {folder.base_name} is not there"
