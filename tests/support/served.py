"""The real servers of a model, ``transformers serve`` and ``vllm serve``, started for a test."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.commands import QUIET


def transformers_serve(model: Path) -> AbstractContextManager[str]:
    """Serves the model of a folder; gives the base address. Its log lies beside the folder."""
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(model)]
    if not Path(command[0]).exists():  # the environment with the newest lm-eval borrows it
        command = [sys.executable, "-m", "transformers.cli.transformers", *command[1:]]
    return _served(model, [*command, "--device", "cpu"])


def vllm_serve(model: Path, **env: str) -> AbstractContextManager[str]:
    """The same by vLLM's OpenAI-compatible server, in single precision and uncompiled."""
    program = str(Path(sys.executable).with_name("vllm"))
    command = [program, "serve", str(model), "--dtype", "float32", "--enforce-eager"]
    return _served(model, command, **env)


@contextlib.contextmanager
def _served(model: Path, command: Sequence[str], **env: str) -> Iterator[str]:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (model.parent / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            stdout=log, stderr=log, env={**os.environ, **QUIET, **env},
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for(url: str, process: subprocess.Popen, seconds: int = 600) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url, timeout=2)
            return
        time.sleep(0.5)
    pytest.fail(f"no answer from {url} in {seconds} s")
