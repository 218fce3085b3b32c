"""``jmed-report consistency``: agreement under permutation, from answers and from logged runs."""

import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from jmed_data.shuffle import order_of, permuted
from jmed_report.cli import main
from jmed_report.consistency.agreement import (
    Answer,
    accuracy,
    agreement,
    by_position,
    spread,
    unanswered,
)
from tests.conftest import PAPER, write_jsonl
from tests.test_report import prompt

ABC = (0, 1, 2)
BCA = (1, 2, 0)
CAB = (2, 0, 1)


def answers(*rows):
    return [Answer(order, gold, chosen) for order, gold, chosen in rows]


# Three choices; the correct one of each question is the first as published.
KNOWS = [
    answers((ABC, (0,), (0,)), (ABC, (0,), (0,))),
    answers((BCA, (0,), (0,)), (CAB, (0,), (0,))),
]
FIRST = [  # always the choice shown first
    answers((ABC, (0,), (0,)), (ABC, (0,), (0,))),
    answers((BCA, (0,), (1,)), (CAB, (0,), (2,))),
]
HALF = [  # agrees on one question of two; the other is unanswered in all runs
    answers((ABC, (0,), (1,)), (ABC, (0,), ())),
    answers((BCA, (0,), (1,)), (CAB, (0,), ())),
]
THREE = [  # one question, three runs: two agree
    answers((ABC, (0,), (0,))),
    answers((BCA, (0,), (0,))),
    answers((CAB, (0,), (1,))),
]
PAIRS = [  # two choices of three are correct: a set, whatever its positions
    answers((ABC, (0, 1), (0, 1))),
    answers((CAB, (0, 1), (0, 1))),
]


@pytest.mark.parametrize(
    ("runs", "all_same", "content", "position", "why"),
    [
        (KNOWS, 1, 1, 0, "the same text, at other positions"),
        (FIRST, 0, 0, 1, "the same position, other texts"),
        (HALF, 1 / 2, 1 / 2, 0, "two unanswered questions do not agree"),
        (THREE, 0, 1 / 3, 1 / 3, "one pair agrees; shown at a, c, c, so that another is in place"),
        (PAIRS, 1, 1, 0, "positions a, b and then b, c"),
    ],
)
def test_agreement_by_hand(runs, all_same, content, position, why):
    found = agreement(runs)
    expected = (all_same, content, position, 1 / 3)
    assert (found.all_same, found.content, found.position, found.chance) == pytest.approx(expected)


def test_accuracy_and_its_spread_by_hand():
    assert [accuracy(run) for run in FIRST] == [1, 0]
    assert [unanswered(run) for run in HALF] == [0.5, 0.5]
    found = spread([*FIRST, *HALF])  # 1, 0, 0, 0
    assert (found.mean, found.lowest, found.highest) == (0.25, 0, 1)
    assert found.deviation == pytest.approx(np.std([1, 0, 0, 0], ddof=1))


def test_accuracy_by_position_by_hand():
    first, second, third = by_position(FIRST)
    assert [row.label for row in (first, second, third)] == ["a", "b", "c"]
    # The correct choice is shown first twice, then third (B C A) and second (C A B).
    assert [row.gold for row in (first, second, third)] == [2, 1, 1]
    assert [row.correct for row in (first, second, third)] == [2, 0, 0]
    assert [row.chosen for row in (first, second, third)] == [1, 0, 0]
    assert [row.expected for row in (first, second, third)] == [0.5, 0.25, 0.25]
    wilson = binomtest(2, 2).proportion_ci(0.95, method="wilson")
    assert first.interval == pytest.approx((wilson.low, wilson.high))
    assert by_position(PAIRS) == []  # single-answer questions only


def test_guesses_agree_as_often_as_is_expected_by_chance():
    """Simulated guesses at permuted questions, one or two correct of five."""
    rng = np.random.default_rng(0)

    def guess(correct):
        order = tuple(map(int, rng.permutation(5)))
        chosen = tuple(sorted(map(int, rng.choice(5, correct, replace=False))))
        return Answer(order, tuple(range(correct)), chosen)

    runs = [[guess(1 + i % 2) for i in range(4000)] for _ in range(3)]
    found = agreement(runs)
    assert found.chance == pytest.approx(float((Fraction(1, 5) + Fraction(1, 10)) / 2))
    assert found.content == pytest.approx(found.chance, abs=0.015)
    assert found.position == pytest.approx(found.chance, abs=0.015)
    for row in by_position(runs):
        assert row.chosen == pytest.approx(0.2, abs=0.02)
        assert row.interval[0] < 0.2 < row.interval[1]


