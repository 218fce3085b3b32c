"""Ctrl-C while a command waits for its input."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import time

from tests.support.commands import ROOT

READING = [
    "jmedlora.data.cli check --for train FILE",
    "jmedlora.data.cli describe FILE",
    "jmedlora.data.cli overlap FILE --exam jmed_sample",
    "jmedlora.report.cli scores FILE",
    "jmedlora.report.cli table FILE",
    "jmedlora.report.cli responses FILE",
]


def wait_until_read(pipe, content):
    """Until the reader waits for more: Python loses a Ctrl-C that comes amid some imports."""
    pipe.write(content)
    while int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder):
        time.sleep(0.01)
    time.sleep(0.05)


def test_ctrl_c_is_one_line(tmp_path):
    """While a command waits for its input, a pipe to which nothing more is written."""
    for line in READING:
        command = [sys.executable, "-m", *line.replace("FILE", "/dev/stdin").split()]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            bufsize=0, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        wait_until_read(process.stdin, b" ")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        out, said = process.stdout.read().decode(), process.stderr.read().decode()
        name = f"jmed-{line.split('.')[1]}"
        assert (process.returncode, out) == (130, ""), line
        assert said == f"{name}: interrupted; run the same command again\n"
