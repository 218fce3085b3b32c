"""What the tasks beside the paper's have in common: prompts, metadata, one run of all."""

import json
from pathlib import Path

import pytest

from jmedlora.exams.shuffle import permutation
from jmedlora.report.cli import main as jmed_report
from tests.support.commands import lm_eval, results, samples
from tests.support.tasks import load, prompts

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(
    ("name", "metadata", "message"),
    [
        ("igakuqa", {"shuffle_seed": 1}, "shuffle_seed=1: this task shuffles no choices; use igak"),
        ("igakuqa_mc", {"shuffle_seed": 0}, "shuffle_seed=0: this task shuffles no choices; use"),
        ("igakuqa_shuffled", {"shuffle_seed": -1}, "shuffle_seed=-1: give a whole number from 0 o"),
        ("igakuqa_shuffled", {"shuffle_seed": True}, "shuffle_seed=True: give a whole number from"),
        ("igakuqa_shuffled", {"shuffle_seed": "1"}, "shuffle_seed=1: give a whole number from 0 o"),
        ("igakuqa_shuffled", {"shufle_seed": 1}, "--metadata has 'shufle_seed': did you mean 'shu"),
        ("igakuqa_exam", {"year": 2017}, "year=2017: IgakuQA has the years 2018, 2019, 2020, 2021"),
        ("jmed_treatment", {"year": 2018}, "year=2018: only igakuqa is selected by year, not jmed"),
        ("jmed_treatment", {"examples": "x"}, "examples=x: only the task jmed_own takes them, not"),
        ("jmed_treatment", {"file": "no.jsonl"}, "no.jsonl: cannot be read (No such file or direc"),
    ],
)
def test_metadata_that_does_not_fit_ends_with_one_line(name, metadata, message, published):
    with pytest.raises(SystemExit) as caught:
        load(name, **metadata)
    assert str(caught.value).startswith(f"jmed: {message}")


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("golden", "name", "shots", "problem_id"),
    [
        ("shuffled_1_shot", "igakuqa_shuffled", 1, "112A1"),  # the worked example stays as it is
        ("likelihood_2_shot", "igakuqa_mc", 2, "112A1"),  # without the two-answer example
        ("letters_3_shot", "igakuqa_exam", 3, "112A1"),
        ("letters_numeric_3_shot", "igakuqa_exam", 3, "112F2"),
        ("free_0_shot", "jmed_treatment", 0, "dvt"),
    ],
)
def test_golden_prompts(golden, name, shots, problem_id, published):
    chosen = {"shuffle_seed": 1} if name == "igakuqa_shuffled" else {}
    task = load(name, **chosen)
    assert prompts(task, shots)[problem_id].encode() == (GOLDEN / f"{golden}.txt").read_bytes()


NEW = ("igakuqa", "jjsimqa", "igakuqa_shuffled", "jjsimqa_shuffled", "igakuqa_mc", "jjsimqa_mc",
       "jmed_treatment", "igakuqa_exam")  # fmt: skip


@pytest.mark.lm_eval
@pytest.mark.slow
def test_every_task_in_one_run_and_its_consistency(published, tiny_model, tmp_path, capsys):
    found = lm_eval("--tasks", ",".join(NEW), "--model", "hf", "--model_args",
                    f"pretrained={tiny_model}", "--limit", "4", "--batch_size", "8",
                    "--gen_kwargs", "max_gen_toks=8,do_sample=False", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    out = tmp_path / "out"
    outcome = results(out)
    assert outcome["n-shot"]["igakuqa_exam"] == 3
    assert outcome["n-shot"]["igakuqa_mc"] == 0
    for name, metrics in {
        "igakuqa_shuffled": {"accuracy", "exact_match", "gestalt_score", "empty", "tied"},
        "igakuqa_mc": {"acc", "acc_norm"},
        "jmed_treatment": {"empty"},
        "igakuqa_exam": {"correct", "unparsed", "forbidden"},
    }.items():
        row = outcome["results"][name]
        keys = {key.removesuffix(",none") for key in row if "_stderr" not in key}
        assert metrics == keys & {*metrics, "accuracy", "acc", "correct", "bypass"}, name
        assert metrics <= set(samples(out, name)[0])
    (sample, *_) = samples(out, "igakuqa_shuffled")
    assert sample["doc"]["permutation"] == list(permutation("112A1", 5, 0))
    assert jmed_report(["consistency", str(out), "--format", "json"]) == 0
    exams = json.loads(capsys.readouterr().out)
    assert [exam["exam"] for exam in exams] == ["igakuqa", "jjsimqa"]
    assert [run["shuffle_seed"] for run in exams[0]["runs"]] == [None, 0]
    for run in exams[0]["runs"]:  # recomputed from the responses, equal to what lm-eval scored
        assert run["accuracy"] == outcome["results"][run["task"]]["accuracy,none"]
    assert jmed_report(["scores", str(next(out.rglob("results_*.json")))]) == 0
    capsys.readouterr()
    assert jmed_report(["verify", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.count("answers scored again, all agree") == len(NEW)
    assert "other code" not in said
    assert "samples do not hold" not in said
