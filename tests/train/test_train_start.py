"""What happens before a training step: settings, folder, card, guard, messages; no run."""

import errno
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
import torch
import yaml
from axolotl.utils.dict import DictDefault
from pyarrow import parquet
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure

from jmedlora.core.errors import FileError
from jmedlora.data.dataset import read_training_file
from jmedlora.data.recipe import data_plan
from jmedlora.models.run_card_file import read_card, write_card
from jmedlora.train import disk_full, start_guard
from jmedlora.train.learning_curve import draw_curve
from jmedlora.train.output_folder import complete_card, file_sizes, find_resume_checkpoint
from jmedlora.train.resolve_config import (
    adapt_to_cpu,
    check_settings,
    disable_fsdp,
    resolve_accumulation_steps,
    resolve_config,
    resolve_output_dir,
    separate_prepared_data,
)
from jmedlora.train.run_card import describe_recipe, recipe_overrides, run_identity
from tests.conftest import QUIET, ROOT, write_jsonl

RECIPES = ROOT / "recipes"
BIN = Path(sys.executable).parent


def on(monkeypatch, processes, rank=0):
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    monkeypatch.setenv("RANK", str(rank))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """One process, unless a test says otherwise."""
    on(monkeypatch, 1)


def load(name, **changes):
    """A shipped recipe as Axolotl hands it to the plugin."""
    path = RECIPES / f"{name}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return DictDefault({**content, "axolotl_config_path": str(path), **changes})


def stopped(capsys, action, *args, status=1):
    """The lines that ``action`` prints before it ends the run."""
    with pytest.raises(SystemExit) as caught:
        action(*args)
    assert caught.value.code == status
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


# resolve_config, the batch


@pytest.mark.parametrize(
    ("processes", "batch", "micro", "steps"),
    [(1, 8, 2, 4), (2, 8, 2, 2), (4, 8, 2, 1), (8, 8, 1, 1),
     (1, 63, 7, 9), (3, 63, 7, 3), (9, 63, 7, 1)],
)  # fmt: skip
def test_a_step_sees_the_same_rows_on_any_number_of_processes(
    monkeypatch, processes, batch, micro, steps
):
    on(monkeypatch, processes)
    cfg = DictDefault(effective_batch=batch, micro_batch_size=micro)
    resolve_accumulation_steps(cfg)
    assert cfg.gradient_accumulation_steps == steps


