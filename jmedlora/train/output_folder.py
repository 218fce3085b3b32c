"""The output folder of a run: whose it is, and from which checkpoint the run goes on."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import WriteError, atomic_path
from jmedlora.core.lock import locked
from jmedlora.models.run_card_file import RUN_CARD, read_card
from jmedlora.train.abort import abort_run, print_once, rank
from jmedlora.train.settings import setting_differences

BROKEN = "broken-"
RESULTS = ("checkpoint-*", "adapter_model*", "model*.safetensors", "*.bin")
"""What must not be in a folder that no run card explains."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint and the card that was written last into it."""

    path: Path
    card: dict[str, Any]

    @property
    def step(self) -> int:
        return checkpoint_step(self.path)


def checkpoint_step(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def lock_output_folder(folder: Path) -> ExitStack:
    """Keeps ``folder``, made where needed, for the first process as long as what is returned lives.

    Stops if another training is writing there: both would overwrite each other's checkpoints. A
    file system without locks (some of clusters) is said, and the run goes on.
    """
    held = ExitStack()
    if rank() == 0:
        try:
            held.enter_context(locked(folder))
        except WriteError as error:
            abort_run(error)
        except OSError as error:
            print_once(
                f"{folder}: a second run there would not be noticed (locks: {error.strerror})"
            )
    return held


def find_resume_checkpoint(folder: Path, config: Mapping[str, Any]) -> Checkpoint | None:
    """Where the run in ``folder`` goes on: its newest complete checkpoint, or None for a new run.

    Stops if the folder belongs to a run with another ``config`` that has saved something, or to no
    known run, and, with status 0, if its run is already complete. A checkpoint that was cut off
    while it was written is set aside under another name.
    """
    card = read_card(folder)
    if card is None:
        strangers = [found.name for pattern in RESULTS for found in sorted(folder.glob(pattern))]
        if strangers:
            abort_run(
                f"{folder} holds {strangers[0]} but no readable {RUN_CARD}, so it is not known "
                "what made it; choose another --output_dir or move the folder away"
            )
        return None
    if card.get("status") != "complete" and not any(folder.glob("*checkpoint-*")):
        return None  # it ended before anything was saved: nothing is lost, whatever changed
    before = card.get("config")
    _check_same_run(folder, before if isinstance(before, dict) else {}, config)
    if card.get("status") == "complete":
        abort_run(
            f"{folder} is complete ({card.get('step')} steps); nothing to do. For another run "
            "choose another --output_dir",
            status=0,
        )
    return _newest_complete(folder)


def _check_same_run(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    if changed := setting_differences(before, now):
        abort_run(
            f"{folder} holds a run with other settings: {changed}. Start it as before, or choose "
            "another --output_dir"
        )


def _newest_complete(folder: Path) -> Checkpoint | None:
    found = (path for path in folder.glob("checkpoint-*") if path.name.rpartition("-")[2].isdigit())
    for path in sorted(found, key=checkpoint_step, reverse=True):
        if (card := complete_card(path)) is not None:
            print_once(f"going on from {path}")
            return Checkpoint(path, card)
        _set_aside(path)
    return None


def _set_aside(path: Path) -> None:
    """Out of the way of Axolotl, which would try it first, and of the next save of that step."""
    if rank() != 0:
        return
    aside = path.with_name(BROKEN + path.name)
    number = 2
    while aside.exists():
        aside = path.with_name(f"{BROKEN}{path.name}-{number}")
        number += 1
    path.rename(aside)
    print_once(
        f"{path} was not written to its end and is not used; it is now {aside.name}, to be deleted"
    )


def complete_card(checkpoint: Path) -> dict[str, Any] | None:
    """The card of ``checkpoint`` if every file has the length that the card states, else None."""
    card = read_card(checkpoint)
    files = (card or {}).get("files")
    if not isinstance(files, dict) or not files or files != file_sizes(checkpoint):
        return None
    return card


def copy_final_weights(folder: Path, checkpoint: Checkpoint) -> None:
    """Puts the weights of the run's last checkpoint into ``folder``, as the end of training does.

    For a run that was killed in between: transformers, resumed at its last step, would train one
    step too many (seen with 5.16.1).
    """
    weights = checkpoint.path.glob("*.safetensors*")
    for found in [*weights, *checkpoint.path.glob("generation_config.json")]:
        with atomic_path(folder / found.name) as part:
            shutil.copyfile(found, part)


def file_sizes(folder: Path) -> dict[str, int]:
    """The bytes of every file below ``folder`` but the card, by relative path."""
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / RUN_CARD
    }
