"""What ``jmed-report exam`` says of runs of lm-eval that were not asked and scored alike."""

import re
from pathlib import Path

import pytest

from jmedlora.exams.documents import letters_document
from jmedlora.exams.examination import load_examinations
from jmedlora.report.cli import main
from tests.support.exam import rows
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_jmle2026
from tests.support.runs import write_run

SAMPLED = {"generation_kwargs": {"do_sample": True, "temperature": 0.7, "max_gen_toks": 9}}
CHAT = {"chat_template": "x", "chat_template_sha": 64 * "a"}


@pytest.fixture(autouse=True)
def made_up(tmp_path, monkeypatch) -> None:
    """Two questions of the 120th."""
    root = publish_notes(publish(tmp_path / "exams", questions=1))
    publish_jmle2026(root, {}, {})
    monkeypatch.setenv("JMED_DATA", str(root))


def answered(folder: Path, model: str, **fields) -> None:
    (examination,) = load_examinations("120")
    docs = [letters_document(each) for each in examination.questions]
    scores = [{"correct": 1.0, "unparsed": 0.0, "forbidden": 0.0}] * len(docs)
    write_run(folder / "runs", model=model, task="jmle2026", protocol="letters", docs=docs,
              responses=["a"] * len(docs), scores=scores, **fields)  # fmt: skip


def warned(capsys, folder: Path) -> list[str]:
    found = rows(capsys, folder / "runs")
    return [line.removeprefix("warning: ") for line in found if line.startswith("warning: ")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        (
            {"run": {"lm_eval_version": "0.4.13"}},
            ["120: lm-eval version differs: 0.4.11 (A); 0.4.13 (B)"],
        ),
        (
            {"data": {"code": 64 * "c"}},
            ["120: scoring code differs: 000000000000 (A); cccccccccccc (B)"],
        ),
        ({"run": CHAT}, ["120: chat template differs: none (A); aaaaaaaaaaaa-oneturn (B)"]),
    ],
)
def test_two_models(tmp_path, capsys, fields, expected):
    answered(tmp_path, "A")
    answered(tmp_path, "B", **fields)
    assert warned(capsys, tmp_path) == expected


def test_two_runs_of_one_model_are_told_apart_by_their_folders(tmp_path, capsys):
    for place, version in (("x", "0.4.11"), ("y", "0.4.13")):
        answered(tmp_path / "runs" / place, "A", run={"lm_eval_version": version})
    (found,) = warned(capsys, tmp_path)
    for place, version in (("x", "0.4.11"), ("y", "0.4.13")):
        folder = tmp_path / "runs" / place / "runs" / "results" / "A"
        assert f"{version} (A, jmle2026 ({folder}))" in found


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [
        ({"A": "12", "B": "12"}, []),
        ({"A": "12", "B": "13"}, ["120: seed differs: 1, 2 (A, A); 1, 3 (B, B)"]),
    ],
)
def test_runs_repeated_with_other_seeds_differ_by_all_their_seeds(
    tmp_path, capsys, seeds, expected
):
    for model, given in seeds.items():
        for seed in given:
            folder = tmp_path / "runs" / f"{model}{seed}"
            run = {"config": {"model": "hf", "model_args": {"seed": seed}}}
            answered(folder, model, run=run, config=SAMPLED)
    told = [re.sub(r", jmle2026 \([^()]*\)", "", line) for line in warned(capsys, tmp_path)]
    assert [line.replace(" · ", ", ") for line in told] == expected


def test_json_has_its_warnings_beside_it(tmp_path, capsys):
    answered(tmp_path, "A")
    answered(tmp_path, "B", run=CHAT)
    assert main(["exam", str(tmp_path / "runs"), "--format", "json"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("jmed-report: warning: 120: chat template differs: none (A)")