@pytest.mark.parametrize(
    ("processes", "batch", "micro", "line"),
    [
        (
            4, 63, 7,
            "effective_batch 63 cannot be made by 4 processes of micro_batch_size 7; "
            "processes that can: 1, 3"
            " or 9, or 7, 21 or 63 with another micro_batch_size",
        ),
        (
            8, 8, 2,
            "effective_batch 8 cannot be made by 8 processes of micro_batch_size 2; "
            "processes that can: 1, 2"
            " or 4, or 8 with another micro_batch_size",
        ),
        (
            2, 8, 3,
            "effective_batch 8 cannot be made by 2 processes of micro_batch_size 3; "
            "processes that can: 1, 2, 4"
            " or 8 with another micro_batch_size",
        ),
        (
            1, 8, 3,
            "effective_batch 8 cannot be made by 1 process of micro_batch_size 3; "
            "processes that can: 1, 2, 4"
            " or 8 with another micro_batch_size",
        ),
        (
            2, 1, 1,
            "effective_batch 1 cannot be made by 2 processes of micro_batch_size 1; "
            "processes that can: 1",
        ),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_divided_says_what_can(
    monkeypatch, capsys, processes, batch, micro, line
):
    on(monkeypatch, processes)
    cfg = DictDefault(effective_batch=batch, micro_batch_size=micro)
    assert stopped(capsys, resolve_accumulation_steps, cfg) == [f"jmed-train: {line}"]


def test_accumulation_that_fits_the_batch_is_kept(monkeypatch):
    on(monkeypatch, 2)
    cfg = DictDefault(effective_batch=8, micro_batch_size=2, gradient_accumulation_steps=2)
    resolve_accumulation_steps(cfg)
    assert cfg.gradient_accumulation_steps == 2


@pytest.mark.parametrize(
    ("count", "steps", "made"),
    [(1, 3, "1 process make 6"), (2, 3, "2 processes make 12"), (3, 1, "3 processes make 6")],
)
def test_accumulation_that_does_not_fit_the_batch_is_named(monkeypatch, capsys, count, steps, made):
    on(monkeypatch, count)
    cfg = DictDefault(effective_batch=8, micro_batch_size=2, gradient_accumulation_steps=steps)
    assert stopped(capsys, resolve_accumulation_steps, cfg) == [
        f"jmed-train: gradient_accumulation_steps {steps} x micro_batch_size 2 x {made}, not"
        " effective_batch 8; leave gradient_accumulation_steps out, or set effective_batch as well"
    ]


@pytest.mark.parametrize("given", [{"micro_batch_size": 2}, {"effective_batch": 8}])
def test_a_recipe_without_a_batch_stops(capsys, given):
    assert stopped(capsys, resolve_accumulation_steps, DictDefault(given)) == [
        "jmed-train: the recipe must name micro_batch_size and effective_batch (rows a step in all)"
    ]


def test_only_the_first_process_speaks(monkeypatch, capsys):
    on(monkeypatch, 4, rank=1)
    monkeypatch.setattr("jmedlora.train.abort.WAIT", 0.0)
    cfg = DictDefault(effective_batch=63, micro_batch_size=7)
    assert stopped(capsys, resolve_accumulation_steps, cfg) == []


# resolve_config, the folders


@pytest.mark.parametrize(
    ("output", "steps", "expected"),
    [
        ("outputs/a-{max_steps}", 3000, "outputs/a-3000"),
        ("outputs/a", 3000, "outputs/a"),
        ("{max_steps}/{max_steps}", 8, "8/8"),
        ("{other}", 8, "{other}"),
    ],
)
def test_the_output_folder_is_named_after_the_length(output, steps, expected):
    cfg = DictDefault(output_dir=output, max_steps=steps)
    resolve_output_dir(cfg)
    assert cfg.output_dir == expected


@pytest.mark.parametrize("key", ["output_dir", "max_steps"])
def test_a_folder_is_not_called_none(capsys, key):
    cfg = load("opencalm7b", **{key: None})
    assert stopped(capsys, resolve_config, cfg) == [f"jmed-train: the recipe names no {key}"]


def prepared(hashes=None, **changes):
    cfg = load("opencalm7b", **changes)
    separate_prepared_data(cfg, hashes or {"data/train.jsonl": "a" * 64})
    return cfg.dataset_prepared_path


@pytest.mark.parametrize(
    ("hashes", "changes"),
    [
        ({"data/train.jsonl": "b" * 64}, {}),
        ({"data/other.jsonl": "a" * 64}, {}),
        ({"data/train.jsonl": "a" * 64, "data/more.jsonl": "a" * 64}, {}),
        (None, {"prompt": {"format": "{instruction}{input}", "no_input_format": "{instruction}"}}),
        (None, {"source_len": 511}),
        (None, {"target_len": 511}),
        (None, {"sequence_len": 1023}),
        (None, {"base_model": "model"}),
        (None, {"tokenizer_config": "model"}),
    ],
)
def test_prepared_data_is_never_that_of_other_data_or_settings(hashes, changes):
    assert prepared(hashes, **changes) != prepared()


def test_prepared_data_is_found_again():
    assert prepared() == prepared(max_steps=8, learning_rate=1.0, output_dir="elsewhere")
    assert Path(prepared()).parent == Path("outputs/prepared")


# resolve_config, what is refused or left out


def test_remote_code_is_refused(capsys):
    assert stopped(capsys, check_settings, load("opencalm7b", trust_remote_code=True)) == [
        "jmed-train: trust_remote_code is refused: it would run code from the model's folder"
    ]


def test_a_full_state_dict_is_refused_with_an_adapter(monkeypatch, capsys):
    on(monkeypatch, 2)
    sharded = {"state_dict_type": "FULL_STATE_DICT"}
    assert stopped(capsys, check_settings, load("llama70b_fsdp2", fsdp_config=sharded)) == [
        "jmed-train: fsdp_config.state_dict_type FULL_STATE_DICT is refused with an adapter:"
        " a resumed run would silently lose the adapter of every process but the first;"
        " use SHARDED_STATE_DICT"
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.yml")))
@pytest.mark.parametrize("processes", [1, 2])
def test_no_shipped_recipe_is_refused(monkeypatch, name, processes):
    on(monkeypatch, processes)
    check_settings(load(name))


def test_the_override_in_the_header_of_medcalm7b_pretrain_starts(capsys):
    cfg = load("medcalm7b_pretrain", adapter="lora")
    resolve_config(cfg)
    assert cfg.fsdp_config is None


def test_one_process_shards_nothing(capsys):
    cfg = load("llama70b_fsdp2")
    disable_fsdp(cfg)
    assert (cfg.fsdp_config, cfg.fsdp_version) == (None, None)
    assert capsys.readouterr().err == (
        "jmed-train: one process: the model is not sharded (fsdp_config is left out)\n"
    )


@pytest.mark.parametrize("name", ["opencalm7b", "medcalm7b", "llama70b", "swallow8b"])
def test_nothing_is_said_where_nothing_was_sharded(capsys, name):
    disable_fsdp(load(name))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("opencalm7b", "bf16=false, tf32=false"),
        ("llama70b", 'bf16=false, tf32=false, optimizer="adamw_torch"'),
        (
            "swallow8b",
            "bf16=false, tf32=false, lora_qkv_kernel=false, lora_o_kernel=false,"
            " lora_mlp_kernel=false, liger_rope=false, liger_rms_norm=false,"
            " liger_glu_activation=false, liger_fused_linear_cross_entropy=false",
        ),
    ],
)
def test_what_needs_a_gpu_is_taken_out_and_named(capsys, name, changed):
    cfg = load(name)
    adapt_to_cpu(cfg)
    assert capsys.readouterr().err == (
        f"jmed-train: no GPU here, so for trying out only: {changed}\n"
    )
    assert not any(cfg[key] for key in ("bf16", "tf32", "lora_qkv_kernel", "lora_embedding_kernel"))
    assert cfg.lora_mlp_kernel is False  # unset, Axolotl would turn it on


# folder

CONFIG = {
    "learning_rate": 5e-5,
    "max_steps": 8,
    "data": {"data/train.jsonl": "a" * 64},
    "prompt": {"format": "~" * 80 + "a", "no_input_format": "~"},
    "targets": ["query_key_value"] * 8,
}


def checkpoint(folder, step, *, card=None):
    """A complete checkpoint, or with ``card`` one that has another run card."""
    path = folder / f"checkpoint-{step}"
    (path / "shards").mkdir(parents=True)
    (path / "adapter_model.safetensors").write_bytes(b"w" * 100)
    (path / "shards" / "0.distcp").write_bytes(b"s" * 10)
    write_card(path, {"step": step, "files": file_sizes(path)} if card is None else card)
    return path


def run_folder(folder, *steps, status="running"):
    write_card(folder, {"config": CONFIG, "status": status, "step": max(steps, default=0)})
    for step in steps:
        checkpoint(folder, step)
    return folder


def test_a_new_folder_is_a_new_run(tmp_path, capsys):
    assert find_resume_checkpoint(tmp_path / "new", CONFIG) is None
    (tmp_path / "notes.txt").write_text("mine")
    assert find_resume_checkpoint(tmp_path, CONFIG) is None
    assert capsys.readouterr().err == ""


def test_a_run_without_a_checkpoint_starts_again(tmp_path):
    assert find_resume_checkpoint(run_folder(tmp_path), CONFIG) is None


@pytest.mark.parametrize(
    "name", ["checkpoint-8", "adapter_model.safetensors", "model-00001-of-2.safetensors", "a.bin"]
)
@pytest.mark.parametrize("card", [None, "", "{", "[]", "[" * 100_000, "\udcff"])
def test_a_folder_that_no_card_explains_is_left_alone(tmp_path, capsys, name, card):
    (tmp_path / name).mkdir()
    if card is not None:
        (tmp_path / "run_card.json").write_bytes(card.encode(errors="surrogateescape"))
    assert stopped(capsys, find_resume_checkpoint, tmp_path, CONFIG) == [
        f"jmed-train: {tmp_path} holds {name} but no readable run_card.json, so it is not known"
        " what made it; choose another --output_dir or move the folder away"
    ]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({**CONFIG, "learning_rate": 1e-4}, "learning_rate (5e-05, now 0.0001)"),
        ({**CONFIG, "adapter": "lora"}, 'adapter (null, now "lora")'),
        (
            {key: CONFIG[key] for key in ("data", "prompt", "targets")},
            "learning_rate (5e-05, now null); max_steps (8, now null)",
        ),
        (
            {**CONFIG, "data": {"data/train.jsonl": "b" * 64}},
            f'data.data/train.jsonl ("{"a" * 59}…, now "{"b" * 59}…)',
        ),
        (
            {**CONFIG, "prompt": {"format": "~" * 80 + "b", "no_input_format": "~"}},
            f'prompt.format (…{"~" * 10}a", now …{"~" * 10}b")',
        ),
        (
            {**CONFIG, "targets": ["query_key_value"] * 8 + ["dense"]},
            'targets (…key_value"], now …key_value", "dense"])',
        ),
        (
            {**CONFIG, "a": 1, "b": "甲", "c": [1], "d": True, "e": 5, "f": 6},
            'a (null, now 1); b (null, now "甲"); c (null, now [1]); d (null, now true) and 2 more',
        ),
    ],
)
@pytest.mark.parametrize("status", ["running", "complete"])
def test_a_folder_of_a_run_with_other_settings_is_left_alone(tmp_path, capsys, now, said, status):
    run_folder(tmp_path, 2, status=status)
    assert stopped(capsys, find_resume_checkpoint, tmp_path, now) == [
        f"jmed-train: {tmp_path} holds a run with other settings: {said}."
        " Start it as before, or choose another --output_dir"
    ]


