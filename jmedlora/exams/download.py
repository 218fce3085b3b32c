"""Bringing the published exams into the cache: pinned, checked, and safe to interrupt.

``manifest.json`` pins every file to one commit of its public repository and to its SHA-256. A file
is moved into place only when it is complete and its checksum holds, so a download that was cut off
leaves nothing half-written, and a second run fetches only what is missing.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import requests
from tqdm import tqdm

from jmedlora.core.atomic_write import atomic_path, write_errors
from jmedlora.core.checksum import sha256
from jmedlora.core.errors import UserError
from jmedlora.exams.cache import cache_dir

MANIFEST = Path(__file__).parent / "manifest.json"
TIMEOUT = (10, 60)
"""Seconds to wait for a connection, and for the next byte."""
CHUNK = 1 << 16


class FetchError(UserError):
    """A file that could not be brought; the text names it, the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Source:
    """One exam of the manifest. files: local name → (path below ``base``, SHA-256)."""

    exam: str
    base: str
    notice: str
    files: dict[str, tuple[str, str]]


def read_manifest() -> dict[str, Source]:
    """The pinned sources by exam name."""
    entries = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return {
        exam: Source(exam, entry["base"], entry["notice"], _files(entry["files"]))
        for exam, entry in entries.items()
    }


def fetch(source: Source, *, mirror: str | None = None, dest: Path | None = None) -> Path:
    """Brings every file of ``source`` that is not there yet; returns its folder.

    mirror: base address to use in place of the pinned one (the checksums still hold). dest: the
    folder that gets ``<exam>/`` (default: the cache). Raises FetchError.
    """
    folder = (dest or cache_dir()) / source.exam
    base = (mirror or source.base).rstrip("/")
    missing = [name for name, (_, sha) in source.files.items() if not _is(folder / name, sha)]
    with (
        requests.Session() as session,
        tqdm(
            total=len(source.files),
            initial=len(source.files) - len(missing),
            desc=source.exam,
            unit="file",
        ) as bar,
    ):
        for name in missing:
            path, sha = source.files[name]
            _bring(session, f"{base}/{path}", folder / name, sha)
            bar.update()
    return folder


def _files(entries: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    return {name: (path, sha) for name, (path, sha) in entries.items()}


def _is(path: Path, sha: str) -> bool:
    try:
        return sha256(path) == sha
    except OSError:  # not there, or not readable: it is fetched, and writing says what is wrong
        return False


def _bring(session: requests.Session, url: str, target: Path, sha: str) -> None:
    remedy = "free some space or set JMED_CACHE to another folder"
    with write_errors(target, remedy=remedy), atomic_path(target) as part:
        got = _download(session, url, part)
        if got != sha:
            raise FetchError(
                f"{url}: checksum {got[:12]}… is not the pinned {sha[:12]}…; "
                "the file was changed or cut off on the way: try again or use another --mirror"
            )


def _download(session: requests.Session, url: str, part: Path) -> str:
    """Writes what is at ``url`` to ``part``; returns its SHA-256. Raises FetchError and OSError."""
    digest = hashlib.sha256()
    try:
        with session.get(url, stream=True, timeout=TIMEOUT) as response, part.open("wb") as out:
            response.raise_for_status()
            for chunk in response.iter_content(CHUNK):
                digest.update(chunk)
                out.write(chunk)
    except requests.RequestException as error:
        reason = str(error).partition("\n")[0]
        raise FetchError(
            f"{url}: cannot be fetched ({reason}); connect to the network, name a --mirror, or "
            f"copy the folder from another machine and set JMED_DATA"
        ) from error
    return digest.hexdigest()
