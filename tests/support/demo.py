"""``make demo`` as the tests run it: its script as it is, without a network, killed once.

Its 14 evaluations and the 4-bit copy are forks of a warm Python; what it trains is started by
``accelerate launch``.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.commands import QUIET, ROOT
from tests.support.training import kill, offline, wait_for
from tests.support.warm_programs import warm_programs


def start(folder: Path, part: str, *before: Path) -> subprocess.Popen:
    """One part of the demo, as its rule in the Makefile starts it.

    before: folders whose programs stand before those of the environment.
    """
    path = os.pathsep.join(
        [*map(str, before), str(Path(sys.executable).parent), os.environ["PATH"]]
    )
    return subprocess.Popen(
        [*offline(), "sh", "scripts/demo.sh", part],
        cwd=folder,
        env={**os.environ, **QUIET, "PATH": path},
        stdout=(folder / f"{part}.out").open("a"),
        stderr=subprocess.STDOUT,
    )


def end(folder: Path, *started: subprocess.Popen) -> None:
    for process in started:
        said = "".join(path.read_text() for path in folder.glob("*.out"))
        assert process.wait(timeout=3600) == 0, said


def ending(said: str) -> list[str]:
    """The lines of ``make demo`` behind its steps."""
    lines = said.splitlines()
    return lines[1 + max(at for at, line in enumerate(lines) if line.startswith("Comparing ")) :]


def run_demo(folder: Path) -> Path:
    """The demo's own folder, once it ended; its LoRA training was killed after a checkpoint."""
    for name in ("scripts", "recipes", "lm_eval_tasks", "jmedlora", "tests"):
        (folder / name).symlink_to(ROOT / name)
    end(folder, start(folder, "data"))
    with warm_programs(["lm_eval", "jmed-train"], prefix=offline()) as warm:
        llama, neox = (start(folder, part, warm) for part in ("llama", "neox"))
        checkpoint = folder / "demo/outputs/opencalm7b-300/checkpoint-100"
        wait_for(checkpoint / "run_card.json", neox, seconds=3600)
        kill(neox)
        end(folder, llama, start(folder, "neox", warm))
    end(folder, start(folder, "report"))
    return folder / "demo"
