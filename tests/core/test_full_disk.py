"""A disk that is full when a command writes its files."""

import sys
from pathlib import Path

import pytest

from tests.support.commands import run, write_jsonl
from tests.support.responses import chunks, response
from tests.support.runs import answers, questions, write_run
from tests.support.small_disk import FULL


def parsed(folder: Path) -> None:
    no_pair = response("対ではない。", start=9000)
    write_jsonl(folder / "before" / "responses.jsonl", *chunks(6), no_pair)


def evaluated(folder: Path) -> None:
    docs = questions(4)
    for step in (0, 100):
        adapter = f"out/x-{step}" if step else None
        write_run(folder, task="igakuqa", docs=docs, responses=answers(docs, 2), adapter=adapter,
                  step=step or None)  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "line", "file"),
    [
        (parsed, "jmedlora.data.cli parse small", "small/rejected.jsonl"),
        (evaluated, "jmedlora.report.cli table results --resamples 9 --out small",
         "small/table.md"),
        (evaluated, "jmedlora.report.cli responses results --out small", "small/responses.md"),
        (evaluated, "jmedlora.report.cli plot results --resamples 9 --out small",
         "small/igakuqa-accuracy.png"),
        (evaluated, "jmedlora.report.cli site results --resamples 9 --out small",
         "small/index.html"),
    ],
)  # fmt: skip
def test_a_full_disk_is_one_line_and_leaves_no_half_file(prepare, line, file, small_disk, tmp_path):
    for name in ("small", "before", "after"):
        (tmp_path / name).mkdir()
    prepare(tmp_path)
    (tmp_path / "before" / Path(file).name).write_text("of an earlier run", encoding="utf-8")
    ended = run(*small_disk, FULL, "sh", sys.executable, "-m", *line.split(), cwd=tmp_path)
    assert ended.returncode == 1, ended.stderr
    said = f"{file}: cannot be written (No space left on device); free some space"
    assert ended.stderr.splitlines()[-1] == f"jmed-{line.split('.')[1]}: {said}"
    before, after = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir() if path.is_file()}
        for name in ("before", "after")
    )
    after.pop(".lock", None)
    assert after == before
