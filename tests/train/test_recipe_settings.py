"""What the plugin refuses and resolves for recipes on a chat template, and for short trials."""

import json
import shlex

import fire
import pytest
from axolotl.cli import config

from jmedlora.data.chat_template import ChatFormat
from jmedlora.data.recipe import read_chat
from jmedlora.train.chat_settings import check_chat_settings
from jmedlora.train.lora_targets import check_lora_targets
from jmedlora.train.resolve_config import log_often_enough, use_train_file
from tests.support.commands import QUIET
from tests.support.plugin import RECIPES, load, stopped
from tests.support.tiny_model import build
from tests.support.training import CHAT

pytestmark = pytest.mark.usefixtures("alone")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chat_template", "chatml"),
        ("chat_template", "tokenizer_default_fallback_chatml"),
        ("chat_template_jinja", "{{ messages }}"),
        ("default_system_message", "a"),
        ("eot_tokens", ["</s>"]),
        ("train_on_inputs", True),
        ("train_on_inputs", False),
        ("train_on_eos", "none"),
        ("special_tokens", {"pad_token": "a"}),
        ("tokens", ["<a>"]),
    ],
)
def test_a_setting_that_would_change_what_is_trained(capsys, key, value):
    cfg = load("qwen3_8b", **{key: value})
    (line,) = stopped(capsys, check_chat_settings, cfg)
    assert line.startswith(f"jmed-train: {key} is refused in a recipe on a chat template: ")


def test_the_same_of_a_dataset(capsys):
    dataset = {**load("qwen3_8b").datasets[0], "roles_to_train": ["user"]}
    (line,) = stopped(capsys, check_chat_settings, load("qwen3_8b", datasets=[dataset]))
    assert line.startswith("jmed-train: roles_to_train is refused")


def test_answers_that_would_be_cut(capsys):
    cfg = load("qwen3_8b", excess_length_strategy="truncate")
    (line,) = stopped(capsys, check_chat_settings, cfg)
    assert line.startswith("jmed-train: excess_length_strategy truncate is refused in a recipe on")
    check_chat_settings(load("qwen3_8b", excess_length_strategy="drop"))  # Axolotl's own choice


@pytest.mark.parametrize("name", CHAT)
def test_the_recipes_have_none_of_them(name, capsys):
    check_chat_settings(load(name))
    assert capsys.readouterr().err == ""


def test_a_prompt_of_ones_own_may_have_them():
    check_chat_settings(load("opencalm7b", train_on_inputs=False))


@pytest.mark.parametrize(
    "stated",
    [{"num_local_experts": 32}, {"num_experts": 32}, {"text_config": {"n_routed_experts": 32}}],
)
def test_experts_that_would_be_left_out(capsys, tmp_path, stated):
    (tmp_path / "config.json").write_text(json.dumps(stated), encoding="utf-8")
    cfg = load("qwen3_8b", base_model=str(tmp_path))
    assert stopped(capsys, check_lora_targets, cfg) == [
        f"jmed-train: lora_target_linear is refused alone with {tmp_path}, a mixture of 32 experts:"
        " their weights are no linear layers and would be left out; add lora_target_parameters (as"
        " recipes/gptoss20b.yml) or name lora_target_modules"
    ]
    check_lora_targets(load("gptoss20b", base_model=str(tmp_path)))
    check_lora_targets(load("qwen3_8b", base_model=str(tmp_path), lora_target_modules=["q_proj"]))


def test_a_base_without_experts(tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    check_lora_targets(load("qwen3_8b", base_model=str(tmp_path)))


def test_layers_that_the_base_does_not_have(capsys, tmp_path, tiny_model):
    llama = build(tmp_path / "llama", family="llama")
    capsys.readouterr()
    cfg = load("opencalm7b", base_model=str(llama))
    assert stopped(capsys, check_lora_targets, cfg) == [
        f"jmed-train: lora_target_modules query_key_value: {llama} has no such layer; for all its"
        " linear layers give --lora_target_modules=None --lora_target_linear=true"
    ]
    check_lora_targets(load("opencalm7b", base_model=str(tiny_model)))
    check_lora_targets(load("opencalm7b", base_model="missing"))
    some = load("opencalm7b", base_model=str(llama), lora_target_modules=["q_proj", "v_porj"])
    (line,) = stopped(capsys, check_lora_targets, some)
    assert line.startswith(f"jmed-train: lora_target_modules v_porj: {llama} has no such layer; ")


def test_parameters_that_the_base_does_not_have(capsys, tmp_path):
    base = build(tmp_path / "base", family="gpt_oss", template="gptoss")
    capsys.readouterr()
    check_lora_targets(load("gptoss20b", base_model=str(base)))
    names = ["mlp.experts.gate_up_proj", "mlp.experts.down_porj", "experts.up_proj"]
    cfg = load("gptoss20b", base_model=str(base), lora_target_parameters=names)
    assert stopped(capsys, check_lora_targets, cfg) == [
        f"jmed-train: lora_target_parameters mlp.experts.down_porj, experts.up_proj: {base} has no"
        " such parameter; those of its experts: mlp.experts.down_proj, mlp.experts.gate_up_proj"
    ]


def test_the_header_of_qwen_says_how_to_train_thinking(tmp_path, monkeypatch):
    """Its override by Axolotl's own reading of a command line; the rest of the chat stays."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(config.TELEMETRY_MANAGER, "enabled", False)  # whatever an import found set
    path = RECIPES / "qwen3_8b.yml"
    header = path.read_text(encoding="utf-8").partition("\nbase_model:")[0]
    (override,) = [word for word in header.split() if word.startswith("--chat")]
    base = build(tmp_path / "base", family="qwen3", template="qwen3")
    words = [*shlex.split(override), f"--base_model={base}"]
    given = fire.Fire(lambda **options: options, command=words, serialize=lambda _: None)
    cfg = config.load_cfg(str(path), **given)
    assert read_chat(cfg.chat) == ChatFormat(load("qwen3_8b").chat.system, {})


def test_another_training_file(capsys):
    cfg = load("qwen3_8b", train_file="my.jsonl")
    use_train_file(cfg)
    assert cfg.datasets[0].path == "my.jsonl"
    cfg = load("qwen3_8b", train_file="my.jsonl", datasets=[{"path": "a"}, {"path": "b"}])
    assert stopped(capsys, use_train_file, cfg) == [
        "jmed-train: train_file my.jsonl replaces one file, and the recipe names 2"
    ]


@pytest.mark.parametrize(("steps", "logged"), [(20, 1), (100, 2), (499, 9), (500, 10), (3000, 10)])
def test_a_short_run_has_a_curve(capsys, steps, logged):
    cfg = load("qwen3_8b", max_steps=steps)
    log_often_enough(cfg)
    assert cfg.logging_steps == logged
    said = f"jmed-train: logging_steps={logged}, so that a run of {steps} steps has a curve\n"
    assert capsys.readouterr().err == ("" if logged == 10 else said)


def test_the_override_of_the_layers_is_no_fault(tmp_path):
    llama = build(tmp_path / "llama", family="llama")
    changed = {"lora_target_modules": [], "lora_target_linear": True}  # as Axolotl reads None
    check_lora_targets(load("opencalm7b", base_model=str(llama), **changed))
