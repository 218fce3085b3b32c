"""One writer at a time in a folder."""

import os
import platform
import signal
import subprocess
import sys

import pytest

from jmedlora.core.atomic_write import WriteError
from jmedlora.core.lock import NAME, locked
from tests.support.commands import ROOT


def test_the_folder_is_made_and_free_again_afterwards(tmp_path):
    for _ in range(2):
        with locked(tmp_path / "new/out"):
            written = (tmp_path / "new/out" / NAME).read_text()
            assert written == f"{os.getpid()} {platform.node()}\n"


def test_the_process_that_holds_it_is_named_and_keeps_it(tmp_path):
    code = (
        "import pathlib, sys; from jmedlora.core.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        for _ in range(2):  # a refused writer does not take the number away
            with pytest.raises(WriteError) as caught, locked(tmp_path):
                pass
            assert str(caught.value) == (
                f"{tmp_path}: process {holder.pid} is writing there; wait until it has ended, or "
                "choose another folder"
            )
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with locked(tmp_path):  # a killed process leaves no lock behind
            pass


def test_a_holder_on_another_machine_is_named_with_it(tmp_path):
    with locked(tmp_path):
        (tmp_path / NAME).write_text("12 node7\n")  # as that machine has written it
        with pytest.raises(WriteError) as caught, locked(tmp_path):
            pass
    assert str(caught.value) == (
        f"{tmp_path}: process 12 on machine node7 is writing there; wait until it has ended, or "
        "choose another folder"
    )


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError) as caught, locked(tmp_path / "file"):
        pass
    assert str(caught.value) == (
        f"{tmp_path}/file: cannot be written to (File exists); choose another folder or free some "
        "space"
    )
