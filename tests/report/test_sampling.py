"""Several samples of each answer: runs with other seeds and lm-eval's repeats, as one column."""

import json
from pathlib import Path

import numpy as np
import pytest

from jmedlora.report.cli import main
from jmedlora.report.compare.statistics import RESAMPLES, SEED
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.render.number_format import fixed
from tests.support.compared import ask, repeated, row, table, titles, values
from tests.support.runs import answers, questions, write_run

SEEDS = ("random_seed", "numpy_seed", "torch_seed", "fewshot_seed")
MEAN = "mean of 2 samples of each question; lm-eval's own scores are those of the first"


def stamp(number: int) -> str:
    return f"2026-01-{number:02d}T00-00-00.000000"


def seeded(folder: Path, right, seed: int, **fields) -> Path:
    """A run with that seed, that answers the first ``right`` questions (or those) correctly."""
    config = {"model": "hf", "model_args": {"pretrained": "models/base"}, "limit": None,
              **dict.fromkeys(SEEDS, seed)}  # fmt: skip
    return ask(folder, right, stamp=stamp(seed), run={"config": config}, **fields)


@pytest.fixture
def three(tmp_path) -> Path:
    """Three runs of one model to 20 questions: 10, 12 and 5 right."""
    for seed, right in ((1, range(10)), (2, range(12)), (3, range(5))):
        seeded(tmp_path, right, seed)
    return tmp_path / "results"


def test_runs_that_differ_in_their_seed_are_one_column(three):
    found = table(three)
    assert titles(found) == ["base"]
    assert values(found, "Accuracy (0s)") == [round((10 + 12 + 5) / 3 / 20, 4)]
    assert "base, igakuqa 0s: mean of 3 samples (seed 1, 2, 3)." in found.notes
    assert not any("One sample" in note for note in found.notes)


def test_the_spread_over_samples_is_the_deviation_of_their_scores(three):
    found = values(table(three), "Accuracy, SD over samples (0s)")
    assert found == [round(float(np.std([10 / 20, 12 / 20, 5 / 20], ddof=1)), 4)]


def test_pairs_of_samples_agree_where_they_choose_the_same(three):
    # All right (5) or all wrong (8): 3 of 3 pairs. Two of three alike (7): 1 of 3.
    assert values(table(three), "Same answer again (0s)") == [round((13 + 7 / 3) / 20, 4)]


def test_the_majority_votes(three):
    assert values(table(three), "Accuracy by majority (0s)") == [10 / 20]


def test_a_drawn_vote_counts_as_a_draw_would_end_on_average(tmp_path):
    seeded(tmp_path, range(10), 1)
    seeded(tmp_path, range(12), 2)
    assert values(table(tmp_path / "results"), "Accuracy by majority (0s)") == [11 / 20]


def test_an_answer_that_cannot_be_read_has_no_vote_and_agrees_with_none(tmp_path):
    docs = questions(2)
    for seed, responses in enumerate((["", ""], ["", ""], answers(docs, 1)), start=1):
        config = {"model": "hf", "model_args": {}, **dict.fromkeys(SEEDS, seed)}
        write_run(tmp_path, task="igakuqa", docs=docs, responses=responses, stamp=stamp(seed),
                  run={"config": config})  # fmt: skip
    found = table(tmp_path / "results")
    assert values(found, "Accuracy by majority (0s)") == [1 / 2]
    assert values(found, "Same answer again (0s)") == [0]


def test_the_interval_holds_questions_and_samples(three):
    """By an independent bootstrap: a drawn question brings its three answers."""
    right = np.array([[place < n for n in (10, 12, 5)] for place in range(20)], dtype=float)
    rng = np.random.default_rng(0)
    means = right.mean(axis=1)[rng.integers(20, size=(20_000, 20))].mean(axis=1)
    cell = row(table(three, resamples=20_000), "Accuracy (0s)").cells[0]
    assert [cell.low, cell.high] == pytest.approx(np.percentile(means, [2.5, 97.5]), abs=0.02)


def test_a_difference_is_of_means_over_samples(three, tmp_path):
    ask(tmp_path, range(20), adapter="out/x", step=900)
    cell = row(table(three), "Accuracy (0s)").cells[1]
    assert cell.difference.value == pytest.approx(1 - 27 / 60)
    assert cell.difference.test == "sign flip"  # means are not right or wrong


