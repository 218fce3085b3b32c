"""What is said when a training ends with an error: of a child, of a full disk, of anything else."""

import errno
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure

from jmedlora.train import final_line, start_guard
from tests.support.commands import ROOT
from tests.support.plugin import on

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def hooks(monkeypatch):
    """Gives sys.excepthook back after the test."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


@pytest.mark.parametrize(
    ("status", "lines"),
    [
        (1, []),  # the training process has said why
        (-9, ["training was ended by SIGKILL; the same command goes on from the last checkpoint"]),
        (-15, ["training was ended by SIGTERM; the same command goes on from the last checkpoint"]),
    ],
)
def test_the_launcher_adds_no_traceback(capsys, status, lines):
    for error in (
        subprocess.CalledProcessError(status, ["python"]),  # accelerate's, axolotl's
        ChildFailedError("python", {1: ProcessFailure(1, 9, status, "")}),  # torchrun's
    ):
        start_guard._report_child_failure(type(error), error, None)
        assert capsys.readouterr().err.splitlines() == [f"jmed-train: {line}" for line in lines]


def test_another_error_of_the_launcher_keeps_its_traceback(capsys):
    error = ValueError("what")
    start_guard._report_child_failure(ValueError, error, None)
    assert capsys.readouterr().err == "ValueError: what\n"


FULL_DISK = (
    "jmed-train: {}: no space left on the disk. The complete checkpoints are kept; free some space"
    " and run the same command to go on from the newest\n"
)

LOST_PROCESS = (
    f"jmed-train: {{}}: {platform.node()} lost its connection to another process of this training, "
    "which may have said why. The complete checkpoints are kept; run the same command, on several "
    "machines on each of them, to go on from the newest\n"
)


def chained():
    """As torch does it: one error while the file is written, another while it is closed."""
    try:
        fail(RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed"))()
    finally:
        fail(RuntimeError("unexpected pos 704 vs 598"))()


def caused():
    try:
        fail(OSError(errno.ENOSPC, "No space left on device"))()
    except OSError as error:
        raise ValueError("could not save") from error


def fail(error):
    def action():
        raise error

    return action


def report(action):
    """What is said when ``action`` fails."""
    final_line.install_final_line(Path("outputs/a"))
    try:
        action()
    except Exception:
        sys.excepthook(*sys.exc_info())


NO_FULL = not Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    "action",
    [
        fail(OSError(errno.ENOSPC, "No space left on device")),
        fail(OSError(errno.EDQUOT, "Disk quota exceeded")),
        fail(Exception("I/O error: No space left on device (os error 28)")),  # safetensors
        chained,
        caused,
        fail(RuntimeError("basic_ios::clear: iostream error")),  # torch 2.13, given a path
        pytest.param(
            lambda: torch.save(torch.zeros(100_000), open("/dev/full", "wb")),  # noqa: PTH123, SIM115
            marks=pytest.mark.skipif(NO_FULL, reason="needs /dev/full"),
        ),
    ],
)  # fmt: skip
def test_a_full_disk_is_one_line(hooks, capsys, action):
    report(action)
    assert capsys.readouterr().err == FULL_DISK.format("outputs/a")


@pytest.mark.parametrize(
    "error",
    [
        # gloo's, as read where the other machine was killed, switched off, or stopped at its start
        RuntimeError("[gloo/transport/tcp/pair.cc:537] Read error [10.77.0.2]:37017: Connection "
                     "reset by peer. This is typically caused by a remote worker hanging"),
        RuntimeError("[gloo/transport/tcp/pair.cc:553] Connection closed by peer [10.77.0.1]:147"),
        RuntimeError("[gloo/transport/tcp/unbound_buffer.cc:78] Timed out waiting 30000ms for recv "
                     "operation to complete"),
        torch.distributed.DistNetworkError("The client socket has timed out after 60000ms while "
                                           "trying to connect to (10.77.0.1, 29500)."),
        torch.distributed.DistNetworkError("Failed to recv, got 0 bytes. Connection was likely "
                                           "closed. Did the remote server shutdown or crash?"),
    ],
)  # fmt: skip
def test_a_lost_process_is_one_line(hooks, capsys, monkeypatch, error):
    on(monkeypatch, 2)
    report(fail(error))
    assert capsys.readouterr().err == LOST_PROCESS.format("outputs/a")


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),  # of another program
        OSError(errno.EACCES, "Permission denied"),
        RuntimeError("[Errno 32] Broken pipe"),  # this process trains alone
        RuntimeError("CUDA out of memory"),
        ValueError("x"),
    ],
)
def test_any_other_error_keeps_its_traceback(hooks, capsys, error):
    report(fail(error))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == f"{type(error).__name__}: {error}"


@pytest.mark.skipif(NO_FULL, reason="needs /dev/full")
@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_process_that_fills_the_disk_ends_with_the_line(tmp_path, rank):
    code = (
        "from pathlib import Path; from jmedlora.train import final_line;"
        "final_line.install_final_line(Path('out')); open('/dev/full', 'w').write('x' * 100_000)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RANK": rank, "WORLD_SIZE": "2"},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (1, FULL_DISK.format("out"))
