"""Files appear whole, or an earlier one stays."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jmedlora.core.atomic_write import (
    WriteError,
    atomic_path,
    atomic_write,
    write_errors,
    write_file,
)
from tests.support.commands import ROOT


def everything(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_is_written_and_its_folder_made(tmp_path):
    write_file(tmp_path / "new/table.md", "表\n")
    assert everything(tmp_path / "new") == {"table.md": "表\n".encode()}


def test_the_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "hits.jsonl"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"first ")
        assert path.read_bytes() == b"old"
        file.write(b"second")
    assert everything(tmp_path) == {"hits.jsonl": b"first second"}


def test_what_writes_by_itself_gets_a_path(tmp_path):
    with atomic_path(tmp_path / "data.parquet") as part:
        assert part.parent == tmp_path
        part.write_bytes(b"columns")
    assert everything(tmp_path) == {"data.parquet": b"columns"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_an_exception_leaves_the_earlier_file(tmp_path, error):
    path = tmp_path / "card.json"
    path.write_bytes(b"old")
    with pytest.raises(error), atomic_write(path) as file:
        file.write(b"half")
        raise error
    assert everything(tmp_path) == {"card.json": b"old"}


@pytest.mark.parametrize(
    ("there", "left"),
    [
        ([], []),
        (["cache"], ["cache"]),
        (["cache/exam/a.jsonl"], ["cache", "cache/exam", "cache/exam/a.jsonl"]),
    ],
)
def test_a_block_that_fails_leaves_no_folder_that_it_made(tmp_path, there, left):
    for name in there:
        (tmp_path / name).mkdir(parents=True)
    path = tmp_path / "cache/exam/data/b.jsonl"
    with pytest.raises(KeyboardInterrupt), atomic_path(path) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == left


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(WriteError) as caught:
        write_file(tmp_path / "out/table.md", "")
    assert str(caught.value) == (
        f"{tmp_path}/out/table.md: cannot be written (File exists); choose another --out"
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (28, "a: cannot be written (No space left on device); free some space"),
        (13, "a: cannot be written (Permission denied); set JMED_CACHE"),
    ],
)
def test_the_remedy_depends_on_the_reason(number, said):
    with pytest.raises(WriteError) as caught, write_errors(Path("a"), remedy="set JMED_CACHE"):
        raise OSError(number, os.strerror(number))
    assert str(caught.value) == said


WRITE = """
import sys
from pathlib import Path
from jmedlora.core.atomic_write import write_file
for _ in range(20):
    write_file(Path("table.md"), sys.argv[1] * 100_000)
"""


def test_two_reports_in_one_folder_leave_no_mixture(tmp_path):
    """The last one stands; a reader finds one or the other at any time."""
    line = [sys.executable, "-c", WRITE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen([*line, each], cwd=tmp_path, env=environment) for each in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        with contextlib.suppress(FileNotFoundError):  # before the first one is written
            seen.add((tmp_path / "table.md").read_text(encoding="utf-8"))
        time.sleep(0.005)
    assert [writer.returncode for writer in writers] == [0, 0]
    seen.add((tmp_path / "table.md").read_text(encoding="utf-8"))
    assert seen <= {"a" * 100_000, "b" * 100_000}
    assert [path.name for path in tmp_path.iterdir()] == ["table.md"]