def test_a_complete_run_is_not_repeated(tmp_path, capsys):
    run_folder(tmp_path, 2, 8, status="complete")
    assert stopped(capsys, find_resume_checkpoint, tmp_path, CONFIG, status=0) == [
        f"jmed-train: {tmp_path} is complete (8 steps); nothing to do. For another run choose"
        " another --output_dir"
    ]


def test_the_newest_checkpoint_is_that_of_the_most_steps(tmp_path, capsys):
    run_folder(tmp_path, 2, 10, 9)
    (tmp_path / "checkpoint-best").mkdir()
    found = find_resume_checkpoint(tmp_path, CONFIG)
    assert (found.path, found.step, found.card["step"]) == (tmp_path / "checkpoint-10", 10, 10)
    assert capsys.readouterr().err == f"jmed-train: going on from {tmp_path}/checkpoint-10\n"


def cut(path):
    (path / "adapter_model.safetensors").write_bytes(b"w" * 99)


def lose(path):
    (path / "shards" / "0.distcp").unlink()


def leave_half(path):
    (path / "optimizer.pt").write_bytes(b"")


def without_card(path):
    (path / "run_card.json").unlink()


def half_card(path):
    card = path / "run_card.json"
    card.write_bytes(card.read_bytes()[:-9])


def no_files(path):
    write_card(path, {"step": 4, "files": {}})


