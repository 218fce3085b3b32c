"""Does what the README says in a fresh environment, and prints the minutes: ``make first-hour``.

A clone of the last commit, an environment of its own, the README's blocks in their order. ``make
demo`` and ``make test`` are left out. With ``--offline`` the model comes from the package of
tests/support/smollm2.lock instead of the Hub, and the exam from $JMED_DATA; what was replaced is
printed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.first_hour.steps import Step, steps
from tests.support.commands import ROOT
from tests.support.smollm2 import convert

MODEL = Path("models/smollm2")
DOWNLOADS = ("hf download", "jmed-data fetch")


def main() -> int:
    parser = argparse.ArgumentParser(description="Do what the README says and print the minutes.")
    parser.add_argument("--offline", action="store_true", help="download no model and no exam")
    parser.add_argument(
        "--most", type=float, metavar="MINUTES", help="status 1 if all took more than this"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-hour-") as folder:
        clone = Path(folder) / "jmedlora"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        taken = [(step.title, timed(step, clone, offline=args.offline)) for step in steps()]
    all_of_them = sum(seconds for _, seconds in taken)
    print()
    for title, seconds in [*taken, ("all", all_of_them)]:
        print(f"{seconds / 60:6.1f} min  {title}")
    return int(args.most is not None and all_of_them > 60 * args.most)


def timed(step: Step, folder: Path, *, offline: bool) -> float:
    """Runs a step; the seconds that it took. Raises CalledProcessError where it fails."""
    print(f"\n## {step.title}", flush=True)
    begun = time.monotonic()
    for block in step.blocks:
        run(without_downloads(block, folder) if offline else block, folder)
    return time.monotonic() - begun


def without_downloads(block: str, folder: Path) -> str:
    """The block without its downloads, once what they bring is there."""
    kept = []
    for command in block.replace("\\\n", "\0").splitlines():
        if not command.startswith(DOWNLOADS):
            kept.append(command)
            continue
        print(f"replaced: {command.replace(chr(0), ' ')}", flush=True)
        if command.startswith("hf "):
            convert(folder / MODEL)
        elif "JMED_DATA" not in os.environ:
            sys.exit("--offline: set JMED_DATA to a folder with jmle2026/")
    return "\n".join(kept).replace("\0", "\\\n")


def run(script: str, folder: Path) -> None:
    """In a shell of its own, with the environment of the README once it is there."""
    activate = "if [ -f env/bin/activate ]; then . env/bin/activate; fi\n"
    outside = Path(sys.executable).parent
    path = [each for each in os.environ["PATH"].split(os.pathsep) if Path(each) != outside]
    variables = {**os.environ, "PATH": os.pathsep.join(path)}
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        variables.pop(name, None)
    command = ["bash", "-e", "-o", "pipefail", "-c", activate + script]
    subprocess.run(command, cwd=folder, env=variables, check=True)


if __name__ == "__main__":
    sys.exit(main())
