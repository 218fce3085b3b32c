"""The wheels of a bundle: what pip chooses for this machine, brought one by one and checked."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jmedlora.core.checksum import sha256
from jmedlora.core.json_file import NotJsonError, read_json

BATCH = 8
"""Wheels a call of pip: what a stop may cost."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One distribution that pip chose. sha256: of the file at ``url``."""

    name: str
    version: str
    url: str
    sha256: str

    @property
    def file(self) -> str:
        return unquote(Path(urlsplit(self.url).path).name)

    def found(self, wheels: Path) -> Path | None:
        """Its wheel in ``wheels``: the planned file, or what was built from the planned source."""
        if self.file.endswith(".whl"):
            path = wheels / self.file
            return path if path.is_file() and sha256(path) == self.sha256 else None
        stem = f"{self.name.lower().replace('-', '_').replace('.', '_')}-{self.version}-"
        same = (path for path in wheels.glob("*.whl") if path.name.lower().startswith(stem))
        return next(same, None)


def plan(project: Path, extras: str, kept: Path) -> list[Planned]:
    """What pip would install for ``project``, but for itself; ``kept`` remembers the answer."""
    lock = project / "requirements.lock"
    files = [path.read_text(encoding="utf-8") for path in (lock, project / "setup.cfg")]
    index = {name: value for name, value in sorted(os.environ.items()) if name.startswith("PIP_")}
    asked = [files, extras, this_machine(), index]
    key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    try:
        found = read_json(kept)
    except (OSError, NotJsonError):  # asked for the first time, or stopped while it was written
        found = {}
    if found.get("key") != key:
        print("asking pip which distributions are needed (minutes)", flush=True)
        wanted = f"{project}[{extras}]" if extras else str(project)
        report = _report(["--constraint", str(lock), wanted])
        found = {"key": key, "install": [_entry(each) for each in report["install"]]}
        kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return [Planned(**entry) for entry in found["install"] if entry]


def _report(arguments: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pip("install", "--dry-run", "--ignore-installed", "--report", str(report), *arguments)
        return json.loads(report.read_text(encoding="utf-8"))


def _entry(found: dict[str, Any]) -> dict[str, str] | None:
    """A line of pip's report as the fields of Planned; None for the project itself, a folder."""
    download, metadata = found["download_info"], found["metadata"]
    if "archive_info" not in download:
        return None
    archive = download["archive_info"]  # before pip 23.1 without "hashes"
    digest = archive.get("hashes", {}).get("sha256") or archive["hash"].removeprefix("sha256=")
    fields = {"url": download["url"], "sha256": digest}
    return {"name": metadata["name"], "version": metadata["version"], **fields}


def collect(planned: Sequence[Planned], wheels: Path) -> None:
    """Brings into ``wheels`` what is missing of ``planned``; builds wheels of source archives."""
    missing = [each for each in planned if each.found(wheels) is None]
    for start in range(0, len(missing), BATCH):
        print(f"wheels: {len(planned) - len(missing) + start} of {len(planned)}", flush=True)
        batch = [f"{each.url}#sha256={each.sha256}" for each in missing[start : start + BATCH]]
        _wheel(wheels, *batch)
    print(f"wheels: {len(planned)} of {len(planned)}", flush=True)


def build_own(project: Path, wheels: Path) -> Path:
    """The project's own wheel, built anew from a copy: nothing old in it, nothing left behind."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        shutil.copytree(project, source, ignore=_not_source(project))
        (own,) = _wheel(wheels, str(source))
    return own


def _not_source(project: Path) -> Callable[[str, list[str]], set[str]]:
    """For copytree: leaves out what is hidden or built, and folders of models, data, results."""
    built = shutil.ignore_patterns(".*", "build", "__pycache__", "*.egg-info")

    def left_out(folder: str, names: list[str]) -> set[str]:
        paths = [Path(folder) / name for name in names] if Path(folder) == project else []
        other = {path.name for path in paths if path.is_dir() and not any(path.glob("*.py"))}
        return built(folder, names) | other

    return left_out


def _wheel(wheels: Path, *arguments: str) -> list[Path]:
    """Has pip make wheels of ``arguments``; each gets into ``wheels`` whole or not at all."""
    part = wheels.parent.with_name(f"{wheels.parent.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    pip("wheel", "--no-deps", "--wheel-dir", str(part), *arguments)
    made = [path.replace(wheels / path.name) for path in sorted(part.glob("*.whl"))]
    part.rmdir()
    return made


def pip(*arguments: str) -> None:
    """Runs pip quietly; where it fails, its last error ends the bundle with one line."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if line.startswith("ERROR: ")]
        why = lines[-1].removeprefix("ERROR: ") if lines else f"status {ended.returncode}"
        raise SystemExit(f"bundle: pip {arguments[0]}: {why}; run the same command to go on")


def remove_others(wheels: Path, kept: set[Path | None]) -> None:
    """Takes out what an earlier bundle in this folder held."""
    for path in wheels.iterdir():
        if path not in kept:
            path.unlink()


def pinned(wheels: Path) -> Iterator[str]:
    """A requirement for each wheel: its exact version and SHA-256, the only one pip will take."""
    for path in sorted(wheels.glob("*.whl")):
        name, version, *_ = path.name.split("-")
        yield f"{name}=={version} --hash=sha256:{sha256(path)}\n"


def this_machine() -> str:
    """Python, system and architecture, as in "3.11 Linux x86_64"; install.sh compares it."""
    version = ".".join(platform.python_version_tuple()[:2])
    return f"{version} {platform.system()} {platform.machine()}"