def files_are_a_list(path):
    write_card(path, {"step": 4, "files": ["adapter_model.safetensors"]})


@pytest.mark.parametrize(
    "damage", [cut, lose, leave_half, without_card, half_card, no_files, files_are_a_list]
)
def test_a_half_written_checkpoint_is_set_aside_and_the_one_before_used(tmp_path, capsys, damage):
    run_folder(tmp_path, 2, 4)
    damage(tmp_path / "checkpoint-4")
    assert complete_card(tmp_path / "checkpoint-4") is None
    assert find_resume_checkpoint(tmp_path, CONFIG).path == tmp_path / "checkpoint-2"
    assert capsys.readouterr().err.splitlines() == [
        f"jmed-train: {tmp_path}/checkpoint-4 was not written to its end and is not used;"
        " it is now broken-checkpoint-4, to be deleted",
        f"jmed-train: going on from {tmp_path}/checkpoint-2",
    ]
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert left == ["broken-checkpoint-4", "checkpoint-2"]


def test_a_second_broken_checkpoint_of_a_step_gets_a_name_of_its_own(tmp_path, capsys):
    run_folder(tmp_path, 4)
    for number in ("", "-2"):
        (tmp_path / f"broken-checkpoint-4{number}").mkdir()
    cut(tmp_path / "checkpoint-4")
    assert find_resume_checkpoint(tmp_path, CONFIG) is None  # none is left: from the start
    assert (tmp_path / "broken-checkpoint-4-3").is_dir()
    assert "it is now broken-checkpoint-4-3, to be deleted" in capsys.readouterr().err


def test_other_processes_use_the_same_checkpoint_and_move_nothing(tmp_path, monkeypatch, capsys):
    run_folder(tmp_path, 2, 4)
    cut(tmp_path / "checkpoint-4")
    on(monkeypatch, 2, rank=1)
    assert find_resume_checkpoint(tmp_path, CONFIG).path == tmp_path / "checkpoint-2"
    assert (tmp_path / "checkpoint-4").is_dir()
    assert capsys.readouterr().err == ""