@pytest.mark.parametrize("other", [{"batch_size": 8}, {"model_args": {"dtype": "float32"}}])
def test_runs_that_differ_in_more_than_the_seed_stay_apart(tmp_path, other):
    seeded(tmp_path, 10, 1)
    config = {"model": "hf", "model_args": {"pretrained": "models/base"}, "limit": None,
              **dict.fromkeys(SEEDS, 2), **other}  # fmt: skip
    ask(tmp_path, 12, stamp=stamp(2), run={"config": config})
    assert len(table(tmp_path / "results").columns) == 2


def test_a_run_repeated_with_the_same_seed_stays_apart(tmp_path):
    seeded(tmp_path, 10, 1)
    config = {"model": "hf", "model_args": {"pretrained": "models/base"}, "limit": None,
              **dict.fromkeys(SEEDS, 1)}  # fmt: skip
    ask(tmp_path, 10, stamp=stamp(2), run={"config": config})
    assert len(table(tmp_path / "results").columns) == 2


def test_a_single_sampled_run_says_so(tmp_path):
    ask(tmp_path, 10)
    note = "One sample; the spread over seeds is not in the intervals: base."
    assert note in table(tmp_path / "results").notes


def test_the_score_of_each_sample_is_told_on_request(three):
    notes = table(three, repeats=True).notes
    accuracy = "base, igakuqa 0s, accuracy of each sample: 0.500, 0.600, 0.250."
    assert accuracy in notes
    assert any(note.startswith("Several samples: ") for note in notes)


def test_parts_and_pooled_exams_have_their_own_spread(tmp_path):
    docs = [*questions(10, year=2018), *questions(10, year=2019)]
    docs = [{**doc, "problem_id": f"Q{place}"} for place, doc in enumerate(docs)]
    for seed, right in ((1, range(5)), (2, range(9))):
        seeded(tmp_path, right, seed, docs=docs)
    parts = table(tmp_path / "results", by="year")
    deviation = "Accuracy, SD over samples (0s)"
    assert values(parts, deviation) == [round(float(np.std([0.5, 0.9], ddof=1)), 4)]
    assert values(parts, deviation, section=1) == [0]
    pooled = table(tmp_path / "results", pooled=True)
    assert values(pooled, deviation) == [round(float(np.std([0.25, 0.45], ddof=1)), 4)]


def test_the_repeats_of_one_run_are_samples_too(tmp_path):
    repeated(tmp_path, 10, 20)
    found = table(tmp_path / "results")
    assert values(found, "Accuracy (0s)") == [15 / 20]
    assert values(found, "Same answer again (0s)") == [10 / 20]


def scores(capsys, path: Path) -> list[str]:
    assert main(["scores", str(path)]) == 0
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_scores_are_of_all_repeats_too(tmp_path, capsys):
    path = repeated(tmp_path, 10, 20)
    found = scores(capsys, path)
    (cell,) = row(table(path, seed=SEED, resamples=RESAMPLES), "Accuracy (0s)").cells
    limits = f"{fixed(cell.low)} to {fixed(cell.high)}"
    assert any(line.startswith(f"accuracy .750 {limits} ") for line in found)
    assert MEAN in found
    next(path.parent.glob("samples_*")).unlink()
    found = scores(capsys, path)
    assert any(line.startswith("accuracy .500 ") for line in found)
    assert any(line.startswith("the first of 2 samples; the mean over all needs") for line in found)


def test_a_group_pools_all_samples(tmp_path, capsys):
    metrics = ("accuracy", "exact_match", "gestalt_score")
    group = {
        "groups": {"mine": {f"{metric},none": 0.5 for metric in metrics}},
        "group_subtasks": {"mine": ["igakuqa"]},
    }
    found = scores(capsys, repeated(tmp_path, 10, 20, run=group))
    below = found[found.index("mine: igakuqa pooled, 20 questions") :]
    assert any(line.startswith("accuracy .750 ") for line in below)
    assert MEAN in below


def test_a_question_with_fewer_repeats_is_refused(tmp_path):
    path = repeated(tmp_path, 10, 20)
    logged = next(path.parent.glob("samples_igakuqa_*.jsonl"))
    first, *others = logged.read_text(encoding="utf-8").splitlines()
    record = json.loads(first)
    record["resps"] = [record["resps"][0][:1]]
    lines = [json.dumps(record, ensure_ascii=False), *others]
    logged.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="not every question has as many answers"):
        table(tmp_path / "results")
