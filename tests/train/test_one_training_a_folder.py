"""Two trainings do not write into one output folder."""

import errno
import os

import pytest

from jmedlora.core.lock import locked
from jmedlora.train.output_folder import lock_output_folder
from tests.support.training import train, workplace


@pytest.mark.slow
def test_a_second_training_in_one_folder_is_refused(tmp_path):
    """The first one is this process, as far as the operating system's lock is concerned."""
    folder = workplace(tmp_path, "opencalm7b")
    output = folder / "outputs" / "opencalm7b-8"
    with locked(output):
        ended = train("opencalm7b", folder)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert (
        f"jmed-train: outputs/opencalm7b-8: process {os.getpid()} is writing there; wait until it "
        "has ended, or choose another folder\n"
    ) in ended.stderr
    assert [path.name for path in output.iterdir()] == [".lock"]


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch, capsys):
    """As some of clusters: the training goes on."""

    def flock(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr("fcntl.flock", flock)
    lock_output_folder(tmp_path / "output")
    assert capsys.readouterr().err == (
        f"jmed-train: {tmp_path}/output: a second run there would not be noticed (locks: "
        "Operation not supported)\n"
    )