def test_a_card_whose_config_is_no_object_is_of_another_run(tmp_path, capsys):
    run_folder(tmp_path, 2)
    write_card(tmp_path, {"config": [1], "status": "running"})
    (line,) = stopped(capsys, find_resume_checkpoint, tmp_path, {"max_steps": 8})
    assert "holds a run with other settings: max_steps (null, now 8). Start it" in line


# card


def test_a_card_is_replaced_in_one_step(tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "folder"
    write_card(folder, {"step": 1, "text": "甲"})
    assert read_card(folder) == {"step": 1, "text": "甲"}
    assert [path.name for path in folder.iterdir()] == ["run_card.json"]
    with pytest.raises(TypeError):
        write_card(folder, {"step": 2, "text": object()})  # ended in the middle
    assert read_card(folder) == {"step": 1, "text": "甲"}


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


# guard

PYTHON = "/env/bin/python"
LLAMA = "recipes/llama70b.yml"


@pytest.mark.parametrize(
    ("command", "recipe", "launcher"),
    [
        ([PYTHON, "/env/bin/accelerate", "launch", "-m", "axolotl.cli.train", LLAMA], LLAMA, True),
        ([PYTHON, "/env/bin/axolotl", "train", LLAMA, "--max_steps=8"], LLAMA, True),
        ([PYTHON, "/env/bin/axolotl", "preprocess", LLAMA], LLAMA, True),
        ([PYTHON, "-m", "axolotl.cli.train", LLAMA], LLAMA, False),
        ([PYTHON, "-u", "-m", "axolotl.cli.train", LLAMA], LLAMA, False),
        ([PYTHON, "/env/bin/torchrun", "-m", "axolotl.cli.train", LLAMA], LLAMA, True),
        ([PYTHON, "-m", "axolotl.cli.train", f"--config={LLAMA}"], LLAMA, False),
        ([PYTHON, "-m", "axolotl.cli.train", "--config", LLAMA], LLAMA, False),
        ([PYTHON, "-m", "axolotl.cli.train", "lr=1/own.yml"], "lr=1/own.yml", False),
        ([PYTHON, "-m", "axolotl.cli.train", "other.yml"], None, False),  # not of this project
        ([PYTHON, "-m", "axolotl.cli.train", "missing.yml"], None, False),
        ([PYTHON, "-m", "axolotl.cli.train", "folder.yml"], None, False),
        ([PYTHON, "-m", "axolotl.cli.train", "bytes.yml"], None, False),
        ([PYTHON, "-m", "axolotl.cli.train"], None, False),
        ([PYTHON, "-m", "pytest", LLAMA], None, False),
        ([PYTHON, "/env/bin/lm_eval", "run", "--config", LLAMA], None, False),
        ([PYTHON, "/env/bin/jmed-data", "check", "--recipe", LLAMA], None, False),
        ([PYTHON, "-c", "import torch"], None, False),
        ([], None, False),
    ],
)
def test_the_guard_knows_a_start_of_a_recipe(tmp_path, monkeypatch, command, recipe, launcher):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes").symlink_to(RECIPES)
    (tmp_path / "other.yml").write_text("plugins:\n  - axolotl.integrations.liger.LigerPlugin\n")
    (tmp_path / "lr=1").mkdir()
    (tmp_path / "lr=1" / "own.yml").symlink_to(RECIPES / "llama70b.yml")
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "bytes.yml").write_bytes(b"\xff\xfe\0")
    assert start_guard.find_recipe(command) == recipe
    assert start_guard.is_launcher(command) is launcher


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.yml")))
def test_the_guard_knows_every_shipped_recipe(name):
    path = str(RECIPES / f"{name}.yml")
    assert start_guard.find_recipe([PYTHON, "-m", "axolotl.cli.train", path]) == path


REFUSED = "telemetry or the Hub would be used; run: export"
NOT_STARTED = f"jmed-train: {LLAMA}: nothing was started or sent, because {REFUSED}"
TRACK = [  # value of DO_NOT_TRACK, of AXOLOTL_DO_NOT_TRACK, whether telemetry is off
    (None, None, False), ("1", None, True), (None, "1", True), ("true", None, True),
    (" True ", None, True), ("0", "1", True), ("1", "0", True), ("0", None, False),
    ("", None, False), ("yes", None, False), ("false", "no", False),
]  # fmt: skip
HUB = [(None, False), ("1", True), ("0", False), ("true", False), ("", False)]