QUESTIONS = [
    {"problem_id": f"Q{i}", "question": "どれか。", "choices": ["あい", "うえ", "おか", "きく"],
     "answer": [i % 4]}
    for i in range(12)
]  # fmt: skip


def right(doc):
    return doc["choices"][doc["answer"][0]]


def first(doc):
    return doc["choices"][0]


def write_run(
    folder, seed, respond, *, task="igakuqa", questions=QUESTIONS, data=None, config=None, **fields
):
    """A run as lm-eval writes it, of published choices (seed None) or shuffled ones."""
    docs = [question if seed is None else permuted(question, seed) for question in questions]
    name = task if seed is None else f"{task}_shuffled"
    rows = [
        {"doc_id": i, "doc": doc, "doc_hash": f"{i:064}", "filtered_resps": [respond(doc)]}
        for i, doc in enumerate(docs)
    ]
    write_jsonl(folder / f"samples_{name}_2026-01-01T00-00-00.jsonl", *rows)
    noted = {
        "exam": task,
        "protocol": "response",
        "items": len(questions),
        "sha256": 64 * "d",
        "jmed": "0.1.0",
        "examples": [64 * "e"],
        "floors": {"chance_accuracy": 0.25, "echo_accuracy": 0.25, "echo_exact_match": 1.0,
                   "echo_gestalt_score": 0.4},
        **({} if seed is None else {"shuffle_seed": seed}),
        **(data or {}),
    }  # fmt: skip
    metrics = ("accuracy", "exact_match", "gestalt_score", "empty", "tied")
    run = {
        "results": {name: {f"{metric},none": 0.5 for metric in metrics}},
        "configs": {
            name: {
                **prompt("ja"),
                "generation_kwargs": PAPER,
                **(config or {}),
                "metadata": {"template": "ja", "data": noted},
            }
        },
        "n-shot": {name: 0},
        "n-samples": {name: {"original": len(questions), "effective": len(questions)}},
        "model_name": "models/tiny",
        "lm_eval_version": "0.4.11",
        **fields,
    }
    path = folder / "results_2026-01-01T00-00-00.json"
    path.write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    return path


