"""What the run card tells of a recipe, and what makes another run."""

import json
import subprocess

import pytest

from jmedlora.train.run_card import describe_recipe, recipe_overrides, run_identity
from tests.support.plugin import RECIPES, load

pytestmark = pytest.mark.usefixtures("alone")


def test_overrides_are_what_differs_from_the_file():
    path = RECIPES / "opencalm7b.yml"
    assert recipe_overrides(path, load("opencalm7b").to_dict()) == {}
    cfg = load("opencalm7b", max_steps=8, gradient_accumulation_steps=4, adapter=None, tf32=False)
    assert recipe_overrides(path, cfg.to_dict()) == {
        "adapter": ["lora", None],
        "gradient_accumulation_steps": [None, 4],
        "max_steps": [1000, 8],
        "tf32": [True, False],
    }


@pytest.mark.parametrize("rate", ["5e-5", "5e-05", 5e-05, 0.00005])
def test_a_number_in_another_form_is_no_override(rate):
    path = RECIPES / "opencalm7b.yml"  # in which YAML reads 5e-5 as text
    same = load("opencalm7b", learning_rate=rate).to_dict()
    assert recipe_overrides(path, same) == {}
    assert run_identity(same, {}, 1) == run_identity(load("opencalm7b").to_dict(), {}, 1)
    other = load("opencalm7b", learning_rate="1e-4").to_dict()
    assert recipe_overrides(path, other) == {"learning_rate": [5e-05, 0.0001]}


@pytest.mark.parametrize(
    "changes",
    [
        {"output_dir": "elsewhere"},
        {"dataset_prepared_path": "elsewhere"},
        {"save_steps": 1},
        {"logging_steps": 1},
        {"save_total_limit": None},
        {"plugins": []},
        {"resume_from_checkpoint": "checkpoint-2"},
        {"use_tensorboard": False},
        {"axolotl_config_path": "other.yml"},
        {"wandb_project": None},  # as good as not there
    ],
)
def test_settings_that_change_no_weight_do_not_make_another_run(changes):
    data = {"data/train.jsonl": {"sha256": "a" * 64, "records": 9}}
    before = run_identity(load("opencalm7b").to_dict(), data, 1)
    assert run_identity(load("opencalm7b", **changes).to_dict(), data, 1) == before
    assert json.loads(json.dumps(before)) == before  # as it is read from a card


@pytest.mark.parametrize(
    ("changes", "sha256", "processes"),
    [
        ({"learning_rate": 1e-4}, "a", 1),
        ({"seed": 1}, "a", 1),
        ({"base_model": "model"}, "a", 1),
        ({"micro_batch_size": 1}, "a", 1),
        ({"prompt": {"format": "", "no_input_format": ""}}, "a", 1),
        ({}, "b", 1),
        ({}, "a", 2),
    ],
)
def test_settings_data_and_processes_make_another_run(changes, sha256, processes):
    def of(processes, sha256, **changes):
        data = {"data/train.jsonl": {"sha256": sha256, "records": 9}}
        return run_identity(load("opencalm7b", **changes).to_dict(), data, processes)

    assert of(processes, sha256, **changes) != of(1, "a")


def git(folder, *words):
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_recipe_is_known_by_its_commit(tmp_path):
    path = tmp_path / "recipes" / "own.yml"
    path.parent.mkdir()
    path.write_bytes(b"base_model: model\n")
    found = describe_recipe(path)
    assert found == {
        "file": str(path),
        "sha256": "9a7dea8a1667c944daef91bd9c8a79ea74d303ead19376c406b5ecfb69aaecec",
        "git": None,  # outside a repository
    }
    git(tmp_path, "init")
    assert describe_recipe(path)["git"] is None  # not added
    git(tmp_path, "add", "recipes/own.yml")
    git(tmp_path, "commit", "-m", "a recipe")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert describe_recipe(path)["git"] == head
    (tmp_path / "other.yml").write_text("a: 1\n")  # says nothing of this file
    assert describe_recipe(path)["git"] == head
    path.write_bytes(b"base_model: other\n")
    assert describe_recipe(path)["git"] == f"{head}+changes"
    git(tmp_path, "add", "recipes/own.yml")
    assert describe_recipe(path)["git"] == f"{head}+changes"


def test_a_recipe_that_was_added_but_never_committed_has_no_commit(tmp_path):
    path = tmp_path / "own.yml"
    path.write_text("a: 1\n")
    git(tmp_path, "init")
    git(tmp_path, "add", "own.yml")
    assert describe_recipe(path)["git"] is None
