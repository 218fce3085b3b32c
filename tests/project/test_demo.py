"""``make demo``: what it says and leaves (tests/support/demo.py runs it, and kills it once)."""

import json
import re
import subprocess
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from jmedlora.report.compare.comparison import read_columns, table_of
from jmedlora.report.compare.statistics import mcnemar, sign_flip
from tests.support.commands import ROOT, results, run, samples
from tests.support.demo import ending, start
from tests.support.training import card, kill, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

MODELS = {"tiny-medcalm": "jmed_sample", "tiny-llama": "jmed_sample_alpaca"}
CHECKPOINTS = {"tiny-medcalm": (100, 200, 300), "tiny-llama": (150, 300, 450)}
METRICS = ("accuracy", "exact_match", "gestalt_score")
UNLIKELY = 0.001
"""A p-value that chance gives once in a thousand trainings that taught nothing."""
SIZES = {
    *("micro_batch_size", "effective_batch", "max_steps", "save_steps", "eval_steps"),
    *("learning_rate", "warmup_steps", "lora_r", "lora_target_linear"),  # of a model so narrow
}
FOLLOWS = {
    *("base_model", "output_dir", "dataset_prepared_path", "dataset_num_proc"),
    *("bf16", "tf32", "optimizer", "gradient_accumulation_steps"),  # what a CPU lacks; the batch
    *("fsdp_config", "fsdp_version"),  # left out in one process
    "logging_steps",  # of a run so short
}


def trained(model: str) -> str:
    """Its last checkpoint."""
    return f"{model}-{CHECKPOINTS[model][-1]}"


def by_question(demo: Path, name: str, task: str) -> dict[str, np.ndarray]:
    """The scores of each question, asked without an example."""
    rows = samples(demo / "results" / f"{name}-0", task)
    return {metric: np.array([row[metric] for row in rows], float) for metric in METRICS}


def test_a_killed_training_goes_on_and_nothing_finished_is_done_again(demo):
    starts = {path.name: card(path)["starts"] for path in (demo / "outputs").glob("*-*")}
    assert starts == {"medcalm7b_pretrain-160": 1, "opencalm7b-300": 2, "llama70b-450": 1}
    said = (demo.parent / "neox.out").read_text().splitlines()
    assert len(said) == len(set(said)) + 1  # the killed training alone was announced twice
    log = (demo / "logs/lora.log").read_text()
    assert "going on from outputs/opencalm7b-300/checkpoint-100" in log


@pytest.mark.parametrize(("model", "task"), MODELS.items())
def test_the_trained_models_score_above_the_untrained(demo, model, task):
    """Question by question, in what luck does not reach; its accuracy is that of a guess or twice
    that, by the processor as well as by the seed."""
    before, after = (by_question(demo, name, task) for name in (model, trained(model)))
    assert after["exact_match"].mean() > before["exact_match"].mean()
    assert mcnemar(before["exact_match"], after["exact_match"]) < UNLIKELY
    gained = after["gestalt_score"] - before["gestalt_score"]
    assert gained.mean() > 0
    assert sign_flip(gained[:, None]) < [UNLIKELY]


@pytest.mark.parametrize(("model", "task"), MODELS.items())
def test_the_trained_models_score_above_a_guess(demo, model, task):
    """Guesses reach 21 of the 40 questions once in a million exams. The models learnt to have 33
    at least, with three seeds on three instruction sets."""
    metadata = results(demo / "results" / f"{trained(model)}-0")["configs"][task]["metadata"]
    right = int(by_question(demo, trained(model), task)["accuracy"].sum())
    guess = metadata["data"]["floors"]["accuracy"]["chance"]
    assert binomtest(right, 40, guess, alternative="greater").pvalue < 1e-6


