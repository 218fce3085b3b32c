"""Tasks of one's own that ask each question several times (lm-eval's ``repeats``), on a model."""

import json
import re
import shutil
from itertools import cycle
from operator import or_
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from jmedlora.report.cli import main as jmed_report
from jmedlora.report.compare.statistics import RESAMPLES, SEED
from jmedlora.report.render.number_format import fixed
from tests.support.chat_server import answer, serving
from tests.support.commands import ROOT, TASKS, lm_eval, results_file, samples
from tests.support.compared import row, table, values

pytestmark = [pytest.mark.slow, pytest.mark.lm_eval, pytest.mark.xdist_group("repeats")]

LIMIT = 40
"""Tokens of an answer at most."""
SLACK = 8
"""By so many fewer a text counts as that long (jmedlora.exams.chat_answers)."""
TIMES = 5


def ending_often(model: Path, folder: Path) -> Path:
    """``model``, which now ends its answers with every 40th token: about half before LIMIT."""
    folder.mkdir()
    for path in model.iterdir():
        if path.name != "generation_config.json":
            (folder / path.name).symlink_to(path)
    settings = {"eos_token_id": list(range(0, 1024, 40)), "pad_token_id": 0}
    (folder / "generation_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def repeat(folder: Path, name: str) -> None:
    """Writes the task ``name``_5 below ``folder``, as docs/report.md shows."""
    page = (ROOT / "docs/report.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"# repeated/igakuqa_5\.yaml\n(.*?)```", page, flags=re.DOTALL)
    text = shown.replace("/path/to/lm_eval_tasks/igakuqa.yaml", str(TASKS / f"{name}.yaml"))
    path = folder / f"repeated/{name}_5.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("igakuqa_5", f"{name}_5"), encoding="utf-8")


@pytest.fixture(scope="module")
def run(tiny_model, tmp_path_factory) -> Path:
    """Two repeated tasks."""
    folder = tmp_path_factory.mktemp("repeats")
    for name in ("jmed_sample", "jmed_sample_chat"):
        repeat(folder, name)
    model = ending_often(tiny_model, folder / "model")
    ended = lm_eval(
        "--include_path", "repeated", "--tasks", "jmed_sample_5,jmed_sample_chat_5", "--limit", "8",
        "--model", "hf", "--model_args", f"pretrained={model}", "--batch_size", "8", "--gen_kwargs",
        f"do_sample=True,temperature=1.0,max_gen_toks={LIMIT}", cwd=folder,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder / "out"


def test_the_documented_task_repeats_another(run):
    notes = table(run).notes
    assert "jmed_sample_5 0s: mean of 5 samples (seed 0,1234)." in " ".join(notes)
    assert "jmed_sample_chat_5 0s: mean of 5 samples (seed 0,1234)." in " ".join(notes)


def test_it_is_known_of_each_answer_whether_the_limit_cut_it(run):
    tokenizer = AutoTokenizer.from_pretrained(run.parent / "model")
    cut = []
    for sample in samples(run, "jmed_sample_chat_5"):
        (responses,), (answers,) = sample["resps"], sample["filtered_resps"]
        full = [len(tokenizer(text).input_ids) >= LIMIT - SLACK for text in responses]
        blank = [not text.strip() for text in responses]
        assert [not answer for answer in answers] == list(map(or_, full, blank))
        assert sample["cut"] == (not answers[0])
        cut.append([not answer for answer in answers])
    assert 0 < sum(each[0] for each in cut) < 8
    rate = sum(map(sum, cut)) / (8 * TIMES)
    assert 0 < rate < 1
    assert values(table(run), "Cut off (0s)", section=1) == [round(rate, 4)]


def test_an_audit_counts_every_answer(run, capsys):
    (logged,) = run.rglob("samples_jmed_sample_chat_5_2*.jsonl")
    assert jmed_report(["audit", str(logged), "--read", "0", "--limit", "1"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    counts = {line[0]: int(line[1]) for line in lines if line and line[0] in ("unparsed", "cut")}
    rates = [values(table(run), f"{name} (0s)", section=1) for name in ("Unparsed", "Cut off")]
    assert [[round(each / (8 * TIMES), 4)] for each in counts.values()] == rates


def test_a_server_says_of_each_answer_whether_the_limit_cut_it(tmp_path):
    repeat(tmp_path, "jmed_sample_chat")
    replies = [
        answer("【回答】a"),
        answer("まず答えはaのように見えます。", finish="length"),
        answer("<think>bか。</think>【回答】c"),
        answer("わかりません。"),
        answer("<think>aか。", finish="length"),
    ]
    turns = cycle(replies)
    with serving(lambda *_: next(turns)) as server:
        ended = lm_eval(
            "--include_path", "repeated", "--tasks", "jmed_sample_chat_5", "--limit", "2",
            "--model", "local-chat-completions", "--apply_chat_template", "--model_args",
            f"model=served,base_url={server.url}/chat/completions,num_concurrent=1", cwd=tmp_path,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "4 of 10 answers were cut off before they were given" in ended.stderr + ended.stdout
    for sample in samples(tmp_path / "out", "jmed_sample_chat_5"):
        assert sample["filtered_resps"] == [["【回答】a", "", "【回答】c", "わかりません。", ""]]
    assert values(table(tmp_path / "out"), "Cut off (0s)") == [0.4]
    assert values(table(tmp_path / "out"), "Unparsed (0s)") == [0.2]


def test_scores_are_the_means_of_the_table(run, capsys):
    assert jmed_report(["scores", str(run)]) == 0
    out = capsys.readouterr().out
    assert out.count("mean of 5 samples of each question") == 2
    assert "one sample" not in out
    (cut,) = values(table(run), "Cut off (0s)", section=1)
    assert f"answers cut off before they were given {cut:.1%}" in out
    found = table(run, seed=SEED, resamples=RESAMPLES)
    for name, metric in (("Accuracy (0s)", "accuracy"), ("Gestalt score (0s)", "gestalt_score")):
        (cell,) = row(found, name).cells
        shown = " ".join(map(fixed, (cell.value, cell.low, cell.high)))
        (line,) = [each for each in out.splitlines() if each.strip().startswith(f"{metric} ")]
        assert " ".join(line.replace(" to ", " ").split()[1:4]) == shown


def test_scores_without_the_samples_are_those_of_the_first(run, tmp_path, capsys):
    shutil.copy(results_file(run), tmp_path)
    assert jmed_report(["scores", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.count("the first of 5 samples; the mean over all needs them (--log_samples)") == 2
    rows = samples(run, "jmed_sample_chat_5")
    rate = sum(each["cut"] for each in rows) / len(rows)
    assert f"answers cut off before they were given {rate:.1%}" in out


def test_every_answer_is_held_against_its_response(run, capsys):
    assert jmed_report(["verify", str(run)]) == 0
    out = capsys.readouterr().out
    assert out.count("8 answers scored again, all agree") == 2
    assert "answers stored as cut off" in out
