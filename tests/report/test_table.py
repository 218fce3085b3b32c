"""What stands in a table: columns, scores, differences, floors; what is refused, what is said."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jmedlora.exams.documents import choices_document
from jmedlora.exams.registry import load_exam
from jmedlora.report.cli import main
from jmedlora.report.compare.comparison import read_columns, table_of
from jmedlora.report.compare.table import Table, differences
from jmedlora.report.load.results_file import ResultsError
from tests.conftest import PAPER, ROOT
from tests.support.runs import Asked, answers, question, questions, write_run

DOCS = questions(20)
NO_TOKENIZER = (
    "Cut by length is not known for any model: no readable tokenizer.json of the model is on this "
    "machine."
)
LATER = "2026-01-02T00-00-00.000000"


def table(*paths: Path, labels: Path | None = None, **options) -> Table:
    options = {"pooled": False, "by": None, "seed": 1, "resamples": 500, **options}
    return table_of(read_columns(list(paths), labels), **options)


def ask(folder: Path, right, *, docs=DOCS, task="igakuqa", more=(), **fields) -> Path:
    """A run that answers the first ``right`` of ``docs`` (or those numbered) correctly."""
    return write_run(folder, task=task, docs=docs, responses=answers(docs, right), more=more,
                     **fields)  # fmt: skip


def titles(found: Table) -> list[str]:
    return [column.title for column in found.columns]


def row(found: Table, name: str, section: int = 0):
    return next(each for each in found.sections[section].rows if each.name == name)


def values(found: Table, name: str, section: int = 0) -> list[float | None]:
    return [cell and round(cell.value, 4) for cell in row(found, name, section).cells]


NO_YEAR = [question("R1", section="X")]


@pytest.fixture
def trained(tmp_path) -> Path:
    """A base, and adapters after 900 and 3,000 steps, at 0 and 1 shot."""
    for shots, right in ((0, (5, 12, 9)), (1, (6, 6, 14))):
        ask(tmp_path, right[0], shots=shots, stamp=f"2026-01-0{shots + 1}T00-00-00.0")
        for step, number in ((900, right[1]), (3000, range(20 - right[2], 20))):
            ask(tmp_path, number, adapter=f"out/x-{step}", step=step, hours=step / 250,
                shots=shots, stamp=f"2026-01-0{shots + 1}T00-00-00.0")  # fmt: skip
    return tmp_path


def test_columns_are_named_after_what_lies_beside_the_adapter(trained):
    found = table(trained / "results")
    assert titles(found) == ["base, 0 steps", "base, 900 steps of LoRA", "base, 3k steps of LoRA"]
    assert [column.hours for column in found.columns] == [None, 3.6, 12.0]


def test_rows_are_those_of_the_paper_and_the_rates(trained):
    rows = table(trained / "results").sections[0].rows
    names = ["Accuracy", "Exact match", "Gestalt score", "Empty", "Tied"]
    assert [each.name for each in rows] == [f"{name} ({n}s)" for n in (0, 1) for name in names]
    assert [each.is_rate for each in rows] == 2 * [False, False, False, True, True]


def test_scores_floors_and_the_two_best(trained):
    found = table(trained / "results")
    assert values(found, "Accuracy (0s)") == [0.25, 0.6, 0.45]
    assert [cell.best for cell in row(found, "Accuracy (0s)").cells] == [False, True, True]
    assert values(found, "Accuracy (1s)") == [0.3, 0.3, 0.7]
    assert [cell.best for cell in row(found, "Accuracy (1s)").cells] == [True, True, True]  # a tie
    # The list of all choices is nearest to the longest one, here the first.
    assert row(found, "Accuracy (0s)").floors == {
        "chance": pytest.approx(0.2), "empty answer": 0.0, "all choices": 1.0,
    }  # fmt: skip
    assert row(found, "Exact match (0s)").floors == {"empty answer": 0.0, "all choices": 1.0}


def test_differences_are_paired_with_step_0_and_corrected(trained):
    base, first, second = row(table(trained / "results"), "Accuracy (0s)").cells
    assert base.difference is None
    # 5 right at first, 12 after 900 steps: 7 gained, none lost; p = 2 / 2^7.
    assert (first.difference.gained, first.difference.lost) == (7, 0)
    assert first.difference.value == pytest.approx(0.35)
    assert first.difference.p == pytest.approx(2 / 2**7)
    assert first.difference.test == "McNemar"
    # After 3,000 steps the last nine are right: 9 gained and 5 lost of 14.
    assert (second.difference.gained, second.difference.lost) == (9, 5)
    assert second.difference.p == pytest.approx(0.4240, abs=1e-4)  # binomial table, n = 14, 5
    assert second.difference.p_holm >= second.difference.p


def test_holm_counts_every_test_of_the_table(trained):
    found = table(trained / "results")
    tests = differences(found.sections)
    assert len(tests) == 12  # two adapters × three scores × two shots; no test of a rate
    smallest = min(tests, key=lambda test: test.p)
    assert smallest.p_holm == pytest.approx(12 * smallest.p)
    assert {test.test for test in tests} == {"McNemar", "sign flip"}


def test_too_few_permutations_for_the_correction_are_said(tmp_path):
    ask(tmp_path, 0)
    ask(tmp_path, 20, adapter="out/x", step=9)
    # All 20 differ, so that p is the least there is: 1 / 11 with 10 permutations, 1 / 101 with 100.
    *_, note = table(tmp_path, resamples=10).notes
    assert note == (
        "3 tests are too many for 10 permutations: no difference in Gestalt score could fall below "
        "p = 0.05 after correction; use --resamples 120 or more."
    )
    assert table(tmp_path, resamples=100).notes == (NO_TOKENIZER,)


def test_questions_pair_by_hash_not_by_row(trained):
    before = table(trained / "results")
    for path in (trained / "results").rglob("samples_*"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        random.Random(str(path)).shuffle(lines)
        path.write_text("".join(lines), encoding="utf-8")
    assert table(trained / "results").sections == before.sections


def test_the_same_seed_gives_the_same_table(trained):
    assert table(trained / "results").sections == table(trained / "results").sections
    other = table(trained / "results", seed=2)
    assert other.sections != table(trained / "results").sections


def test_a_labels_file_overrides(trained):
    labels = trained / "labels.yml"
    labels.write_text(
        "out/x-900: {steps: 1000, hours: 4.6}\n"
        "models/base: {model: CALM, steps: '0'}\n"
        "out/x-3000: {model: Other, steps: final}\n",
        encoding="utf-8",
    )
    found = table(trained / "results", labels=labels)
    assert titles(found) == [
        "CALM, 0 steps",
        "CALM, 1k steps of LoRA",
        "Other, final steps of LoRA",
    ]
    assert [column.hours for column in found.columns] == [None, 4.6, 12.0]
    cells = row(found, "Accuracy (0s)").cells
    assert cells[1].difference and not cells[2].difference
    assert (
        "No difference is shown for Other, final steps of LoRA: there is no run of step 0 of the "
        "same model, asked in the same way."
    ) in found.notes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("out/x: {model: A}\n", "labels: 'out/x' is no model or adapter of these runs; they are: "),
        ("models/base: {name: A}\n", "models/base has 'name'; the fields are model, steps, hours"),
        ("models/base: {steps: -1}\n", "models/base: steps is -1; give a whole number from 0"),
        ("models/base: {hours: x}\n", "models/base: hours is 'x'; give a number from 0"),
        ("models/base: CALM\n", "models/base is 'CALM'; give it model, steps or hours"),
        ("a: [\n", "cannot be used (while parsing a flow node); write YAML in UTF-8, each key"),
        ("models/base: {steps: 0}\nmodels/base/: {steps: 1}\n", "'models/base' stands twice"),
        ("a: &a {steps: 1}\nb: {<<: *a, steps: 2}\n", "labels: 'a' is no model or adapter"),
        ("1: {steps: 0}\n1.0: {steps: 1}\n", "labels: '1"),
        ("models/base: {steps: 0}\nmodels/base: {steps: 1}\n", "'models/base' stands twice"),
        ("[" * 10_000, "cannot be used (maximum recursion depth exceeded"),
        ("", "no labels; write lines such as"),
    ],
)
def test_labels_that_cannot_be_used(trained, content, message):
    labels = trained / "labels.yml"
    labels.write_text(content, encoding="utf-8")
    with pytest.raises(ResultsError) as error:
        table(trained / "results", labels=labels)
    assert message in str(error.value)


def test_an_adapter_that_vllm_loaded_is_one_too(tmp_path):
    args = {"pretrained": "models/base", "lora_local_path": "out/x"}
    ask(tmp_path, 5, run={"config": {"limit": None, "model_args": args}})
    assert titles(table(tmp_path)) == ["base, ? steps of LoRA"]


def test_two_bases_trained_into_the_same_folder_stay_apart(tmp_path):
    for place in ("a", "b"):
        ask(tmp_path / place, 5, model=f"models/{place}-calm")
        ask(tmp_path / place, 9, model=f"models/{place}-calm", adapter="out/checkpoint-7")
    found = table(tmp_path)
    assert titles(found) == [
        "a-calm, 0 steps", "a-calm, 7 steps of LoRA", "b-calm, 0 steps", "b-calm, 7 steps of LoRA",
    ]  # fmt: skip


def test_two_runs_in_one_folder_stay_apart(tmp_path):
    first = ask(tmp_path, 5)
    second = ask(tmp_path, 9, stamp=LATER)
    assert first.parent == second.parent
    found = table(tmp_path)
    assert titles(found) == [
        "base, 0 steps, 2026-01-01T00-00-00",
        "base, 0 steps, 2026-01-02T00-00-00",
    ]
    assert values(found, "Accuracy (0s)") == [0.25, 0.45]


def test_the_shots_of_one_model_share_a_column_and_a_file_counts_once(tmp_path):
    path = ask(tmp_path, 5)
    ask(tmp_path, 9, shots=1, stamp=LATER)
    assert titles(table(tmp_path, path, path.parent)) == ["base, 0 steps"]


def test_one_adapter_asked_in_two_ways_has_two_columns(tmp_path):
    more = [Asked(task="igakuqa_alpaca", template="alpaca", docs=DOCS, responses=answers(DOCS, 3))]
    ask(tmp_path, 5, more=more)
    found = table(tmp_path)
    assert [column.note.split()[0] for column in found.columns] == ["alpaca", "ja"]
    assert [section.title for section in found.sections] == ["igakuqa"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"trainer_state.json": {"global_step": 1500}}, "1.5k steps of LoRA"),
        (
            {f"checkpoint-{n}/trainer_state.json": {"global_step": n} for n in (80, 200, 90)},
            "200 steps of LoRA",
        ),
        ({"run_card.json": {"step": 4, "adapter": "qlora"}}, "4 steps of QLoRA"),
        ({"run_card.json": {"step": "many"}}, "? steps of LoRA"),
        ({}, "? steps of LoRA"),
    ],
)
def test_the_step_of_an_adapter(tmp_path, files, expected):
    ask(tmp_path, 5, adapter="out/final")
    for name, content in files.items():
        path = tmp_path / "out" / "final" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    assert titles(table(tmp_path)) == [f"base, {expected}"]


def test_a_fully_trained_model_is_a_step_of_its_base_or_a_base_of_its_own(tmp_path):
    ask(tmp_path, 5, model="models/calm")
    ask(tmp_path, 6, model="out/medcalm", step=2000, hours=3.0, base_model="models/calm")
    assert titles(table(tmp_path)) == ["calm, 0 steps", "calm, 2k steps of full training"]
    ask(tmp_path, 9, model="out/medcalm", adapter="out/medcalm-lora", step=1000)
    found = table(tmp_path)  # MedCALM of the paper: its own step 0
    assert titles(found) == ["calm, 0 steps", "medcalm, 0 steps", "medcalm, 1k steps of LoRA"]
    assert row(found, "Accuracy (0s)").cells[2].difference.gained == 3


def test_a_bases_name_holds_for_what_was_trained_from_it(tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "config.json").write_text("{}", encoding="utf-8")
    ask(tmp_path, 5, model="calm")
    ask(tmp_path, 6, model="full", step=20, base_model="calm")
    ask(tmp_path, 7, model=str(tmp_path / "calm"), adapter="out/x", step=30)  # another spelling
    labels = tmp_path / "labels.yml"
    labels.write_text("calm: {model: CALM}\n", encoding="utf-8")
    found = table(tmp_path, labels=labels)
    assert titles(found) == [
        "CALM, 0 steps", "CALM, 20 steps of full training", "CALM, 30 steps of LoRA",
    ]  # fmt: skip
    assert all(cell.difference for cell in row(found, "Accuracy (0s)").cells[1:])


def test_a_name_of_the_labels_file_stays_whole(tmp_path):
    """It is no path, even where it has a "/"."""
    ask(tmp_path, 5, model="models/calm/4")
    ask(tmp_path, 6, model="models/phi")
    labels = tmp_path / "labels.yml"
    labels.write_text("models/phi: {model: OpenCALM w/o PHI 3/4}\n", encoding="utf-8")
    found = titles(table(tmp_path, labels=labels))
    assert found == ["OpenCALM w/o PHI 3/4, 0 steps", "4, 0 steps"]


def test_a_copy_of_the_results_counts_once(trained):
    before = table(trained / "results")
    shutil.copytree(trained / "results", trained / "copy")
    assert titles(table(trained)) == titles(before)


def test_a_prompt_is_not_taken_for_training(tmp_path):
    ask(tmp_path, 5)
    ask(tmp_path, 19, task="igakuqa_alpaca", template="alpaca", adapter="out/x", step=9)
    found = table(tmp_path)
    assert row(found, "Accuracy (0s)").cells[1].difference is None
    assert found.notes[-1].startswith("No difference is shown for base, 9 steps of LoRA: there is")


def test_the_examination_has_floors_of_its_own(tmp_path):
    struck_out = {"problem_id": "116A71", "forbidden": [], "answer": ["e"]}
    docs = [
        {"question": "どれか。", "choices": list("甲乙丙丁戊"), **fields}
        for fields in (struck_out, {"problem_id": "116A1", "forbidden": [], "answer": ["a", "b"]})
    ]
    scores = [{"correct": 1, "unparsed": 0, "forbidden": 0}] * 2
    exam = {"task": "igakuqa_exam", "protocol": "letters", "template": "letters"}
    write_run(tmp_path, docs=docs, responses=["e", "a,b"], scores=scores, **exam)
    # 116A71 is right for all; of the other one guess in ten is.
    assert row(table(tmp_path), "Correct (0s)").floors == {
        "chance": pytest.approx(0.55), "empty answer": 0.5, "all choices": 0.5,
    }  # fmt: skip


def test_pooled_is_over_the_questions_of_both_exams(tmp_path):
    short = questions(5, section="107")
    sample = Asked(task="jmed_sample", docs=DOCS, responses=answers(DOCS, 20))
    for right, adapter in ((5, None), (10, "out/x")):
        jj = Asked(task="jjsimqa", docs=short, responses=answers(short, 5))
        ask(tmp_path, right, adapter=adapter, step=None if adapter is None else 9,
            more=[jj, sample] if adapter is None else [jj])  # fmt: skip
    found = table(tmp_path, pooled=True)
    assert [(each.title, each.questions) for each in found.sections] == [
        ("igakuqa + jjsimqa, pooled", 25)
    ]
    assert values(found, "Accuracy (0s)") == [0.4, 0.6]  # 10 and 15 of 25
    assert [each.title for each in table(tmp_path).sections] == [
        "igakuqa",
        "jjsimqa",
        "jmed_sample",
    ]


def test_pooled_needs_an_exam_of_the_paper(tmp_path):
    ask(tmp_path, 3, task="jmed_sample")
    with pytest.raises(ResultsError, match="--pooled: these runs hold none of the paper's exams"):
        table(tmp_path, pooled=True)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("year", [("igakuqa, year 2021", 12), ("igakuqa, year 2022", 8)]),
        ("section", [("igakuqa, section A", 5), ("igakuqa, section B", 15)]),
        ("answers", [("igakuqa, 1 correct", 18), ("igakuqa, 2 correct", 2)]),
    ],
)
def test_an_exam_broken_down(tmp_path, by, expected):
    docs = [
        question(f"Q{n}", year=2021 + (n >= 12), section="AB"[n >= 5],
                 answer=(0, 1) if n >= 18 else (0,))
        for n in range(20)
    ]  # fmt: skip
    ask(tmp_path, 6, docs=docs, more=[Asked(task="jjsimqa", docs=NO_YEAR, responses=["x"])])
    ask(tmp_path, 8, docs=docs, adapter="out/x", step=9)
    found = table(tmp_path, by=by)
    whole = [("jjsimqa", 1)] if by == "year" else []
    assert [(e.title, e.questions) for e in found.sections][: len(expected)] == expected
    assert [(e.title, e.questions) for e in found.sections if e.title == "jjsimqa"] == whole
    note = "jjsimqa: shown whole; the year is not known for every question."
    assert (note in found.notes) == bool(whole)
    # Which are right does not depend on the breakdown: 6 and 8 in all.
    for column, right in enumerate((6, 8)):
        parts = [
            row(found, "Accuracy (0s)", n).cells[column].value * section.questions
            for n, section in enumerate(found.sections[: len(expected)])
        ]
        assert sum(parts) == pytest.approx(right)


def test_a_breakdown_by_category_of_the_real_exam(tmp_path, real_data):
    docs = [choices_document(item) for item in load_exam("igakuqa", years=[2022]).items]
    ask(tmp_path, 100, docs=docs)
    found = table(tmp_path, by="category")
    assert sum(section.questions for section in found.sections) == 297
    assert "igakuqa, 循環器" in [section.title for section in found.sections]


def test_scores_without_spread(tmp_path):
    ask(tmp_path, 0)
    found = table(tmp_path)
    cell = row(found, "Accuracy (0s)").cells[0]
    assert cell.low == 0.0
    assert cell.high == pytest.approx(0.1611, abs=1e-4)  # Wilson: z² / (n + z²)
    same = [["同じ"] * 20, "Gestalt score (0s)"]
    write_run(tmp_path / "b", task="igakuqa", docs=DOCS, responses=same[0])
    cell = row(table(tmp_path / "b"), same[1]).cells[0]
    assert (cell.low, cell.high) == (None, None)


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
    assert "base, 0 steps: f1,none of medqa is not a number and left out." in table(tmp_path).notes


def test_a_score_whose_single_values_do_not_give_it_keeps_lm_evals_error(tmp_path):
    path = write_run(tmp_path, more=[other("perplexing", 4)])
    run = json.loads(path.read_text(encoding="utf-8"))
    run["results"]["perplexing"]["acc,none"] = 0.6  # a weighted mean, say
    path.write_text(json.dumps(run), encoding="utf-8")
    cell = row(table(tmp_path), "acc (0s)").cells[0]
    error = run["results"]["perplexing"]["acc_stderr,none"]
    assert cell.high - cell.low == pytest.approx(2 * 1.95996 * error, rel=1e-4)


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


def test_a_tokenizer_that_cannot_be_read(tmp_path):
    ask(tmp_path, 5, model="model")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert table(tmp_path).notes == (NO_TOKENIZER,)


def test_a_response_cut_at_the_limit_is_counted(tmp_path, tiny_model):
    few = {"generation_kwargs": {**PAPER, "max_gen_toks": 8}}
    docs = questions(4)
    responses = ["壱", "壱の選択肢が正しいと考えられます。なぜなら", "", "弐番目"]
    asked = {"task": "igakuqa", "docs": docs, "responses": responses, "config": few}
    write_run(tmp_path, model=str(tiny_model), **asked)
    assert values(table(tmp_path), "Cut by length (0s)") == [0.25]


REFUSED = [
    ({"docs": questions(19)}, "document set" , "data hash differs: "),
    ({"data": {"sha256": "b" * 64}}, "other data", "data hash differs: "),
    ({"docs": [question(f"R{n}") for n in range(20)], "data": {"sha256": "a" * 64}}, "other docs",
     "document set differs: 20 documents in "),
    ({"run": {"config": {"limit": 20.0, "model_args": {"pretrained": "m"}}}}, "limit",
     "(igakuqa, 20 questions) was not asked all questions (--limit or --samples): they cannot be"),
    ({"data": {"items": 30}}, "a part", "(igakuqa, 20 questions) was not asked all questions"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "_why", "message"), REFUSED)
def test_runs_that_cannot_be_compared(tmp_path, fields, _why, message):
    first = ask(tmp_path, 5, data={"sha256": "a" * 64} if "other" in _why else {})
    second = ask(tmp_path, 5, **{"model": "models/other", **fields})
    with pytest.raises(ResultsError) as error:
        table(tmp_path)
    assert message in str(error.value)
    assert str(second) in str(error.value)
    if "differs" in message:
        assert str(first) in str(error.value)
        assert "(base, 0 steps)" in str(error.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"task": "igakuqa_alpaca", "template": "alpaca"},
            "igakuqa 0s: template differs: ja (base, 0 steps); alpaca (other, 0 steps)",
        ),
        (
            {"config": {"generation_kwargs": {**PAPER, "do_sample": False}}},
            "decoding differs: t0.1-p0.9-r1.05-256 (base, 0 steps); greedy-r1.05-256 (other",
        ),
        ({"run": {"lm_eval_version": "0.4.13"}}, "lm-eval version differs: 0.4.11 (base"),
        ({"data": {"jmed": "0.2.0"}}, "metric version differs: 0.1.0 (base"),
        ({"run": {"chat_template": "x", "chat_template_sha": "ab"}}, "chat template differs: none"),
    ],
)
def test_what_has_to_be_said(tmp_path, fields, message):
    ask(tmp_path, 5)
    ask(tmp_path, 6, model="models/other", **fields)
    found = table(tmp_path)
    assert any(message in warning for warning in found.warnings)
    assert len(found.columns) == 2


def test_other_worked_examples_have_to_be_said(tmp_path):
    ask(tmp_path, 5, shots=1, data={"examples": ["c" * 64]})
    ask(tmp_path, 6, shots=1, model="models/other", data={"examples": ["d" * 64]})
    [warning] = table(tmp_path).warnings
    assert warning.startswith("igakuqa 1s: worked examples differs: 1-cccccccccccc (base, 0 steps)")


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