@pytest.mark.parametrize(("track", "hub"), list(product(TRACK, HUB)))
def test_what_is_not_switched_off_is_asked_for(track, hub):
    ours, axolotls, private = track
    given = {"DO_NOT_TRACK": ours, "AXOLOTL_DO_NOT_TRACK": axolotls, "HF_HUB_OFFLINE": hub[0]}
    environment = {name: value for name, value in given.items() if value is not None}
    missing = [] if private else ["DO_NOT_TRACK=1"]
    missing += [] if hub[1] else ["HF_HUB_OFFLINE=1"]
    expected = f"{REFUSED} {' '.join(missing)}" if missing else ""
    assert start_guard.missing_exports_line(environment) == expected


def clean(**env):
    """An environment that switches nothing off."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {**kept, **env}


@pytest.mark.parametrize(
    "command",
    [
        [BIN / "accelerate", "launch", "-m", "axolotl.cli.train"],
        [BIN / "axolotl", "train"],
        [sys.executable, "-m", "axolotl.cli.train"],
    ],
    ids=["accelerate", "axolotl", "python"],
)
def test_the_real_command_is_refused_in_one_line(tmp_path, command):
    # Not in the checkout: a stale jmedlora.egg-info there hides the guard from "python -m".
    (tmp_path / "recipes").symlink_to(RECIPES)
    ended = subprocess.run(
        [*map(str, command), LLAMA], cwd=tmp_path, env=clean(), capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    expected = f"{NOT_STARTED} DO_NOT_TRACK=1 HF_HUB_OFFLINE=1\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", expected)
    assert [path.name for path in tmp_path.iterdir()] == ["recipes"]  # nothing was started


def test_the_launch_line_of_the_header_is_refused_in_the_checkout():
    command = [BIN / "accelerate", "launch", "-m", "axolotl.cli.train", LLAMA]
    ended = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=clean(DO_NOT_TRACK="1"), capture_output=True,
        text=True, timeout=600, check=False,
    )  # fmt: skip
    expected = f"{NOT_STARTED} HF_HUB_OFFLINE=1\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", expected)


@pytest.fixture
def hooks(monkeypatch):
    """Gives sys.excepthook back after the test."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


@pytest.mark.parametrize(
    ("status", "lines"),
    [
        (1, []),  # the training process has said why
        (-9, ["training was ended by SIGKILL; the same command goes on from the last checkpoint"]),
        (-15, ["training was ended by SIGTERM; the same command goes on from the last checkpoint"]),
    ],
)
def test_the_launcher_adds_no_traceback(capsys, status, lines):
    for error in (
        subprocess.CalledProcessError(status, ["python"]),  # accelerate's, axolotl's
        ChildFailedError("python", {1: ProcessFailure(1, 9, status, "")}),  # torchrun's
    ):
        start_guard._report_child_failure(type(error), error, None)
        assert capsys.readouterr().err.splitlines() == [f"jmed-train: {line}" for line in lines]


def test_another_error_of_the_launcher_keeps_its_traceback(capsys):
    error = ValueError("what")
    start_guard._report_child_failure(ValueError, error, None)
    assert capsys.readouterr().err == "ValueError: what\n"


# disk

FULL_DISK = (
    "jmed-train: {}: no space left on the disk. The complete checkpoints are kept; free some space"
    " and run the same command to go on from the newest\n"
)


def chained():
    """As torch does it: one error while the file is written, another while it is closed."""
    try:
        fail(RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed"))()
    finally:
        fail(RuntimeError("unexpected pos 704 vs 598"))()


def caused():
    try:
        fail(OSError(errno.ENOSPC, "No space left on device"))()
    except OSError as error:
        raise ValueError("could not save") from error


def fail(error):
    def action():
        raise error

    return action


def report(action):
    """What is said when ``action`` fails."""
    disk_full.install_disk_full_hook(Path("outputs/a"))
    try:
        action()
    except Exception:
        sys.excepthook(*sys.exc_info())


NO_FULL = not Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    "action",
    [
        fail(OSError(errno.ENOSPC, "No space left on device")),
        fail(OSError(errno.EDQUOT, "Disk quota exceeded")),
        fail(Exception("I/O error: No space left on device (os error 28)")),  # safetensors
        chained,
        caused,
        fail(RuntimeError("basic_ios::clear: iostream error")),  # torch 2.13, given a path
        pytest.param(
            lambda: torch.save(torch.zeros(100_000), open("/dev/full", "wb")),  # noqa: PTH123, SIM115
            marks=pytest.mark.skipif(NO_FULL, reason="needs /dev/full"),
        ),
    ],
)  # fmt: skip
def test_a_full_disk_is_one_line(hooks, capsys, action):
    report(action)
    assert capsys.readouterr().err == FULL_DISK.format("outputs/a")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        RuntimeError("CUDA out of memory"),
        ValueError("x"),
    ],
)
def test_any_other_error_keeps_its_traceback(hooks, capsys, error):
    report(fail(error))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == f"{type(error).__name__}: {error}"


