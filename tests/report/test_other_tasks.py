"""The rows of tasks that are not of this project."""

import json

import pytest

from tests.support.compared import ask, row, table, values
from tests.support.runs import Asked, write_run


def other(task: str, right: int, count: int = 10, **config) -> Asked:
    """A task that is not of this project, in which question 1 is asked twice."""
    docs = [{"query": f"{task} {max(n, 1)}"} for n in range(count)]
    scores = [{"acc": float(n < right), "f1": 0.5} for n in range(count)]
    return Asked(
        task=task, protocol="", docs=docs, scores=scores, config=config,
        responses=[[-1.0, -2.0]] * count,
    )  # fmt: skip


def test_other_harness_tasks_get_their_rows(tmp_path):
    ask(tmp_path, 5, more=[other("medqa", 4)])
    ask(tmp_path, 9, adapter="out/x", step=9, more=[other("medqa", 7)])
    found = table(tmp_path)
    assert [each.title for each in found.sections] == ["igakuqa", "medqa"]
    assert values(found, "acc (0s)", 1) == [0.4, 0.7]
    difference = row(found, "acc (0s)", 1).cells[1].difference
    assert (difference.gained, difference.lost) == (3, 0)
    assert any("medqa|version:1.0|shots:0|n:10" in line for _, _, line in found.signatures)


@pytest.mark.parametrize(
    ("config", "run", "expected"),
    [
        ({}, {"chat_template": "x", "chat_template_sha": "ab"}, "chat template differs: none"),
        ({}, {"system_instruction_sha": "cd"}, "system instruction differs: none (base); cd (x"),
        ({}, {"task_hashes": {"medqa": 64 * "e"}}, "prompts as sent differs: "),
        ({"filter_list": [{"name": "none"}]}, {}, "scorer or filters differs: "),
        ({"generation_kwargs": {"do_sample": False}}, {}, "decoding differs: none (base); greedy-"),
    ],
)
def test_what_changes_their_scores_is_told(tmp_path, config, run, expected):
    write_run(tmp_path, more=[other("medqa", 4, output_type="multiple_choice")])
    changed = other("medqa", 7, output_type="multiple_choice", **config)
    write_run(tmp_path, model="models/x", more=[changed], run=run)
    (found,) = table(tmp_path).warnings
    assert found.startswith(f"medqa 0s: {expected}")


def test_a_group_of_harness_tasks_is_one_section(tmp_path):
    subtasks = {"mmlu": ["mmlu_a", "mmlu_b"], "mmlu_a": [], "mmlu_b": []}
    rows = {"mmlu": {"acc,none": 0.55, "acc_stderr,none": 0.1}}
    path = write_run(tmp_path, more=[other("mmlu_a", 4), other("mmlu_b", 7)])
    run = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(
        json.dumps({**run, "results": run["results"] | rows, "group_subtasks": subtasks})
    )
    found = table(tmp_path)
    assert [(each.title, each.questions) for each in found.sections] == [("mmlu", 20)]
    cell = row(found, "acc (0s)").cells[0]
    assert (cell.value, cell.low is not None) == (0.55, True)


@pytest.mark.parametrize(
    ("table_", "expected"), [({"acc": True}, [False, True]), ({"acc": False}, [True, False]),
                             ({}, [False, False]), (None, [False, False])],
)  # fmt: skip
def test_less_may_be_better(tmp_path, table_, expected):
    ranks = {"higher_is_better": {"medqa": table_}} if table_ is not None else {}
    write_run(tmp_path, more=[other("medqa", 4)], run=ranks)
    write_run(tmp_path, model="models/other", more=[other("medqa", 7)], run=ranks)
    assert [cell.best for cell in row(table(tmp_path), "acc (0s)").cells] == expected


def test_scores_beyond_1_have_intervals_and_differences(tmp_path):
    for adapter, add in ((None, 0.0), ("out/x", 0.5)):
        scores = [{"brier": 2.0 + n / 10 + add} for n in range(10)]
        asked = Asked(task="b", protocol="", docs=[{"n": n} for n in range(10)], scores=scores,
                      responses=[[-1.0, -2.0]] * 10)  # fmt: skip
        write_run(tmp_path, adapter=adapter, step=9 if adapter else None, more=[asked])
    base, after = row(table(tmp_path), "brier (0s)").cells
    assert base.low < 2.45 < base.high
    assert base.value == pytest.approx(2.45)
    assert after.difference.value == pytest.approx(0.5)
    assert after.difference.test == "sign flip"


def test_a_score_that_is_not_a_number_is_said(tmp_path):
    path = write_run(tmp_path, more=[other("medqa", 4)])
    run = json.loads(path.read_text(encoding="utf-8"))
    run["results"]["medqa"]["f1,none"] = float("nan")
    path.write_text(json.dumps(run), encoding="utf-8")
    assert "base: f1,none of medqa is not a number and left out." in table(tmp_path).notes


def test_a_score_whose_single_values_do_not_give_it_keeps_lm_evals_error(tmp_path):
    path = write_run(tmp_path, more=[other("perplexing", 4)])
    run = json.loads(path.read_text(encoding="utf-8"))
    run["results"]["perplexing"]["acc,none"] = 0.6  # a weighted mean, say
    path.write_text(json.dumps(run), encoding="utf-8")
    cell = row(table(tmp_path), "acc (0s)").cells[0]
    error = run["results"]["perplexing"]["acc_stderr,none"]
    assert cell.high - cell.low == pytest.approx(2 * 1.95996 * error, rel=1e-4)


@pytest.mark.parametrize(
    "groups",
    [
        {"g": ["h"], "h": ["g"], "o": ["g"]},  # a circle
        {"g": [["medqa"]]},
        {"g": ["medqa", 1], "medqa": []},
        [],
    ],
)
def test_odd_groups_of_other_tasks(tmp_path, groups):
    row_of_group = {"acc,none": 0.4}
    ask(tmp_path, 5, more=[other("medqa", 4)], run={"group_subtasks": groups})
    path = next(tmp_path.rglob("results_*.json"))
    content = json.loads(path.read_text())
    content["results"] |= dict.fromkeys(("g", "h", "o"), row_of_group)
    path.write_text(json.dumps(content))
    assert [each.title for each in table(tmp_path).sections][:1] == ["igakuqa"]
