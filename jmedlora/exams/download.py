"""Bringing the published exams into the cache: pinned, checked, and safe to interrupt.

A file is moved into place only when it is complete and its checksum holds, so a download that was
cut off leaves nothing half-written, and a second run fetches only what is missing.
"""

import hashlib
from pathlib import Path

import requests
from tqdm import tqdm

from jmedlora.core.atomic_write import atomic_path, write_errors
from jmedlora.core.checksum import sha256
from jmedlora.core.errors import UserError
from jmedlora.exams.cache import cache_dir
from jmedlora.exams.manifest import Files, Source

TIMEOUT = (10, 60)
"""Seconds to wait for a connection, and for the next byte."""
CHUNK = 1 << 16


class FetchError(UserError):
    """A file that could not be brought; the text names it, the reason and the remedy."""


def fetch(
    source: Source,
    *,
    mirror: str | None = None,
    dest: Path | None = None,
    images: bool = False,
) -> Path:
    """Brings every file of ``source`` that is not there yet; returns its folder.

    mirror: base address to use in place of the pinned one (the checksums still hold). dest: the
    folder that gets ``<exam>/`` (default: the cache). images: its pictures, too. Raises FetchError.
    """
    folder = (dest or cache_dir()) / source.exam
    base = (mirror or source.base).rstrip("/")
    files = source.files | source.images if images else source.files
    missing = missing_files(folder, files)
    with (
        requests.Session() as session,
        tqdm(
            total=len(files),
            initial=len(files) - len(missing),
            desc=source.exam,
            unit="file",
        ) as bar,
    ):
        for name in missing:
            path, sha = files[name]
            _bring(session, f"{base}/{path}", folder / name, sha)
            bar.update()
    return folder


def missing_files(folder: Path, files: Files) -> list[str]:
    """The ``files`` that ``folder`` lacks, or has with another content."""
    return [name for name, (_, sha) in files.items() if not _is(folder / name, sha)]


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
