"""Builds the pages of the repository as a site, in ``build/site``, in both languages.

``python -m scripts.docs_site.build`` copies the pages to ``build/docs`` as they lie in the
repository, so that their links to one another work in both places, and builds them with MkDocs. A
link or an anchor that leads nowhere ends it with status 1. ``index.html`` opens from the disk.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGES = ("*.md", "CITATION.cff", "LICENSE", "docs/*", "recipes/*", "benchmarks/README.md")
SHIM = "iframe-worker.js"
"""From the npm package iframe-worker 1.0.4 (MIT): lets the search run in a page of the disk."""


def stage(folder: Path) -> None:
    """Copies the pages, and what they link to, into ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    for pattern in PAGES:
        for path in ROOT.glob(pattern):
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    (folder / "assets").mkdir()
    for name in (SHIM, "iframe-worker.LICENSE"):
        shutil.copyfile(HERE / name, folder / "assets" / name)


def main() -> int:
    stage(ROOT / "build" / "docs")
    quiet = {"NO_MKDOCS_2_WARNING": "1"}  # its name for an advertisement in colours
    # Not --quiet: a warning that is not logged would not count, and the build be no strict one.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    built = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env={**os.environ, **quiet}, capture_output=True, text=True, check=False
    )
    for line in built.stderr.splitlines():
        if line and not line.startswith("INFO"):
            print(line, file=sys.stderr)
    print(f"documentation: {'not built' if built.returncode else 'build/site/index.html'}")
    return built.returncode


if __name__ == "__main__":
    sys.exit(main())
