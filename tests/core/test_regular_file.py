"""What is no regular file is refused in one line: nothing is waited for."""

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from jmedlora.core.regular_file import open_regular, read_regular
from jmedlora.data.cli import main as jmed_data
from jmedlora.models.model_folder import check_model
from jmedlora.report.cli import main as jmed_report
from tests.support.commands import run, write_jsonl

SECONDS = 20
"""A command that waits for a pipe is ended after so many."""
PAIR = {"instruction": "a", "output": "b"}
LINES = [
    "data check exam.jsonl",
    "data check exam.csv",
    "data check good.jsonl",  # its description is a pipe
    "data check --for train exam.jsonl",
    "data check --for train train.jsonl --recipe recipe.yml",
    "data describe exam.jsonl",
    "data overlap exam.jsonl --exam jmed_sample",
    "data overlap train.jsonl --exam exam.jsonl",
    "data sample-pairs folder --out page.html",
    "report scores run.json",
    "report signature run.json",
    "report table run.json",
    "report table folder",
    "report responses run.json",
    "report exam exam.jsonl",
    "report audit exam.jsonl",
    "report consistency run.json",
]
PIPES = ["exam.jsonl", "exam.csv", "good.yaml", "recipe.yml", "run.json", "folder/train.jsonl",
         "folder/results_2026-01-01.json"]  # fmt: skip


@contextlib.contextmanager
def ended_after(seconds: int):
    """Raises TimeoutError in what waits longer."""

    def end(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def pipes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    for name in PIPES:
        os.mkfifo(name)
    write_jsonl(tmp_path / "train.jsonl", PAIR)
    choices = {"choices": ["甲", "乙"], "answer": [0]}
    write_jsonl(tmp_path / "good.jsonl", {"problem_id": "Q1", "question": "問", **choices})


@pytest.mark.parametrize("line", LINES)
def test_a_named_pipe_is_not_waited_for(line, pipes, capsys):
    program, *args = line.split()
    with ended_after(SECONDS):
        status = (jmed_data if program == "data" else jmed_report)(args)
    said = capsys.readouterr().err
    assert status == 1, said
    assert "a named pipe, not a regular file" in said or "is no regular file" in said
    assert len(said.splitlines()) == 1


def test_weights_that_are_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "model.safetensors")
    with ended_after(SECONDS):
        said = [str(fault) for fault in check_model(tmp_path)]
    assert any("model.safetensors: cannot be read (it is a named pipe" in each for each in said)


def test_devices_and_sockets(tmp_path):
    with pytest.raises(OSError, match="it is a device, not a regular file"):
        open_regular(Path("/dev/zero"))
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        with pytest.raises(OSError, match="it is a socket") as caught:
            read_regular(path)
    assert caught.value.filename == str(path)


def test_what_a_shell_opens_is_read(tmp_path):
    """Standard input, and <(command): somebody writes into them already."""
    write_jsonl(tmp_path / "train.jsonl", PAIR)
    script = 'cat train.jsonl | "$@" /dev/stdin && "$@" <(cat train.jsonl)'
    check = [sys.executable, "-m", "jmedlora.data.cli", "check", "--for", "train"]
    ended = run("bash", "-c", script, "bash", *check, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("1 record") == 2