def consistency(capsys, *paths):
    assert main(["consistency", *map(str, paths), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_model_that_knows(tmp_path, capsys):
    paths = [write_run(tmp_path / str(seed), seed, right) for seed in (None, 1, 2)]
    (exam,) = consistency(capsys, *paths)
    assert (exam["exam"], exam["model"], exam["shots"]) == ("igakuqa", "models/tiny", 0)
    assert (exam["questions"], exam["items"]) == (12, 12)
    assert [run["shuffle_seed"] for run in exam["runs"]] == [None, 1, 2]
    assert [run["accuracy"] for run in exam["runs"]] == [1, 1, 1]
    assert exam["accuracy"] == {"mean": 1, "deviation": 0, "lowest": 1, "highest": 1}
    assert (exam["agreement"]["all_same"], exam["agreement"]["content"]) == (1, 1)
    assert exam["agreement"]["chance"] == 0.25
    assert sum(row["gold"] for row in exam["positions"]) == 36
    assert all(row["correct"] == row["gold"] for row in exam["positions"])


def test_a_model_that_always_takes_the_first(tmp_path, capsys):
    seeds = (None, 1, 2)
    (exam,) = consistency(
        capsys, *[write_run(tmp_path / str(seed), seed, first).parent for seed in seeds]
    )
    assert exam["agreement"]["position"] == 1
    assert [row["chosen"] for row in exam["positions"]] == [1, 0, 0, 0]
    orders = [
        [order_of(question if seed is None else permuted(question, seed)) for question in QUESTIONS]
        for seed in seeds
    ]
    same = [
        a[0] == b[0] for one, two in combinations(orders, 2) for a, b in zip(one, two, strict=True)
    ]
    assert exam["agreement"]["content"] == pytest.approx(sum(same) / 36)
    a, *others = exam["positions"]
    assert a["correct"] == a["gold"] > 0
    assert all(row["correct"] == 0 < row["gold"] for row in others)


def test_the_report_for_people(tmp_path, capsys):
    paths = [write_run(tmp_path / str(seed), seed, right) for seed in (None, 7)]
    paths += [write_run(tmp_path / f"j{seed}", seed, first, task="jjsimqa") for seed in (0, 1)]
    assert main(["consistency", *map(str, paths)]) == 0
    out = capsys.readouterr().out
    assert "igakuqa, 2 orders of the choices, 0 shots, 12 questions\nmodels/tiny (ja|t0.1" in out
    assert "jjsimqa, 2 orders of the choices" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["published", "1.000", "0.758", "to", "1.000", "0.000"] in rows
    assert ["seed", "7", "1.000", "0.758", "to", "1.000", "0.000"] in rows
    assert "accuracy: mean 1.000, standard deviation 0.000, range 1.000 to 1.000" in out
    assert "the same content in all runs: 100.0% of the questions" in out
    assert "two uniform guesses: 25.0% for either" in out


def two_runs(folder, **second):
    paths = [write_run(folder / "one", 1, right)]
    return [*paths, write_run(folder / "two", second.pop("seed", 2), right, **second)]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"seed": 1}, "{two}: its choices are in the same order (seed 1) as in {one}; give each"),
        ({"model_name": "models/x"}, "{two}: the model of igakuqa is models/x, but models/tiny in"),
        (
            {"n-shot": {"igakuqa_shuffled": 1}},
            "{two}: the number of worked examples of igakuqa is 1, but 0 in {one}; compare runs",
        ),
        (
            {"config": prompt("alpaca")},
            "{two}: the way of asking of igakuqa is alpaca|t0.1-p0.9-r1.05-256, but ja|t0.1",
        ),
        (
            {"config": {"generation_kwargs": {**PAPER, "do_sample": False}}},
            "{two}: the way of asking of igakuqa is ja|greedy-r1.05-256, but ja|t0.1-p0.9",
        ),
        ({"data": {"sha256": 64 * "f"}}, "{two}: the data hash of igakuqa is ffff"),
        (
            {"questions": [*QUESTIONS[:-1], QUESTIONS[-1] | {"problem_id": "Q99"}]},
            "{two}: the questions of igakuqa are not those of {one}; compare runs of the same",
        ),
        ({"task": "jjsimqa"}, "{one}: the only run of igakuqa; name a second one, of igakuqa_shu"),
        ({"task": "jmed_sample"}, "{two}: no run of igakuqa, igakuqa_shuffled, jjsimqa, jjsimqa_"),
        ({"data": {"shuffle_seed": [2]}}, "{two}: shuffle_seed of igakuqa_shuffled is [2]; evalu"),
        (
            {"n-samples": {"igakuqa_shuffled": {"original": 12, "effective": 13}}},
            "{two}: igakuqa_shuffled has 12 answers to 12 questions, but 13 were scored; evaluate",
        ),
        (
            {"questions": [*QUESTIONS[:-1], QUESTIONS[0]]},
            "{two}: igakuqa_shuffled has 12 answers to 11 questions, but 12 were scored; evaluate",
        ),
    ],
)
def test_runs_that_cannot_be_compared(tmp_path, capsys, second, message):
    one, two = two_runs(tmp_path, **second)
    assert main(["consistency", str(one), str(two)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"jmed-report: {message.format(one=one, two=two)}")
    assert error.count("\n") == 1


def test_fewer_than_two_runs(tmp_path, capsys):
    path = write_run(tmp_path, None, right)
    assert main(["consistency", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"jmed-report: {path}: the only run of igakuqa; name")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (None, "the answers to igakuqa_shuffled are not beside it (samples_igakuqa_shuffled_2026-"),
        ('{"doc', "not a complete JSON object"),
        ({"doc": {}}, "the sample None of igakuqa_shuffled is not complete; evaluate again"),
        ({"filtered_resps": [3]}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate"),
        ({"permutation": [0, 0, 1, 2]}, "the sample 'Q0' of igakuqa_shuffled is not complete"),
        ({"permutation": [0, 1]}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate"),
        ({"answer": [4]}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate again"),
        ({"answer": []}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate again"),
        ({"choices": ["a", "", "c", "d"]}, "the sample 'Q0' of igakuqa_shuffled is not complete"),
        ({"choices": "abcd"}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate"),
    ],
)
def test_samples_that_cannot_be_used(tmp_path, capsys, damage, message):
    one, two = two_runs(tmp_path)
    (path,) = two.parent.glob("samples_*")
    write_damaged(path, damage)
    assert main(["consistency", str(one), str(two)]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def write_damaged(path: Path, damage):
    lines = path.read_text(encoding="utf-8").splitlines()
    if damage is None:
        return path.unlink()
    if isinstance(damage, str):
        lines[0] = damage
    else:
        row = json.loads(lines[0])
        row |= {key: value for key, value in damage.items() if key in row}
        row["doc"] |= {key: value for key, value in damage.items() if key not in row}
        lines[0] = json.dumps(row, ensure_ascii=False)
    path.write_text("\n".join(lines), encoding="utf-8")
    return None
