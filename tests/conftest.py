"""The fixtures that all rooms share, and what holds for every test."""

import os
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.commands import ROOT

LONGEST_NAME = 100
"""A test's name behind that of its file stays below so many characters."""

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # by default an example that takes 0.2 s has failed


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real exams; the test is skipped (in CI: fails) where there is none."""
    return _folder_with("igakuqa", "jjsimqa")


@pytest.fixture(scope="session")
def real_recent() -> Path:
    """The same for the 119th and the 120th examination."""
    return _folder_with("igakuqa119", "jmle2026")


def _folder_with(*exams: str) -> Path:
    folder = Path(os.environ.get("JMED_DATA", ROOT / "missing"))
    if all((folder / exam).is_dir() for exam in exams):
        return folder.resolve()
    needed = " and ".join(f"{exam}/" for exam in exams)
    reason = f"needs the real exams: set JMED_DATA to a folder with {needed}"
    if os.environ.get("JMED_REQUIRE_DATA"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    from tests.support.tiny_model import build

    return build(tmp_path_factory.mktemp("models") / "tiny-gpt-neox")


@pytest.fixture(scope="session")
def smollm2(tmp_path_factory) -> Path:
    """A real instruction model. To convert it takes 18 seconds."""
    from tests.support.built_once import built_once
    from tests.support.smollm2 import convert

    return built_once(tmp_path_factory, "smollm2-135m-instruct", convert)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The checkout's wheel."""
    from tests.support.built_once import built_once
    from tests.support.installed import build_wheel

    (found,) = built_once(tmp_path_factory, "wheel", build_wheel).glob("jmedlora-*.whl")
    return found


def pytest_configure() -> None:
    """Started in the background, Ctrl-C is ignored here and in every command that a test starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``-m lm_eval`` no module without that mark: to import them takes ten seconds."""
    if config.option.markexpr != "lm_eval" or not collection_path.match("test_*.py"):
        return None
    return "mark.lm_eval" not in collection_path.read_text(encoding="utf-8") or None


def pytest_make_parametrize_id(val: object) -> str | None:
    """The beginning of a long text, so that a test's name fits into a line; a name stays whole."""
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
        launcher = name == "opencalm7b"
        ended = train(name, folder, launcher=launcher)
        assert ended.returncode == 0, ended.stderr[-3000:]
        # nothing that a library says of itself stands before our first line
        assert not launcher or ended.stderr.startswith("jmed-train: "), ended.stderr[:3000]
        return folder

    return folder_of


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Path:
    """The folder that ``make demo`` fills; its tests belong to the xdist_group "demo"."""
    from tests.support.demo import run_demo

    return run_demo(tmp_path_factory.mktemp("checkout"))
