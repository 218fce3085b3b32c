"""A training that cannot go on ends with one line, through its real launch line."""

import json
import shutil
import subprocess

import pytest

from tests.support.commands import run
from tests.support.training import command, offline, same, train, weights, workplace

pytestmark = pytest.mark.slow


def complaint(ended):
    """The one line of a run that was stopped before it began."""
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return [line for line in ended.stderr.splitlines() if line.startswith("jmed-train: ")][-1]


def test_no_data(tmp_path):
    folder = workplace(tmp_path, "opencalm7b")
    shutil.rmtree(folder / "data")
    assert complaint(train("opencalm7b", folder, launcher=True)) == (
        "jmed-train: data/train.jsonl: cannot be read (No such file or directory); "
        "check the path and its permissions"
    )
    assert not (folder / "outputs").exists()


@pytest.mark.xdist_group("opencalm7b")
def test_the_folder_of_another_run(trained):
    folder = trained("opencalm7b")
    before = weights(folder / "outputs/opencalm7b-8")
    line = complaint(train("opencalm7b", folder, "--learning_rate=1e-4"))
    assert line == (
        "jmed-train: outputs/opencalm7b-8 holds a run with other settings: learning_rate (5e-05, "
        "now 0.0001). Start it as before, or choose another --output_dir"
    )
    assert same(weights(folder / "outputs/opencalm7b-8"), before)


def test_a_full_disk_while_a_checkpoint_is_saved(tmp_path):
    folder = workplace(tmp_path, "opencalm7b")
    (folder / "outputs").mkdir()
    space = ("unshare", "--map-root-user", "--net", "--mount")
    if not offline() or subprocess.run([*space, "true"], check=False).returncode:
        pytest.skip("needs a mount namespace, for a small disk")
    line = command("opencalm7b", launcher=False)[len(offline()) :]
    script = (
        "mount -t tmpfs -o size=600k tmpfs outputs; "
        '"$@"; status=$?; cp -r outputs kept; rm -rf kept/prepared; exit $status'
    )
    ended = run(*space, "sh", "-c", script, "sh", *line, "--save_steps=1", cwd=folder)
    assert ended.returncode == 1, ended.stderr[-3000:]
    assert "Traceback" not in ended.stderr
    assert (
        "jmed-train: outputs/opencalm7b-8: no space left on the disk. The complete checkpoints are "
        "kept; free some space and run the same command to go on from the newest\n"
    ) in ended.stderr
    first = json.loads((folder / "kept/opencalm7b-8/checkpoint-1/run_card.json").read_text())
    assert first["step"] == 1
