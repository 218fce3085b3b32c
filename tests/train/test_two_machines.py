"""A recipe on two machines: killed on one of them, the same two commands go on and end alike.

Fourteen minutes on a busy computer with two cores, so not a part of ``make test``:
``JMED_TWO_MACHINES=1 pytest tests/train/test_two_machines.py``.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.commands import QUIET, ROOT
from tests.support.training import (
    PLUGINS,
    RECIPES,
    STEPS,
    card,
    kill,
    recipe_path,
    same,
    train,
    wait_for,
    weights,
    workplace,
)
from tests.support.two_machines import ADDRESSES, CABLE, Machine, two_machines

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("JMED_TWO_MACHINES") != "1",
        reason="takes minutes: set JMED_TWO_MACHINES=1",
    ),
]
KILLED = [("llama70b_fsdp2", 1), ("swallow8b", 0), ("swallow8b_instruct", 1)]
"""A recipe, and the machine that is killed: the first one has the card, the lock and the meeting
point of the processes."""


@pytest.fixture(scope="module")
def machines():
    with two_machines() as both:
        yield both


@dataclass(frozen=True, slots=True)
class Started:
    """The launcher of one machine, and what it and its process have printed."""

    launcher: subprocess.Popen[bytes]
    log: Path

    def end(self, seconds: float = 600) -> tuple[int, str]:
        status = self.launcher.wait(seconds)
        return status, self.log.read_text(encoding="utf-8")


def start(machine: Machine, folder: Path, name: str, *overrides: str) -> Started:
    """The command of recipes/README.md on one machine of one process each, without a GPU."""
    line = [
        *machine.prefix, Path(sys.executable).with_name("accelerate"), "launch", "--multi_gpu",
        "--num_machines", "2", "--num_processes", "2", "--machine_rank", machine.rank,
        "--main_process_ip", ADDRESSES[0], "--main_process_port", "29500",
        "-m", "axolotl.cli.train", recipe_path(name), "--base_model=model", *STEPS,
        *RECIPES[name].sizes, *overrides, f"--plugins={PLUGINS}",
    ]  # fmt: skip
    log = folder / f"machine-{machine.rank}.log"
    environment = {
        **os.environ, **QUIET, "PYTHONPATH": str(ROOT), "ACCELERATE_USE_CPU": "true",
        "GLOO_SOCKET_IFNAME": CABLE,
    }  # fmt: skip
    with log.open("w") as out:
        launcher = subprocess.Popen(
            [str(part) for part in line], cwd=folder, env=environment, stdout=out, stderr=out
        )
    return Started(launcher, log)


def start_both(machines, folder, name, *overrides):
    return [start(machine, folder, name, *overrides) for machine in machines]


@pytest.mark.parametrize(("name", "killed"), KILLED)
def test_killed_on_one_machine_and_gone_on_with(name, killed, machines, tmp_path):
    folder, output = workplace(tmp_path, name), "outputs/killed"
    both = start_both(machines, folder, name, f"--output_dir={output}")
    wait_for(folder / output / "checkpoint-2" / "run_card.json", both[0].launcher)
    kill(both[killed].launcher)
    status, said = both[1 - killed].end(120)
    assert status == 1
    assert "lost its connection to another process of this training" in said
    assert "run the same command, on several machines on each of them" in said
    assert "Traceback" not in said

    again = start_both(machines, folder, name, f"--output_dir={output}")
    for status, said in [each.end() for each in again]:
        assert status == 0, said[-3000:]
    assert f"going on from {output}/checkpoint-" in again[0].log.read_text(encoding="utf-8")
    found = card(folder / output)
    assert (found["status"], found["step"], found["starts"]) == ("complete", 8, 2)
    assert found["batch"]["processes"] == 2

    # two processes of one machine, never stopped
    whole = train(name, folder, "--output_dir=outputs/whole", processes=2)
    assert whole.returncode == 0, whole.stderr[-3000:]
    assert same(weights(folder / output), weights(folder / "outputs/whole"))


def test_machines_without_a_shared_folder_are_refused(machines, tmp_path):
    folders = [workplace(tmp_path / str(machine.rank), "llama70b") for machine in machines]
    both = [start(machine, folders[machine.rank], "llama70b") for machine in machines]
    for status, said in [each.end() for each in both]:
        assert status == 1
        assert "outputs/llama70b-8: process 1 on machine " in said
        assert "The output folder must be one that all machines share" in said
        assert "Traceback" not in said
    assert not list(tmp_path.rglob("checkpoint-*"))


def test_a_cut_cable_ends_both_machines_after_the_timeout(tmp_path):
    """No connection is closed, as where a machine loses its power: only time tells."""
    folder = workplace(tmp_path, "llama70b")
    with two_machines() as machines:
        both = start_both(machines, folder, "llama70b", "--ddp_timeout=20")
        wait_for(folder / "outputs/llama70b-8/checkpoint-2/run_card.json", both[0].launcher)
        machines[1].cut_cable()
        for status, said in [each.end(120) for each in both]:
            assert status == 1
            assert "lost its connection to another process of this training" in said
