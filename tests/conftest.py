"""What the tests share: the real exams, tiny models, and the real commands in a subprocess."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.warm_python import run_warm

ROOT = Path(__file__).parent.parent
TASKS = ROOT / "lm_eval_tasks"
TIMEOUT = 1200
"""Seconds of a command at most, against a hang: a busy machine may take minutes."""
QUIET = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}
"""No network, and one thread a process: the tests run side by side."""

LONGEST_NAME = 100
"""A test's name behind that of its file stays below so many characters."""

PAPER = {
    "until": [],
    "do_sample": True,
    "temperature": 0.1,
    "top_p": 0.9,
    "repetition_penalty": 1.05,
    "max_gen_toks": 256,
}
"""The decoding of the paper, appendix D, as lm-eval is told it."""

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # by default an example that takes 0.2 s has failed


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real exams; the test is skipped (in CI: fails) where there is none."""
    folder = Path(os.environ.get("JMED_DATA", ROOT / "missing"))
    if (folder / "igakuqa").is_dir() and (folder / "jjsimqa").is_dir():
        return folder.resolve()
    reason = "needs the real exams: set JMED_DATA to a folder with igakuqa/ and jjsimqa/"
    if os.environ.get("JMED_REQUIRE_DATA"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    from tests.support.tiny_model import build

    return build(tmp_path_factory.mktemp("models") / "tiny-gpt-neox")


def pytest_configure() -> None:
    """Started in the background, Ctrl-C is ignored here and in every command that a test starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Of a long text its beginning, so that a test's name fits into a line; a name stays whole."""
    if not isinstance(val, str | bytes):
        return None
    text = val if isinstance(val, str) else val.decode("latin-1")
    if text.isascii() and text.isidentifier():
        return None
    shown = text[:16]
    while len(shown.encode("unicode_escape")) > 16:
        shown = shown[:-1]
    return None if shown == text else shown.encode("unicode_escape").decode()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    names = [item.nodeid.partition("::")[2] for item in items]
    if long := [name for name in names if len(name) >= LONGEST_NAME]:
        shown = ", ".join(f"{name[:LONGEST_NAME]}…" for name in long)
        raise pytest.UsageError(f"{LONGEST_NAME} characters or more; give the case an id: {shown}")


@pytest.fixture
def no_data(monkeypatch, tmp_path) -> None:
    """A machine that has no exam, neither in JMED_DATA nor in the cache."""
    monkeypatch.delenv("JMED_DATA", raising=False)
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "empty-cache"))


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of the environment under test to its end, with text output.

    Where the command is ``python -m MODULE`` and the module is slow to import, the process is the
    fork of a Python that has imported it (tests/support/warm_python.py).
    """
    line = [str(part) for part in command]
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), **env}
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


@pytest.fixture(scope="session")
def small_disk() -> tuple[str, ...]:
    """The beginning of a command with a disk of its own, for tests/support/small_disk.py's FULL."""
    from tests.support.small_disk import small_disk

    return small_disk()


@pytest.fixture
def mark(tmp_path) -> Path:
    """A file that is there only if something of the folder was run."""
    return tmp_path / "mark"


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Callable[[str], Path]:
    """``trained(name)``: where the recipe was trained to its end, once a worker.

    One recipe is started by the launch line of its header; the launcher is the same for all.
    """
    from tests.support.training import train, workplace

    @cache
    def folder_of(name: str) -> Path:
        folder = workplace(tmp_path_factory.mktemp(name), name)
        ended = train(name, folder, launcher=name == "opencalm7b")
        assert ended.returncode == 0, ended.stderr[-3000:]
        return folder

    return folder_of


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Path:
    """The folder that ``make demo`` fills; its tests belong to the xdist_group "demo"."""
    from tests.support.demo import run_demo

    return run_demo(tmp_path_factory.mktemp("checkout"))
