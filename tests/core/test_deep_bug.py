"""A bug deep in a command keeps its traceback: nothing on the way up hides it."""

import json

import pytest

from jmedlora.core.cli.command import run_program
from tests.support.programs import PROGRAMS

DEEP = {
    "fetch": ("fetch jjsimqa --dest new", "jmedlora.exams.download.sha256"),
    "where": ("where jjsimqa", "jmedlora.exams.cache.locate"),
    "check": ("check exam.jsonl", "jmedlora.exams.readers.custom.parse_question"),
    "check-model": ("check-model model", "jmedlora.data.commands.check.check_model"),
    "generate": (
        "generate docs --out new --model tiny --yes",
        "jmedlora.data.commands.usable_documents.find_documents",
    ),
    "personal": (
        "personal train.jsonl",
        "jmedlora.data.personal.searched_files.find_files",
    ),
    "pretrain": (
        "pretrain docs --out new --characters 300",
        "jmedlora.data.commands.usable_documents.find_documents",
    ),
    "sample-pairs": ("sample-pairs out --out new.html", "jmedlora.data.pairs.sample.read_pairs"),
    "parse": ("parse out", "jmedlora.data.pairs.training_files.read_responses"),
    "describe": ("describe train.jsonl", "jmedlora.data.commands.describe.profile_lines"),
    "overlap": (
        "overlap train.jsonl --exam jmed_sample",
        "jmedlora.data.overlap.sought_questions.normalize",
    ),
    "trace": ("trace train.jsonl --among out", "jmedlora.data.trace.trace.search_folders"),
    "canaries": (
        "canaries train.jsonl --add 4 --out new.jsonl",
        "jmedlora.data.canaries.insert.read_training_file",
    ),
    "signature": ("signature results_1.json", "jmedlora.report.load.results.load_run"),
    "scores": ("scores results_1.json", "jmedlora.report.load.results.load_run"),
    "verify": ("verify results_1.json", "jmedlora.report.load.runs.load_run"),
    "table": ("table results_1.json", "jmedlora.report.load.runs.load_run"),
    "power": ("power results_1.json", "jmedlora.report.load.runs.load_run"),
    "plot": ("plot results_1.json --out new", "jmedlora.report.load.runs.load_run"),
    "responses": ("responses results_1.json", "jmedlora.report.load.runs.load_run"),
    "consistency": ("consistency results_1.json", "jmedlora.report.load.runs.load_run"),
    "site": ("site results_1.json --out new", "jmedlora.report.load.runs.load_run"),
    "audit": ("audit results_1.json", "jmedlora.report.load.runs.load_run"),
    "recite": ("recite results_1.json", "jmedlora.report.load.runs.load_run"),
    "exam": ("exam predictions.jsonl", "jmedlora.exams.examination.locate"),
    "reused": ("reused predictions.jsonl", "jmedlora.exams.examination.locate"),
    "merge": ("merge outputs new", "jmedlora.train.merge.read_card"),
    "quantize": ("quantize model new", "jmedlora.train.quantize.base_model_faults"),
}
"""A line for each command, and a function that it calls on its way."""
COMMANDS = [(program, command.name) for program in PROGRAMS for command in program.commands]
PAIR = {"instruction": "問い", "output": "答え"}
QUESTION = {"problem_id": "Q1", "question": "どれか。", "choices": ["甲", "乙"], "answer": "a"}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with something of everything that the commands read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    answer = {"problem_id": "112A1", "prediction": "a"}
    for name, content in {"exam": QUESTION, "train": PAIR, "predictions": answer}.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(content) + "\n", encoding="utf-8")
    for name in ("docs", "out", "model", "outputs"):
        (tmp_path / name).mkdir()
    (tmp_path / "out" / "responses.jsonl").write_text("{}\n")
    (tmp_path / "results_1.json").write_text("{}")


@pytest.mark.parametrize(("program", "name"), COMMANDS, ids=[name for _, name in COMMANDS])
def test_a_bug_deep_in_a_command(program, name, files, monkeypatch, capsys):
    def with_a_bug(*_, **__):
        return len(list(zip("ab", "abc", strict=True)))

    line, function = DEEP[name]
    monkeypatch.setattr(function, with_a_bug)
    assert run_program(program, line.split()) == 70
    err = capsys.readouterr().err
    assert "\nValueError: zip() argument 2 is longer than argument 1\n" in err
    assert err.splitlines()[-1].startswith(f"{program.name}: this is a bug in jmedlora")
