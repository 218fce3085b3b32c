"""``jmed-data check-model``: what is said of a folder that lm-eval could not load."""

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file

from jmedlora.data.cli import main
from jmedlora.data.cli import main as jmed_data


@pytest.fixture
def model(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


def test_a_complete_model(model, capsys):
    assert main(["check-model", str(model)]) == 0
    assert capsys.readouterr().out == f"{model}: a model, no fault\n"


def test_a_folder_that_does_not_exist(tmp_path, capsys):
    missing = tmp_path / "open-calm-7b"
    assert main(["check-model", str(missing)]) == 1
    assert capsys.readouterr().err == (
        f"{missing}: there is no such model folder; "
        "check the path; a name on the Hub must be downloaded first\n"
    )


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def add_remote_code(path):
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "auto_map": {"AutoModel": "x.Y"}}), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("model.safetensors", cut, "/model.safetensors: the file is cut off; copy it again"),
        (
            "model.safetensors",
            lambda path: path.write_bytes(b""),
            "/model.safetensors: the file is damaged; copy it again",
        ),
        (
            "model.safetensors",
            lambda path: path.write_bytes(b"\x05\0\0\0\0\0\0\0[[[[["),
            "/model.safetensors: the file is damaged; copy it again",
        ),
        (
            "model.safetensors",
            lambda path: (path.unlink(), path.symlink_to("nowhere")),
            "/model.safetensors: cannot be read (No such file or directory); copy it again",
        ),
        (
            "adapter_config.json",
            lambda path: path.write_text("{}"),
            "/adapter_config.json: has no base_model_name_or_path; copy the file again",
        ),
        (
            "tokenizer.json",
            lambda path: path.write_text("[" * 100_000),
            "/tokenizer.json: not complete JSON (maximum recursion depth exceeded",
        ),
        (
            "config.json",
            lambda path: path.write_text("{}"),
            "/config.json: has no model_type; copy the file again",
        ),
        (
            "model.safetensors",
            lambda path: path.rename(path.with_name("pytorch_model.bin")),
            ": holds pickled weights only (.bin); convert them to safetensors",
        ),
        (
            "model.safetensors",
            lambda path: path.unlink(),
            ": holds no .safetensors weights; copy the whole model folder",
        ),
        ("tokenizer.json", lambda path: path.unlink(), ": holds no tokenizer; copy the tokenizer"),
        ("config.json", cut, "/config.json: not complete JSON ("),
        ("config.json", lambda path: path.unlink(), "/config.json: cannot be read (No such file"),
        (
            "config.json",
            add_remote_code,
            "/config.json: the model needs code of its own (auto_map)",
        ),
        (
            "tokenizer_config.json",
            add_remote_code,
            "/tokenizer_config.json: the tokenizer needs code of its own (auto_map)",
        ),
        (
            "modeling.py",
            lambda path: path.write_text("print(1)", encoding="utf-8"),
            "/modeling.py: is code, which is never run; delete it from the folder",
        ),
        (
            "generation_config.json",
            lambda path: path.write_text('{"eos_token_id": [7, 9]}', encoding="utf-8"),
            "/tokenizer_config.json: the tokenizer ends a text with '<|endoftext|>' (0), the model"
            " stops at 7 and 9; set eos_token_id in config.json and generation_config.json, or"
            " eos_token here",
        ),
    ],
)
def test_damage_is_named(model, capsys, name, damage, message):
    damage(model / name)
    assert main(["check-model", str(model)]) == 1
    assert capsys.readouterr().err.startswith(f"{model}{message}")


def test_a_missing_shard(model, capsys):
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (model / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert main(["check-model", str(model)]) == 1
    expected = f"{model}/model-2.safetensors: the file is missing; copy it as well\n"
    assert capsys.readouterr().err == expected


@pytest.mark.slow
@pytest.mark.xdist_group("opencalm7b")
def test_one_changed_byte_in_an_adapter_is_seen(trained, capsys):
    """safetensors itself loads it: lengths and header are as they were."""
    output = trained("opencalm7b") / "outputs" / "opencalm7b-8"
    assert check_model(output, output / "checkpoint-2") == 0
    changed = shutil.copytree(output, output.with_name("changed")) / "adapter_model.safetensors"
    whole = changed.read_bytes()
    capsys.readouterr()
    for place in (-1, whole.index(b"base_model")):  # a weight; a tensor's name
        raw = bytearray(whole)
        raw[place] ^= 1
        changed.write_bytes(raw)
        assert len(load_file(changed)) == len(load_file(output / changed.name))
        assert check_model(changed.parent) == 1
        assert capsys.readouterr().err == (
            f"{changed}: is not the file whose SHA-256 run_card.json states; copy it again\n"
        )


def check_model(*folders: Path) -> int:
    return jmed_data(["check-model", *map(str, folders)])
