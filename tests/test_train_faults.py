"""A training that cannot go on ends with one line, through its real launch line."""

import json
import shutil
import subprocess

import pytest

from tests.conftest import ROOT, run
from tests.training import command, offline, same, train, weights, workplace

pytestmark = pytest.mark.slow
STRACE = shutil.which("strace")
CALLS = "trace=connect,sendto,sendmsg,sendmmsg"


def complaint(ended):
    """The one line of a run that was stopped before it began."""
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return [line for line in ended.stderr.splitlines() if line.startswith("jmed_train: ")][-1]


def test_no_data(tmp_path):
    folder = workplace(tmp_path, "opencalm7b")
    shutil.rmtree(folder / "data")
    assert complaint(train("opencalm7b", folder, launcher=True)) == (
        "jmed_train: data/train.jsonl: cannot be read (No such file or directory); "
        "check the path and its permissions"
    )
    assert not (folder / "outputs").exists()


@pytest.mark.xdist_group("opencalm7b")
def test_the_folder_of_another_run(trained):
    folder = trained("opencalm7b")
    before = weights(folder / "outputs/opencalm7b-8")
    line = complaint(train("opencalm7b", folder, "--learning_rate=1e-4"))
    assert line == (
        "jmed_train: outputs/opencalm7b-8 holds a run with other settings: learning_rate (5e-05, "
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
        "jmed_train: outputs/opencalm7b-8: no space left on the disk. The complete checkpoints are "
        "kept; free some space and run the same command to go on from the newest\n"
    ) in ended.stderr
    first = json.loads((folder / "kept/opencalm7b-8/checkpoint-1/run_card.json").read_text())
    assert first["step"] == 1


@pytest.mark.skipif(STRACE is None, reason="needs strace, which sees every connection attempt")
@pytest.mark.parametrize(("name", "exported"), [("llama70b", True), ("opencalm7b", False)])
def test_no_connection_is_attempted(name, exported, tmp_path):
    """With a network, unlike the other tests: what a run would send if it could."""
    folder = workplace(tmp_path, name)
    line = command(name, "--max_steps=2")[len(offline()) :]
    watched = [
        STRACE,
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=connect,sendto,sendmsg,sendmmsg",
        "-o",
        "calls",
    ]
    unset = {} if exported else {"DO_NOT_TRACK": "", "HF_HUB_OFFLINE": ""}
    ended = run(*watched, *line, cwd=folder, **unset)
    assert ended.returncode == (0 if exported else 1), ended.stderr[-3000:]
    if not exported:
        assert ended.stderr == (
            f"jmed_train: {ROOT}/recipes/opencalm7b.yml: nothing was started or sent, because "
            "telemetry or the Hub would be used; "
            "run: export DO_NOT_TRACK=1 HF_HUB_OFFLINE=1\n"
        )
    assert outside(folder / "calls") == []


@pytest.mark.skipif(STRACE is None, reason="needs strace")
def test_the_audit_sees_a_connection_attempt(tmp_path):
    code = (
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    )
    run(
        STRACE,
        "-f",
        "-e",
        "trace=connect,sendto",
        "-o",
        "calls",
        "python3",
        "-c",
        code,
        cwd=tmp_path,
    )
    assert len(outside(tmp_path / "calls")) == 1


def outside(calls):
    """The recorded calls that name an address beyond this machine."""
    lines = calls.read_text(encoding="utf-8", errors="replace").splitlines()
    inet = [line for line in lines if "AF_INET" in line]
    local = [line for line in inet if '"127.' in line or '"::1"' in line]
    return [line for line in inet if line not in local or "htons(53)" in line]  # 53: a name service
