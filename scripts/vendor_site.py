"""Fetches the programs of others that the page of ``jmed-report site`` and its tests contain.

``python -m scripts.vendor_site`` installs the packages of npm below at their versions into a folder
that is thrown away, checks the SHA-256 of each file, and copies it to where the repository keeps
it, with the licence of every package. It needs npm and its registry. With ``--check`` it fetches
nothing and checks the files in the repository.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "jmedlora" / "report" / "site" / "vendor"
TESTS = ROOT / "tests" / "support" / "axe"
LICENCES = "LICENSES.txt"


@dataclass(frozen=True, slots=True)
class Vendored:
    """A file of a package. folder: where the repository keeps it."""

    package: str
    version: str
    path: str
    sha256: str
    folder: Path

    @property
    def target(self) -> Path:
        """Where the repository keeps the file."""
        return self.folder / Path(self.path).name


FILES = (
    Vendored(
        "vega",
        "6.4.0",
        "build/vega.min.js",
        "8f6a3587cf8d4f42c7e08120e3eb05d067e746d554e39d2dcf52acc0bd5ba28f",
        PAGE,
    ),
    Vendored(
        "vega-lite",
        "6.4.3",
        "build/vega-lite.min.js",
        "35a9821df838825b05a6a73e9414b58747a1b18321583858ed903c66393a5c7e",
        PAGE,
    ),
    Vendored(
        "vega-embed",
        "7.3.0",
        "build/vega-embed.min.js",
        "b1455caba2fb1a72fb46025ba0ba1316e2dbc7f0dd40a3f6040172bf9c08ba91",
        PAGE,
    ),
    Vendored(
        "axe-core",
        "4.14.1",
        "axe.min.js",
        "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
        TESTS,
    ),
)
"""vega-embed holds vega-interpreter, by which the page runs charts without ``eval``."""


def faults() -> list[str]:
    """A line for each file of the repository that is not what is pinned above."""
    return [
        f"{each.target}: not there, or another file than {each.package} {each.version} has"
        for each in FILES
        if not each.target.is_file() or _sha256(each.target) != each.sha256
    ]


def fetch() -> None:
    """Installs the packages elsewhere and copies the files and licences. Exits if one differs."""
    for folder in dict.fromkeys(each.folder for each in FILES):
        files = [each for each in FILES if each.folder == folder]
        with tempfile.TemporaryDirectory() as name:
            modules = _install(Path(name), files)
            for each in files:
                _copy(modules / each.package / each.path, each)
            licences = "\n\n".join(_licences(modules))
        (folder / LICENCES).write_text(licences + "\n", encoding="utf-8")


def _install(folder: Path, files: list[Vendored]) -> Path:
    names = [f"{each.package}@{each.version}" for each in files]
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]
    subprocess.run([*command, str(folder), *names], check=True)  # noqa: S603 (pinned names)
    return folder / "node_modules"


def _copy(found: Path, each: Vendored) -> None:
    if _sha256(found) != each.sha256:
        sys.exit(f"{each.package} {each.version}: {each.path} has another SHA-256 than is pinned")
    each.folder.mkdir(parents=True, exist_ok=True)
    each.target.write_bytes(found.read_bytes())


def _licences(modules: Path) -> Iterator[str]:
    """Name, version and licence of each package installed: the files hold parts of them."""
    for path in sorted(modules.rglob("package.json")):
        about: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if _is_package(path.parent) and "version" in about:
            named = f"{about['name']} {about['version']}: {about.get('license')}"
            yield "\n\n".join([named, *_texts(path.parent)])


def _is_package(folder: Path) -> bool:
    """Whether it lies in a node_modules, or there in the folder of a scope (@types)."""
    scope = folder.parent
    return "node_modules" in (scope.name, scope.parent.name if scope.name.startswith("@") else "")


def _texts(package: Path) -> Iterator[str]:
    for each in sorted(package.iterdir()):
        if each.is_file() and each.name.lower().startswith(("licen", "notice")):
            yield each.read_text(encoding="utf-8").strip()


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.vendor_site", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fetch nothing; check what is here")
    if not parser.parse_args().check:
        fetch()
    found = faults()
    print(*found, sep="\n", end="\n" * bool(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
