"""The real commands in a subprocess, and the files that they leave."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.warm_python import Forked, run_warm, start_warm

ROOT = Path(__file__).parents[2]
TASKS = ROOT / "lm_eval_tasks"
TIMEOUT = 1200
"""Seconds of a command at most, against a hang: a busy machine may take minutes."""
QUIET = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}
"""No network, and one thread a process: the tests run side by side."""

PAPER = {
    "until": [],
    "do_sample": True,
    "temperature": 0.1,
    "top_p": 0.9,
    "repetition_penalty": 1.05,
    "max_gen_toks": 256,
}
"""The decoding of the paper, appendix D, as lm-eval is told it."""


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of the environment under test to its end, with text output.

    Where the command is ``python -m MODULE`` and the module is slow to import, the process is the
    fork of a Python that has imported it (tests/support/warm_python.py).
    """
    line = [str(part) for part in command]
    environment = _environment(env)
    if ended := run_warm(line, cwd, environment, seconds=TIMEOUT):
        return ended
    return subprocess.run(
        line,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def start(*command: str | Path, cwd: Path, log: Path, **env: str) -> Forked:
    """Starts such a ``python -m MODULE`` to be killed; its whole output goes into ``log``."""
    return start_warm([str(part) for part in command], cwd, _environment(env), log)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), **more}


def lm_eval(*args: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The real ``lm_eval`` command on the checkout's tasks, writing results into ``cwd``/out.

    lm-eval's own tasks are not listed (tests/support/warm_python.py).
    """
    return run(
        sys.executable, "-m", "lm_eval", "run", "--include_path", TASKS, "--device", "cpu",
        "--output_path", "out", "--log_samples", *args, cwd=cwd, **env,
    )  # fmt: skip


def results(folder: Path) -> dict[str, Any]:
    """The newest results file below ``folder``."""
    return json.loads(results_file(folder).read_text(encoding="utf-8"))


def results_file(folder: Path) -> Path:
    found = sorted(folder.rglob("results_*.json"))
    assert found, f"no results below {folder}"
    return found[-1]


def samples(folder: Path, task: str) -> list[dict[str, Any]]:
    """The newest logged samples of ``task`` below ``folder``, in document order."""
    path = sorted(folder.rglob(f"samples_{task}_2*.jsonl"))[-1]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(rows, key=lambda row: row["doc_id"])


def write_jsonl(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def mode(path: Path) -> int:
    """The permissions of a file, such as 0o600."""
    return stat.S_IMODE(path.stat().st_mode)
