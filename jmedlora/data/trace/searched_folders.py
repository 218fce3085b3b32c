"""The folders that are searched: what lies in them that can be followed, and what cannot."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.core.errors import UserError
from jmedlora.data.personal.report_file import REPORT, SUFFIX
from jmedlora.models.run_card_file import RUN_CARD

UNREAD = {
    ".parquet",
    ".arrow",
    ".csv",
    ".tsv",
    ".gz",
    ".zst",
    ".zip",
    ".tar",
    ".bz2",
    ".xz",
    ".bin",
}
"""Endings of files that may hold training data and are not read."""
WEIGHTS = (".safetensors",)


@dataclass(slots=True)
class SearchedFolders:
    """lines: JSON Lines files. models: folders with weights, an adapter or a run card. results: of
    lm-eval. reports: of searches for personal data. unread: by folder and ending, how many files
    are of a form that is not read. notes: what could not be entered.
    """

    lines: list[Path] = field(default_factory=list)
    models: list[Path] = field(default_factory=list)
    results: list[Path] = field(default_factory=list)
    reports: list[Path] = field(default_factory=list)
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def search_folders(folders: Sequence[Path]) -> SearchedFolders:
    """What lies below ``folders``, each file once, in the order of the names.

    Hidden folders and links to folders are passed over. Raises UserError for one that is not there.
    """
    found = SearchedFolders()
    seen: set[Path] = set()
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"--among {folder}: is no folder; name the folders to search")
        for here, names in _below(folder, found):
            if here.resolve() not in seen:
                seen.add(here.resolve())
                _sort(here, names, found)
    return found


def _below(root: Path, found: SearchedFolders) -> Iterator[tuple[Path, list[str]]]:
    def cannot_enter(error: OSError) -> None:
        found.notes.append(f"{error.filename}: cannot be entered ({error.strerror})")

    for folder, folders, files in os.walk(root, onerror=cannot_enter):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        found.notes += [
            f"{Path(folder) / name}: a link to a folder, not followed" for name in links
        ]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield Path(folder), sorted(files)


def _sort(here: Path, names: Sequence[str], found: SearchedFolders) -> None:
    for name in names:
        path, suffix = here / name, Path(name).suffix.lower()
        if not path.is_file():  # a pipe would be waited for
            continue
        if suffix == ".jsonl" and not name.startswith("samples_"):
            found.lines.append(path)
        elif suffix == ".json" and name.startswith("results_"):
            found.results.append(path)
        elif name == REPORT or name.endswith(SUFFIX):
            found.reports.append(path)
        elif suffix in UNREAD:
            found.unread[str(here), suffix] += 1
    is_model = RUN_CARD in names or "adapter_config.json" in names
    if is_model or ("config.json" in names and any(each.endswith(WEIGHTS) for each in names)):
        found.models.append(here)