@pytest.mark.skipif(NO_FULL, reason="needs /dev/full")
@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_process_that_fills_the_disk_ends_with_the_line(tmp_path, rank):
    code = (
        "from pathlib import Path; from jmedlora.train import disk_full;"
        "disk_full.install_disk_full_hook(Path('out')); open('/dev/full', 'w').write('x' * 100_000)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RANK": rank, "WORLD_SIZE": "2"},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (1, FULL_DISK.format("out"))


# curve

STEP = {"step": 2, "loss": 2.5, "learning_rate": 5e-5, "epoch": 0.1}


@pytest.mark.parametrize(
    "history",
    [
        [STEP],
        [STEP, {**STEP, "step": 4, "loss": 2.0}, {"step": 4, "train_runtime": 1.0}],
        [STEP, {"step": 2, "eval_loss": 3.0}],
    ],
)
def test_the_curve_is_a_picture(tmp_path, history):
    assert draw_curve(history, tmp_path / "a.png", "recipes/a_b$.yml") is True
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("history", [[], [{"step": 2, "eval_loss": 3.0}], [{"step": 2, "loss": 1}]])
def test_a_run_that_logged_nothing_has_no_curve(tmp_path, history):
    assert draw_curve(history, tmp_path / "a.png", "title") is False
    assert not (tmp_path / "a.png").exists()


# plugin, what it checks of model and data


@pytest.fixture(scope="module")
def check_inputs():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        from jmedlora.train.check_inputs import check_inputs
    return lambda cfg: check_inputs(cfg, data_plan(cfg, Path(cfg.axolotl_config_path)))


