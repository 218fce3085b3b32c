"""Which runs share a column of a table, and what it is called."""

import json
import shutil

import pytest

from jmedlora.report.load.results_file import ResultsError
from tests.support.compared import DOCS, ask, row, table, titles, values
from tests.support.runs import Asked, answers

LATER = "2026-01-02T00-00-00.000000"


def test_columns_are_named_after_what_lies_beside_the_adapter(trained):
    found = table(trained / "results")
    assert titles(found) == ["base, 0 steps", "base, 900 steps of LoRA", "base, 3k steps of LoRA"]
    assert [column.hours for column in found.columns] == [None, 3.6, 12.0]


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
        "same model, asked in the same way. --against NAME compares with any column."
    ) in found.notes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("out/x: {model: A}\n", "labels: 'out/x' is no model or adapter of these runs; they are: "),
        ("models/base: {name: A}\n", "models/base has 'name'; the fields are model, steps, hours"),
        ("models/base: {steps: -1}\n", "models/base: steps is -1; give a whole number from 0"),
        ("models/base: {hours: x}\n", "models/base: hours is 'x'; give a number from 0"),
        ("models/base: CALM\n", "models/base is 'CALM'; give it model, steps or hours"),
        ("a: [\n", "cannot be used (while parsing a flow node expected the node content, but"),
        ("models/base: {steps: 0}\nmodels/base/: {steps: 1}\n", "'models/base' stands twice"),
        ("a: &a {steps: 1}\nb: {<<: *a, steps: 2}\n", "labels: 'a' is no model or adapter"),
        ("1: {steps: 0}\n1.0: {steps: 1}\n", "labels: '1"),
        ("models/base: {steps: 0}\nmodels/base: {steps: 1}\n", "'models/base' stands twice"),
        (
            "a0: &a0 {b: 1}\n"
            + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(25)),
            "cannot be used (with its aliases written out it has over 200,000 values)",
        ),
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


def test_models_stand_by_their_names_numbers_as_numbers(tmp_path):
    for name in ("x/calm-10", "y/calm-2", "z/calm-1"):
        ask(tmp_path, 5, model=name)
    assert titles(table(tmp_path)) == ["calm-1", "calm-2", "calm-10"]


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
        "base, 2026-01-01T00-00-00",
        "base, 2026-01-02T00-00-00",
    ]
    assert values(found, "Accuracy (0s)") == [0.25, 0.45]


def test_the_shots_of_one_model_share_a_column_and_a_file_counts_once(tmp_path):
    path = ask(tmp_path, 5)
    ask(tmp_path, 9, shots=1, stamp=LATER)
    assert titles(table(tmp_path, path, path.parent)) == ["base"]


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
    assert titles(found) == ["calm", "medcalm, 0 steps", "medcalm, 1k steps of LoRA"]
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
    assert found == ["OpenCALM w/o PHI 3/4", "4"]


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
