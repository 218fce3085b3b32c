"""Runs that cannot be read and tables that cannot be written: one line each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jmedlora.report.cli import main
from jmedlora.report.load.results_file import ResultsError
from tests.support.commands import ROOT
from tests.support.compared import ask, table
from tests.support.runs import Asked, questions, write_run


@pytest.mark.parametrize("protocol", ["", "likelihood"])
def test_log_likelihoods_that_are_all_zero(tmp_path, protocol):
    docs = questions(3)
    asked = Asked(task="medqa", protocol=protocol, docs=docs, responses=[[0.0, 0.0]] * 3,
                  scores=[{"acc": 1.0, "acc_norm": 1.0}] * 3)  # fmt: skip
    path = write_run(tmp_path, more=[asked])
    with pytest.raises(ResultsError) as error:
        table(tmp_path)
    assert str(error.value) == (
        f"{path}: all 6 log-likelihoods of medqa are exactly 0: the server does not compute them, "
        "and the scores mean nothing; use another one"
    )


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("file", "cannot be written (File exists); choose another --out"),
        ("file/below", "cannot be written (Not a directory); choose another --out"),
    ],
)
def test_a_folder_that_cannot_be_written(trained, tmp_path, capsys, place, message):
    (tmp_path / "file").touch()
    args = ["--out", str(tmp_path / place), "--resamples", "10"]
    assert main(["table", str(trained / "results"), *args]) == 1
    assert message in capsys.readouterr().err


def test_a_full_disk_behind_the_output(trained):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ended = subprocess.run(
            [sys.executable, "-m", "jmedlora.report.cli", "table", "results", "--format", "csv"],
            cwd=trained, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert ended.returncode == 1
    line = "jmed-report: the output: cannot be read or written (No space left on device)\n"
    assert ended.stderr == line


def half(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8")[:-40], encoding="utf-8")


def samples_beside(path: Path) -> Path:
    return next(path.parent.glob("samples_*"))


def without(*keys: str):
    def remove(path: Path) -> None:
        run = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({k: v for k, v in run.items() if k not in keys}))

    return remove


def edit_samples(old: str, new: str):
    def edit(path: Path) -> None:
        samples = samples_beside(path)
        samples.write_text(samples.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return edit


def other_mean(path: Path) -> None:
    run = json.loads(path.read_text(encoding="utf-8"))
    run["results"]["igakuqa"]["accuracy,none"] = 0.5
    path.write_text(json.dumps(run), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (half, "not complete JSON"),
        (lambda path: samples_beside(path).unlink(), "evaluate again with --log_samples"),
        (lambda path: half(samples_beside(path)), ":20: not a complete JSON object"),
        (lambda path: samples_beside(path).write_text(""), "holds no answer; evaluate again"),
        (lambda path: samples_beside(path).write_text('{"doc": {}}\n'), ":1: no doc_hash or doc"),
        (lambda path: samples_beside(path).write_bytes("あ".encode("cp932")), "is not UTF-8"),
        (edit_samples('"choices": [', '"choices": ["", '), " of igakuqa is not complete; eval"),
        (edit_samples('"answer": [0]', '"answer": [9]'), " of igakuqa is not complete; evaluate"),
        (edit_samples('"problem_id": "Q1"', '"problem_id": 1'), "the sample 1 of igakuqa is not c"),
        (edit_samples('"doc_id": 1,', '"doc_id": 1, "doc_hash": "x",'), "'doc_hash' stands twice"),
        (without("n-samples"), "written by an older lm-eval, without n-samples; evaluate again"),
        (without("versions", "n-shot"), "not a results file of lm-eval; name a results_*.json"),
        (other_mean, "accuracy of igakuqa is 0.5000, but its samples give 0.2500: results and"),
    ],
)
def test_damaged_runs_are_named_in_one_line(tmp_path, damage, message):
    path = ask(tmp_path, 5)
    damage(path)
    with pytest.raises(ResultsError) as error:
        table(tmp_path)
    assert message in str(error.value)
    assert str(path.parent) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_without_results(tmp_path):
    with pytest.raises(ResultsError) as error:
        table(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: no results_*.json in this folder; name the folder given to lm_eval as "
        "--output_path, or check whether the run came to its end"
    )