def test_the_table_knows_step_0_and_the_gain_is_not_chance(demo):
    folders = [demo / "results" / f"{name}-0" for name in ("tiny-medcalm", "tiny-medcalm-300")]
    columns = read_columns(folders, None)
    assert [(column.step, column.kind) for column in columns][1] == (300, "LoRA")
    assert columns[1].hours > 0
    found = table_of(columns, pooled=False, by=None, seed=1, resamples=2000)
    accuracy = found.sections[0].rows[0].cells[1]
    assert accuracy.difference.gained - accuracy.difference.lost == pytest.approx(
        40 * accuracy.difference.value
    )
    assert accuracy.difference.p_holm < 0.01


def test_every_checkpoint_was_asked(demo):
    """Without an example; the untrained models and the last checkpoints with one too."""
    asked = {path.name for path in (demo / "results").iterdir()}
    steps = {f"{name}-{step}" for name, found in CHECKPOINTS.items() for step in found}
    ends = {"tiny-neox", *MODELS, *map(trained, MODELS)}
    assert asked == {f"{name}-0" for name in ends | steps} | {f"{name}-1" for name in ends}


@pytest.mark.parametrize("output", ["medcalm7b_pretrain-160", "opencalm7b-300", "llama70b-450"])
def test_the_recipes_are_those_shipped_but_for_their_size(demo, output):
    found = card(demo / "outputs" / output)
    recipe = ROOT / "recipes" / Path(found["recipe"]["file"]).name
    assert recipe.name == f"{output.rpartition('-')[0]}.yml"
    assert (demo / found["recipe"]["file"]).read_bytes() == recipe.read_bytes()
    assert set(found["overrides"]) <= SIZES | FOLLOWS


def test_the_report_is_the_papers_table_in_small(demo):
    table = json.loads((demo / "report/table.json").read_text(encoding="utf-8"))
    assert {column["step"] for column in table["columns"]} == {0, *chain(*CHECKPOINTS.values())}
    markdown = (demo / "report/table.md").read_text(encoding="utf-8")
    assert "Accuracy (0s)" in markdown
    assert "Accuracy (1s)" in markdown
    assert list((demo / "report").glob("*accuracy*.png"))
    assert list((demo / "report").glob("*accuracy*.svg"))


def test_the_demo_ends_with_a_short_table_and_the_path_of_its_page(demo):
    said = ending((demo.parent / "report.out").read_text(encoding="utf-8"))
    assert len(said) <= 12
    assert {"tiny MedCALM", "tiny Llama"} < set(said)
    *_, taught, report, site = said
    assert taught == (
        "The training data holds 40 of 40 questions: the scores show memorising, not knowledge."
    )
    assert Path(report.rpartition(" ")[2]) == demo / "report/table.html"
    assert "<table" in (demo / "report/table.html").read_text(encoding="utf-8")
    assert Path(site.rpartition(" ")[2]) == demo / "site/index.html"
    assert (demo / "site/index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_second_demo_in_the_same_folder_is_refused(demo):
    held = ("flock", "done/data.lock", "sh", "-c", "touch held; exec sleep 60")
    holder = subprocess.Popen(held, cwd=demo)
    try:
        wait_for(demo / "held", holder)
        second = start(demo.parent, "data")
        assert second.wait(timeout=50) == 1  # while the holder sleeps
    finally:
        kill(holder)
    said = (demo.parent / "data.out").read_text()
    assert said.endswith("another demo is at work in demo/; wait for it or end it\n")


@pytest.mark.parametrize("part", [(), ("typo",)])
def test_a_part_that_does_not_exist(part, tmp_path):
    ended = run("sh", ROOT / "scripts/demo.sh", *part, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2,
        "usage: sh scripts/demo.sh data|neox|llama|report\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_make_demo_runs_all_parts():
    """What it would run, in order; the rules themselves start pip and minutes of training."""
    said = run("make", "--dry-run", "demo", cwd=ROOT).stdout
    parts = re.findall(r"sh scripts/demo\.sh (\w+)", said)
    assert (parts[0], set(parts[1:-1]), parts[-1]) == ("data", {"neox", "llama"}, "report")
