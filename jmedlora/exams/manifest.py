"""Where the published exams come from: every file pinned to a commit and to its SHA-256.

``manifest.json`` has what the tasks read, ``manifest_images.json`` the pictures, which are fetched
only on request.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

MANIFEST = Path(__file__).parent / "manifest.json"
IMAGES = Path(__file__).parent / "manifest_images.json"
IMAGE_FOLDER = "images"
"""Below the folder of an exam."""
Files = dict[str, tuple[str, str]]
"""Local name → (path below the base, SHA-256)."""


@dataclass(frozen=True, slots=True)
class Source:
    """One exam of the manifest.

    base: the address of its repository at one commit. notice: origin and licence, said to people.
    """

    exam: str
    base: str
    notice: str
    files: Files
    images: Files = field(default_factory=dict)


@cache
def read_manifest() -> dict[str, Source]:
    """The pinned sources by exam name."""
    entries = json.loads(MANIFEST.read_text(encoding="utf-8"))
    images = json.loads(IMAGES.read_text(encoding="utf-8"))
    return {
        exam: Source(
            exam, entry["base"], entry["notice"], _files(entry["files"]), _images(images.get(exam))
        )
        for exam, entry in entries.items()
    }


def image_names(exam: str) -> list[str]:
    """The names of the published pictures of ``exam``, below its folder ``images``."""
    return [name.removeprefix(f"{IMAGE_FOLDER}/") for name in read_manifest()[exam].images]


def _files(entries: dict[str, list[str]]) -> Files:
    return {name: (path, sha) for name, (path, sha) in entries.items()}


def _images(entries: dict[str, str] | None) -> Files:
    """Pictures lie here where they lie in their repository."""
    names = {f"{IMAGE_FOLDER}/{name}": sha for name, sha in (entries or {}).items()}
    return {name: (name, sha) for name, sha in names.items()}
