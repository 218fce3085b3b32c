"""What is done with a trained adapter: it is scored, merged, and evaluated on a 4-bit base."""

import sys
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from jmed_data.faults import FileError
from jmed_report.compare import read_columns, table_of
from jmed_train.merge import merge
from jmed_train.quantize import NF4, quantize
from tests.conftest import lm_eval, results, run, samples
from tests.tiny_model import build
from tests.training import grouped, train, workplace

pytestmark = pytest.mark.slow
GREEDY = ("--gen_kwargs", "do_sample=False,max_gen_toks=32", "--batch_size", "40")


@pytest.fixture(scope="module")
def memorised(tmp_path_factory):
    """opencalm7b.yml, made to learn the sample exam by heart: wider, faster, every layer."""
    folder = workplace(tmp_path_factory.mktemp("memorised"), "opencalm7b")
    build(folder / "model", hidden=128)
    layers = '["query_key_value","dense","dense_h_to_4h","dense_4h_to_h","embed_out"]'
    ended = train(
        "opencalm7b", folder, "--max_steps=450", "--save_steps=450", "--logging_steps=10",
        "--learning_rate=1e-2", "--lora_r=64", f"--lora_target_modules={layers}",
        "--micro_batch_size=8", "--gradient_checkpointing=false", "--output_dir=outputs/run",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def evaluated(memorised):
    """The folder, once the model was asked with the adapter and without."""
    for out, adapter_args in (("base", ""), ("adapter", f",peft={memorised}/outputs/run")):
        evaluate(memorised, out, f"pretrained={memorised}/model{adapter_args}")
    return memorised


def evaluate(folder, out, model_args):
    found = lm_eval("--tasks", "jmed_sample", "--model", "hf", "--model_args", model_args,
                    *GREEDY, "--output_path", out, cwd=folder)  # fmt: skip
    assert found.returncode == 0, found.stderr


def answers(folder, out):
    return [sample["filtered_resps"][0] for sample in samples(folder / out, "jmed_sample")]


@pytest.mark.xdist_group("memorised")
def test_a_model_that_learnt_the_sample_exam_scores_above_its_base(evaluated):
    base, learnt = (
        results(evaluated / out)["results"]["jmed_sample"] for out in ("base", "adapter")
    )
    assert base["accuracy,none"] < 0.4  # a guess is .2
    assert learnt["accuracy,none"] > 0.6
    assert learnt["exact_match,none"] > base["exact_match,none"] + 0.4


@pytest.mark.xdist_group("memorised")
def test_the_table_knows_step_0_and_the_gain_is_not_chance(evaluated):
    columns = read_columns([evaluated / "base", evaluated / "adapter"], None)
    assert [column.title for column in columns] == ["model, 0 steps", "model, 450 steps of LoRA"]
    assert columns[1].hours > 0
    found = table_of(columns, pooled=False, by=None, seed=1, resamples=2000)
    accuracy = found.sections[0].rows[0].cells[1]
    assert accuracy.difference.gained - accuracy.difference.lost == pytest.approx(
        40 * accuracy.difference.value
    )
    assert accuracy.difference.p_holm < 0.01


@pytest.mark.xdist_group("memorised")
def test_a_merged_lora_gives_the_adapters_answers(evaluated):
    folder = evaluated
    merged = run(sys.executable, "-m", "jmed_train.merge", "outputs/run", "merged", cwd=folder)
    assert merged.returncode == 0, merged.stderr
    assert merged.stdout == "merged: outputs/run merged into its base\n"
    evaluate(folder, "merged-out", "pretrained=merged")
    assert answers(folder, "merged-out") == answers(folder, "adapter")
    merged_column = read_columns([folder / "merged-out"], None)[0]
    assert merged_column.title == "model, 450 steps of LoRA"
    whole = logits(load(folder / "merged", torch.float32))
    apart = logits(adapter(load(folder / "model", torch.float32), folder / "outputs/run"))
    assert (whole - apart).abs().max() < 1e-4 * apart.std()


@pytest.mark.parametrize("name", grouped(["llama70b"]))
def test_a_qlora_adapter_on_a_4_bit_copy_and_merged(name, trained, tmp_path):
    folder = trained(name)
    run_folder, copy, merged = folder / f"outputs/{name}-8", tmp_path / "nf4", tmp_path / "merged"
    for module, args in (("quantize", (folder / "model", copy)), ("merge", (run_folder, merged))):
        ended = run(sys.executable, "-m", f"jmed_train.{module}", *args, cwd=folder)
        assert ended.returncode == 0, ended.stderr
    trained_on = load(folder / "model", torch.bfloat16, quantization_config=NF4)
    seen = logits(adapter(trained_on, run_folder))
    # quantized before or while loading is the same, bit for bit
    assert logits(adapter(load(copy, torch.bfloat16), run_folder)).equal(seen)
    # merged: no more than bfloat16 rounding (0.014 standard deviations measured)
    assert (logits(load(merged, torch.bfloat16)) - seen).abs().mean() < 0.05 * seen.std()
    found = lm_eval("--tasks", "jmed_sample_alpaca", "--limit", "2", "--model", "hf",
                    "--model_args", f"pretrained={copy},peft={run_folder}",
                    "--gen_kwargs", "do_sample=False,max_gen_toks=16", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            lambda: merge(Path("model"), Path("merged")),
            "model: is not a run of a recipe with an adapter (adapter_config.json, run_card.json); "
            "name an output folder or a checkpoint",
        ),
        (
            lambda: quantize("model", Path("data")),
            "data: is not empty; name a new folder",
        ),
        (
            lambda: quantize("missing", Path("out")),
            "missing: is neither a folder nor a model that was downloaded to this machine; name a "
            "folder, or fetch it once where there is a network: hf download missing",
        ),
    ],
)
def test_what_cannot_be_merged_or_quantized(action, message, tmp_path, monkeypatch):
    workplace(tmp_path, "llama70b")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError) as caught:
        action()
    assert str(caught.value) == message


def load(folder, dtype, **options):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **options)


def adapter(model, folder):
    return PeftModel.from_pretrained(model, folder)


def logits(model):
    text = torch.randint(5, 900, (4, 64), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return model.eval()(text).logits.float()
