"""The settings of a recipe before a run: its folders, what is refused, what is left out."""

from pathlib import Path

import pytest
from axolotl.utils.dict import DictDefault

from jmedlora.train.resolve_config import (
    adapt_to_cpu,
    check_settings,
    disable_fsdp,
    resolve_config,
    resolve_output_dir,
    separate_prepared_data,
)
from tests.support.plugin import RECIPES, load, on, stopped

pytestmark = pytest.mark.usefixtures("alone")


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


@pytest.mark.parametrize(
    "name", ["chat_template.jinja", "tokenizer.json", "generation_config.json"]
)
def test_prepared_data_is_never_that_of_another_tokenizer(tmp_path, name):
    (tmp_path / name).write_text("before", encoding="utf-8")
    before = prepared(base_model=str(tmp_path))
    assert prepared(base_model=str(tmp_path)) == before
    (tmp_path / name).write_text("after", encoding="utf-8")
    assert prepared(base_model=str(tmp_path)) != before


def test_prepared_data_is_found_again():
    assert prepared() == prepared(max_steps=8, learning_rate=1.0, output_dir="elsewhere")
    assert Path(prepared()).parent == Path("outputs/prepared")


def test_remote_code_is_refused(capsys):
    assert stopped(capsys, check_settings, load("opencalm7b", trust_remote_code=True)) == [
        "jmed-train: trust_remote_code is refused: it would run code from the model's folder"
    ]


def test_ray_is_refused(capsys):
    assert stopped(capsys, check_settings, load("opencalm7b", use_ray=True)) == [
        "jmed-train: use_ray is refused: on Ray's workers the plugin would neither resume nor keep"
        " the batch; start the recipe with accelerate launch, on each machine"
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


@pytest.mark.parametrize("packed", [None, True])  # left out, Axolotl sets it to true
def test_an_evaluation_is_not_packed(capsys, packed):
    cfg = load("swallow8b_pretrain", eval_sample_packing=packed)
    assert stopped(capsys, check_settings, cfg) == [
        "jmed-train: sample_packing is refused for evaluation: Axolotl would leave packed rows out "
        "where they cannot be shared among the processes, all of them if they are fewer; set "
        "eval_sample_packing: false"
    ]
    check_settings(load("swallow8b_pretrain"))
    check_settings(load("swallow8b_pretrain", eval_sample_packing=packed, test_datasets=None))


def test_a_packed_run_finds_its_place_again(capsys):
    cfg = load("swallow8b", curriculum_sampling=False)
    (line,) = stopped(capsys, check_settings, cfg)
    assert line.startswith("jmed-train: sample_packing is refused without curriculum_sampling: ")
    check_settings(load("swallow8b"))
    check_settings(load("swallow8b", curriculum_sampling=False, sample_packing=False))
