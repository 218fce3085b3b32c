"""``make offline-bundle``: one folder with all that a machine without a network needs.

It holds ``wheels/`` (this project and what it depends on, as ``requirements.lock`` has it),
``requirements.txt`` (every wheel with its SHA-256, for pip), the recipes, the documentation, the
exams where this machine has them, ``install.sh``, and ``SHA256SUMS``, written last: a folder
without it is not complete. Started again after a stop, it goes on with the wheels that are missing.

The wheels are those that pip chooses for this machine: the other one needs the same system,
architecture and Python.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from jmedlora.core.checksum import sha256
from jmedlora.core.cli.run_command import run_command
from jmedlora.exams.cache import MissingDataError, locate
from jmedlora.exams.manifest import Source, read_manifest
from jmedlora.exams.registry import load_exam
from scripts.offline_bundle.wheels import (
    build_own,
    collect,
    pinned,
    plan,
    remove_others,
    this_machine,
)

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SUMS = "SHA256SUMS"
CARRIED = ("install.sh", "README.md", "README.ja.md")
FOLDERS = ("recipes", "docs")
"""The project's own, as they are."""
PAGES = ("README.md", "README.ja.md", "SECURITY.md", "SECURITY.ja.md")
"""The project's own; they go into ``pages``, because the bundle has a README of its own."""
EXTRAS = "report,api,generate,train"


def make(folder: Path, extras: str, *, exams: bool, project: Path = ROOT) -> None:
    """Makes the bundle of ``project`` in ``folder``. Raises OSError, UserError or SystemExit."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SUMS).unlink(missing_ok=True)
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    planned = plan(project, extras, folder.with_name(f"{folder.name}.plan.json"))
    collect(planned, wheels)
    own = build_own(project, wheels)
    remove_others(wheels, {own, *(each.found(wheels) for each in planned)})
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(project / name, folder / name)
    (folder / "pages").mkdir(exist_ok=True)
    for name in PAGES:
        shutil.copyfile(project / name, folder / "pages" / name)
    put_exams(folder, wanted=exams)
    for name in CARRIED:
        shutil.copyfile(HERE / name, folder / name)
    (folder / "built-for").write_text(f"{this_machine()}\n", encoding="utf-8")
    (folder / "requirements.txt").write_text("".join(pinned(wheels)), encoding="utf-8")
    write_sums(folder)


def put_exams(folder: Path, *, wanted: bool) -> None:
    """Makes ``exams`` what this machine has, or takes it out; not before the copy is complete."""
    part = folder / "exams.part"  # the exams to copy may be those of this very bundle
    shutil.rmtree(part, ignore_errors=True)
    if wanted:
        copy_exams(part)
    shutil.rmtree(folder / "exams", ignore_errors=True)
    if part.exists():
        part.rename(folder / "exams")


def copy_exams(folder: Path) -> None:
    """The exams of this machine and their terms; says which are missing."""
    notices = []
    for exam, source in read_manifest().items():
        try:
            root = locate(exam).root
            questions = len(load_exam(exam).items)
        except MissingDataError as error:
            print(f"without {exam}: {error}")
            continue
        for path in exam_files(root, source):
            target = folder / exam / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        notices.append(f"{exam}: {source.notice}\n")
        print(f"with {exam}: {questions} questions; its terms stand in exams/NOTICE")
    if notices:
        (folder / "NOTICE").write_text("".join(notices), encoding="utf-8")


def exam_files(root: Path, source: Source) -> set[Path]:
    """The published files, and a JSON Lines file that was put beside them by hand."""
    published = {root / name for name in source.files | source.images}
    return {path for path in {*published, *root.glob("*.jsonl")} if path.is_file()}


def write_sums(folder: Path) -> None:
    """The SHA-256 of every file, as ``sha256sum -c`` reads it; in place only when complete."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    part = folder.with_name(f"{folder.name}.sums.part")
    with part.open("w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / SUMS)
    size = sum(path.stat().st_size for path in files) / 1e9
    print(f"{folder}: {len(files)} files, {size:.2f} GB, for Python {this_machine()}")
    print(f"{sha256(folder / SUMS)}  {SUMS} (compare it with what install.sh prints)")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.offline_bundle.make", description="Make the offline bundle."
    )
    parser.add_argument("folder", type=Path, help="the bundle; an unfinished one is gone on with")
    parser.add_argument("--extras", default=EXTRAS, help="from setup.cfg (default: %(default)s)")
    parser.add_argument("--no-exams", action="store_true", help="leave the exams out")
    args = parser.parse_args()

    def run() -> int:
        make(args.folder, args.extras, exams=not args.no_exams)
        return 0

    return run_command("bundle", run)


if __name__ == "__main__":
    sys.exit(main())
