"""How a command ends: a fault of the user is a line, a bug keeps its traceback."""

import errno
import io
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jmedlora.core.atomic_write import WriteError
from jmedlora.core.cli.command import run_program
from jmedlora.core.cli.run_command import run_command
from jmedlora.core.errors import Fault, FileError, UserError, user_message
from tests.support.commands import ROOT
from tests.support.programs import PROGRAMS

COMMANDS = [
    pytest.param(program, command, id=f"{program.name} {command.name}")
    for program in PROGRAMS
    for command in program.commands
]


def run_example(program, command, run):
    """Gives the example of ``command``, which does ``run`` in place of its work."""
    commands = [replace(each, run=run) if each is command else each for each in program.commands]
    argv = shlex.split(command.example.removeprefix(program.name))
    return run_program(replace(program, commands=commands), argv)


@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_a_bug_keeps_its_traceback(program, command, capsys):
    def with_a_bug(args):
        return len(list(zip("ab", "abc", strict=True)))

    assert run_example(program, command, with_a_bug) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Traceback (most recent call last):\n")
    assert "in with_a_bug\n" in err
    *_, error, last = err.splitlines()
    assert error == "ValueError: zip() argument 2 is longer than argument 1"
    assert last.startswith(f"{program.name}: this is a bug in jmedlora, not a mistake of yours. ")
    assert "names of files and texts" in last
    assert f"Python {sys.version.split()[0]} on " in last


@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_what_a_user_can_mend_is_a_line(program, command, capsys):
    def refuse(args):
        raise UserError("exam.jsonl: is not there; check the path")

    assert run_example(program, command, refuse) == 1
    said = f"{program.name}: exam.jsonl: is not there; check the path\n"
    assert capsys.readouterr() == ("", said)


def failing(error):
    def fail():
        raise error

    return fail


FAULT = Fault("a.jsonl", 3, "Q1", "no answer", "give one")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("one\ntwo"), "prog: one\ntwo\n"),
        (UserError("\x1b[31m" + "x" * 2000), "prog: \\x1b[31m" + "x" * 985 + "…\n"),
        (FileError([FAULT]), "prog: a.jsonl:3: Q1: no answer; give one\n"),
        (WriteError("igakuqa is missing"), "prog: igakuqa is missing\n"),
        (WriteError("out: cannot be written"), "prog: out: cannot be written\n"),
        (MemoryError(), "prog: not enough memory; cut the input into smaller parts\n"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "x.txt"),
            "prog: x.txt: cannot be read or written (No such file or directory)\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "prog: the output: cannot be read or written (No space left on device)\n",
        ),
    ],
)
def test_faults_that_a_user_can_mend(error, said, capsys):
    assert run_command("prog", failing(error)) == 1
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a sum is negative"),
        KeyError("answer"),
        AssertionError(),
        RecursionError(),
        io.UnsupportedOperation("fileno"),
        OSError("without a number"),
        OSError(errno.EBADF, "Bad file descriptor"),
        OSError(errno.EBADF, "Bad file descriptor", 7),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    ],
    ids=repr,
)
def test_bugs(error, capsys):
    assert user_message(error) is None
    assert run_command("prog", failing(error)) == 70
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("prog: this is a bug in jmedlora")


def test_what_was_printed_before_a_fault_stands_before_it(tmp_path):
    code = (
        "from jmedlora.core.cli.run_command import run_command\n"
        "from jmedlora.core.errors import UserError\n"
        "def run():\n    print('a result')\n    raise UserError('a fault')\n"
        "raise SystemExit(run_command('prog', run))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert (ended.returncode, ended.stdout) == (1, "a result\nprog: a fault\n")


def test_ctrl_c(capsys):
    assert run_command("prog", lambda: signal.raise_signal(signal.SIGINT)) == 130
    assert capsys.readouterr() == ("", "prog: interrupted; run the same command again\n")


def shell(script, **env):
    """Runs ``script``, in which $PROG is a program that prints one Japanese line."""
    code = (
        "from jmedlora.core.cli.run_command import run_command; "
        "raise SystemExit(run_command('prog', lambda: print('肺炎') or 0))"
    )
    command = shlex.join([sys.executable, "-c", code])
    return subprocess.run(
        ["bash", "-c", script.replace("$PROG", command)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
    )


NO_FULL = not Path("/dev/full").exists()


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        ("$PROG >&-", 1, "standard output is closed; send it to a file or to /dev/null"),
        ("$PROG 1</dev/null", 1, "the output: cannot be read or written (Bad file descriptor)"),
        pytest.param(
            "$PROG >/dev/full",
            1,
            "the output: cannot be read or written (No space left on device)",
            marks=pytest.mark.skipif(NO_FULL, reason="needs /dev/full"),
        ),
        ("set -o pipefail; $PROG | true", 1, None),
        ("$PROG <&-", 0, None),
    ],
)  # fmt: skip
def test_an_output_that_cannot_be_written(script, status, said):
    ended = shell(script)
    if "|" in script:  # the program may be done before its reader is
        assert ended.returncode in (0, 1)
    else:
        assert ended.returncode == status
    assert ended.stderr == (f"prog: {said}\n" if said else "")


def test_errors_do_not_go_to_standard_output_where_their_own_is_closed():
    assert shell("$PROG 2>&-").stdout == "肺炎\n"
    assert shell("$PROG >&- 2>&-").returncode == 1


def test_an_output_without_japanese_characters():
    ended = shell("$PROG", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "prog: standard output (ascii) cannot show U+80BA; run: export PYTHONUTF8=1\n"
    )


@pytest.mark.parametrize(
    ("command", "output", "said"),
    [
        ("--help", "&-", "standard output is closed; send it to a file or to /dev/null"),
        pytest.param(
            "--help",
            "/dev/full",
            "the output: cannot be read or written (No space left on device)",
            marks=pytest.mark.skipif(NO_FULL, reason="needs /dev/full"),
        ),
        pytest.param(
            "merge --help",
            "/dev/full",
            "the output: cannot be read or written (No space left on device)",
            marks=pytest.mark.skipif(NO_FULL, reason="needs /dev/full"),
        ),
    ],
)
def test_a_manual_page_that_cannot_be_written(command, output, said):
    given = f"{sys.executable} -m jmedlora.train.cli {command} >{output}"
    ended = subprocess.run(["bash", "-c", given], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == f"jmed-train: {said}\n"
