"""What is done with a trained adapter: it is scored, merged, and evaluated on a 4-bit base."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from jmedlora.core.errors import FileError
from jmedlora.data.cli import main as jmed_data
from jmedlora.report.compare.comparison import read_columns
from jmedlora.train.merge import merge
from jmedlora.train.quantize import NF4, quantize
from tests.support.commands import lm_eval, run, samples, write_jsonl
from tests.support.training import grouped, workplace

pytestmark = pytest.mark.slow

JMED_TRAIN = (sys.executable, "-m", "jmedlora.train.cli")


@pytest.mark.xdist_group("demo")
def test_a_merged_lora_is_the_adapter_on_its_base(demo):
    """The demo's: the base was pretrained, the adapter learnt the sample exam by heart."""
    merged = run(*JMED_TRAIN, "merge", "outputs/opencalm7b-300", "merged", cwd=demo)
    assert merged.returncode == 0, merged.stderr
    first, second = merged.stdout.splitlines()
    assert first == "merged: outputs/opencalm7b-300 merged into its base"
    assert "jmed-report recite" in second
    whole = logits(load(demo / "merged", torch.float32))
    base = load(demo / "outputs/medcalm7b_pretrain-160", torch.float32)
    apart = logits(adapter(base, demo / "outputs/opencalm7b-300"))
    # float32 rounding: 1.1e-5 to 1.3e-5 measured with AVX-512, AVX2 and neither
    assert (whole - apart).abs().max() < 1e-4 * apart.std()
    found = lm_eval("--tasks", "jmed_sample", "--model", "hf", "--model_args", "pretrained=merged",
                    "--batch_size", "40", "--output_path", "merged-out", cwd=demo)  # fmt: skip
    assert found.returncode == 0, found.stderr
    (column,) = read_columns([demo / "merged-out"], None)
    assert (column.step, column.kind) == (300, "LoRA")
    outs = ("merged-out", "results/tiny-medcalm-300-0")
    answers = [[row["accuracy"] for row in samples(demo / out, "jmed_sample")] for out in outs]
    # of two answers the sampler may take the other one where rounding turns a near-tie
    assert sum(one != two for one, two in zip(*answers, strict=True)) <= 2


@pytest.mark.parametrize("name", grouped(["llama70b"]))
def test_a_qlora_adapter_on_a_4_bit_copy_and_merged(name, trained, tmp_path):
    folder = trained(name)
    run_folder, copy, merged = folder / f"outputs/{name}-8", tmp_path / "nf4", tmp_path / "merged"
    for command, args in (("quantize", (folder / "model", copy)), ("merge", (run_folder, merged))):
        ended = run(*JMED_TRAIN, command, *args, cwd=folder)
        assert ended.returncode == 0, ended.stderr
    trained_on = load(folder / "model", torch.bfloat16, quantization_config=NF4)
    seen = logits(adapter(trained_on, run_folder))
    # quantized before or while loading is the same, bit for bit
    assert logits(adapter(load(copy, torch.bfloat16), run_folder)).equal(seen)
    # merged in float16, behind what bitsandbytes computes in bfloat16: 0.012 standard deviations
    whole = load(merged, "auto")
    assert whole.dtype == torch.float16
    assert (logits(whole) - seen).abs().mean() < 0.05 * seen.std()
    # what the rounding of the weights does alone: 0.0006 with float16, 0.002 with bfloat16, and
    # with float32 nothing (7e-6 at most)
    exact = tmp_path / "merged-fp32"
    ended = run(*JMED_TRAIN, "merge", run_folder, exact, "--dtype", "float32", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    apart = logits(adapter(load(copy, torch.float32).dequantize(), run_folder))
    rounded = logits(load(merged, torch.float32)) - apart
    assert 0 < rounded.abs().mean() < 0.0013 * apart.std()
    assert (logits(load(exact, "auto")) - apart).abs().max() < 1e-4 * apart.std()
    found = lm_eval("--tasks", "jmed_sample_alpaca", "--limit", "2", "--model", "hf",
                    "--model_args", f"pretrained={copy},peft={run_folder}",
                    "--gen_kwargs", "do_sample=False,max_gen_toks=16", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    # and what saw the training data: not the base, nor its copy
    saw = traced(folder, tmp_path)
    checkpoints = map(str, run_folder.glob("checkpoint-*"))
    assert saw["models"] == {str(run_folder), *checkpoints, str(merged), str(exact)}
    assert saw["results"] == {str(run_folder)}


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


def traced(folder, more):
    """What saw a document of which, as a provenance says, the first pair trained on was made."""
    document = more / "ward.txt"
    document.write_text("病棟の記録。", encoding="utf-8")
    shutil.copy(folder / "data" / "train.jsonl", more / "train.jsonl")
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    pair = {"file": "train.jsonl", "line": 1, "key": "k", "source": "old.txt"}
    write_jsonl(more / "provenance.jsonl", pair | {"source_sha256": digest})
    args = ["--among", str(folder), str(more), "--json", str(more / "trace.json")]
    assert jmed_data(["trace", str(document), *args]) == 0
    found = json.loads((more / "trace.json").read_text(encoding="utf-8"))
    return {
        "models": {each["folder"] for each in found["models"]},
        "results": {each["model"] for each in found["results"]},
    }


def load(folder, dtype, **options):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **options)


def adapter(model, folder):
    return PeftModel.from_pretrained(model, folder)


def logits(model):
    text = torch.randint(5, 900, (4, 64), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return model.eval()(text).logits.float()