@pytest.fixture
def place(tmp_path, tiny_model, monkeypatch):
    """A folder in which a recipe could start: data/train.jsonl, and the base in model/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    for path in tiny_model.iterdir():
        (tmp_path / "model" / path.name).write_bytes(path.read_bytes())
    write_jsonl(tmp_path / "data" / "train.jsonl", *[{"instruction": "a", "output": "b"}] * 8)
    write_jsonl(tmp_path / "data" / "pretrain_train.jsonl", *[{"text": "a"}] * 63)
    write_jsonl(tmp_path / "data" / "pretrain_eval.jsonl", {"text": "a"})
    return tmp_path


def faults(check_inputs, cfg):
    with pytest.raises(FileError) as caught:
        check_inputs(cfg)
    return str(caught.value)


def test_what_is_said_of_good_data(check_inputs, place, capsys):
    found = check_inputs(load("medcalm7b_pretrain", base_model="model"))
    assert {str(file.path): len(file.records) for file in found} == {
        "data/pretrain_train.jsonl": 63,
        "data/pretrain_eval.jsonl": 1,
    }
    assert capsys.readouterr().err.splitlines() == [
        "jmed-train: data/pretrain_train.jsonl: 63 records",
        "jmed-train:   tokens a record: median 2, longest 2",
        "jmed-train:   2000 steps of 63 rows: 2000.00 epochs of 63 rows",
        "jmed-train: data/pretrain_eval.jsonl: 1 records",
        "jmed-train:   tokens a record: median 2, longest 2",
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("opencalm7b", "train.jsonl"),
        ("swallow8b", "train.jsonl"),
        ("medcalm7b_pretrain", "pretrain_train.jsonl"),
        ("medcalm7b_pretrain", "pretrain_eval.jsonl"),
    ],
)
def test_data_that_is_not_there(check_inputs, place, name, file):
    (place / "data" / file).unlink()
    assert faults(check_inputs, load(name, base_model="model")) == (
        f"data/{file}: cannot be read (No such file or directory);"
        " check the path and its permissions"
    )


def test_data_with_a_fault(check_inputs, place):
    write_jsonl(place / "data" / "train.jsonl", {"instruction": "a"})
    assert faults(check_inputs, load("opencalm7b", base_model="model")) == (
        "data/train.jsonl:1: has no 'output'; add 'output' or delete the line"
    )


def test_data_that_does_not_fill_a_step(check_inputs, place):
    assert faults(check_inputs, load("opencalm7b", base_model="model", effective_batch=9)) == (
        "data/train.jsonl: makes 8 rows, fewer than the 9 of one step;"
        " add records, or lower effective_batch"
    )


def unlink(name):
    return lambda model: (model / name).unlink()


def no_end_token(model):
    path = model / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in config.items() if not key.endswith("_token")}
    path.write_text(json.dumps(kept), encoding="utf-8")


def make_adapter(model):
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "base"}')


def cut_weights(model):
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (unlink("tokenizer.json"), "model: holds no tokenizer; copy the tokenizer's files into it"),
        (
            no_end_token,
            "model: the tokenizer has no end token (eos_token), so the model would not learn to"
            " stop; name one in its tokenizer_config.json",
        ),
        (
            make_adapter,
            "model: is a LoRA adapter, not a model; merge it into its base first"
            " (recipes/README.md, After training)",
        ),
        (
            unlink("config.json"),
            "model/config.json: cannot be read (No such file or directory);"
            " copy the whole model folder",
        ),
        (
            unlink("model.safetensors"),
            "model: holds no .safetensors weights; copy the whole model folder",
        ),
        (cut_weights, "model/model.safetensors: the file is cut off; copy it again"),
    ],
)
def test_a_base_model_that_cannot_be_trained(check_inputs, place, damage, message):
    damage(place / "model")
    assert faults(check_inputs, load("opencalm7b", base_model="model")) == message


FETCH = "name a folder, or fetch it once where there is a network: hf download"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("nowhere", f"{FETCH} nowhere"),
        ("jmed-no-such-owner/no-such-model", f"{FETCH} jmed-no-such-owner/no-such-model"),
        ("a/b/c", "check the path"),
        ("../nowhere", "check the path"),
        ("/nowhere", "check the path"),
    ],
)
def test_a_base_model_that_is_not_on_the_machine(check_inputs, place, name, remedy):
    what = "is neither a folder nor a model that was downloaded to this machine"
    assert faults(check_inputs, load("opencalm7b", base_model=name)) == f"{name}: {what}; {remedy}"


@pytest.mark.parametrize("unset", [True, False])
@pytest.mark.parametrize("key", ["prompt", "source_len", "sequence_len", "max_steps", "datasets"])
def test_a_missing_key_of_a_recipe_is_named(check_inputs, place, key, unset):
    cfg = load("opencalm7b", base_model="model")
    if unset:
        del cfg[key]
    else:
        cfg[key] = None
    assert faults(check_inputs, cfg) == (
        f"{cfg.axolotl_config_path}: has no '{key}'; compare it with recipes/*.yml of this project"
    )


def test_files_of_one_name_keep_their_own_typed_copy(check_inputs, place):
    from jmedlora.train.check_inputs import use_typed_copies

    texts = {"data/train/a.jsonl": "train", "data/eval/a.jsonl": "eval"}
    for path, text in texts.items():
        write_jsonl(place / path, {"text": text})
    train, evaluation = ([{"path": path, "type": "completion"}] for path in texts)
    cfg = load("medcalm7b_pretrain", datasets=train, test_datasets=evaluation)
    use_typed_copies(cfg, [read_training_file(Path(path), "pretrain") for path in texts])
    read = [parquet.read_table(each[0].path) for each in (cfg.datasets, cfg.test_datasets)]
    assert [table.to_pylist() for table in read] == [[{"text": text}] for text in texts.values()]


@pytest.mark.parametrize("kept", [0, 1])
def test_the_only_checkpoint_must_not_be_deleted_before_the_next_is_complete(capsys, kept):
    assert stopped(capsys, check_settings, load("llama70b", save_total_limit=kept)) == [
        f"jmed-train: save_total_limit {kept} is refused: the old checkpoint is deleted before the "
        "new one is known to be complete; use 2 or more"
    ]


def test_full_models_are_not_trained_in_bf16(capsys):
    (line,) = stopped(capsys, check_settings, load("medcalm7b_pretrain", bf16=True))
    assert line.startswith("jmed-train: bf16 is refused where every weight is trained: ")
    check_settings(load("medcalm7b_pretrain", bf16=True, adapter="lora", fsdp_config=None))
