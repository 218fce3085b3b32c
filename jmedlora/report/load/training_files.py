"""On which files a model was trained, as the run cards beside it and beside its base say."""

from collections.abc import Iterator
from pathlib import Path

from jmedlora.models.named_folder import folder_named
from jmedlora.models.run_card_file import RunCard, read_card
from jmedlora.report.load.lineage import Lineage

Files = dict[str, str]
"""Training files: SHA-256 (64 hex digits) by path, as the training was given it."""
MOST = 16
"""Trainings behind each other that are followed."""


def read_trainings(lineage: Lineage) -> tuple[Files, ...]:
    """The files of each training that led to a model, the last training first.

    Only a run card tells them: a training without one is left out, and () means no card does.
    """
    cards = (RunCard.model_validate(read_card(folder) or {}) for folder in _folders(lineage))
    return tuple(files for card in cards if (files := card.trained_on))


def _folders(lineage: Lineage) -> Iterator[Path]:
    """The model's folder, then that of its base, of the base's base and so on."""
    named: str | None = lineage.given
    seen: set[Path] = set()
    while named and len(seen) < MOST:
        folder = folder_named(named, lineage.results)
        if folder is None or folder.resolve() in seen:
            return
        yield folder
        seen.add(folder.resolve())
        card = RunCard.model_validate(read_card(folder) or {})
        named = lineage.given_base if named != lineage.given_base else card.base_model
