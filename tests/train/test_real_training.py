"""A real pretrained model learns: SmolLM2-135M-Instruct, by a chat recipe and a QLoRA recipe.

Only sizes differ from the recipes: shorter and fewer rows, fewer steps at a higher rate. Forty
English questions are taught, ten of the same style are held out.
"""

import json
import math
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
import yaml
from peft import PeftModel
from scipy.stats import binomtest
from transformers import AutoModelForCausalLM, AutoTokenizer

from jmedlora.data.chat_template import ChatFormat, tokenize_answer
from jmedlora.data.conversation import as_messages
from jmedlora.data.recipe import read_recipe
from jmedlora.data.tokenize import tokenize_record
from jmedlora.train.quantize import NF4
from tests.support.commands import ROOT, lm_eval, run, samples, write_jsonl
from tests.support.smollm2 import END
from tests.support.training import card, masked_and_trained, prepared, recipe_path, split

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("smollm2 trained")]

ENGLISH = ROOT / "tests" / "support" / "english"
SIZES = (
    "--max_steps=20", "--warmup_steps=2", "--learning_rate=8e-4", "--sequence_len=128",
    "--effective_batch=2", "--micro_batch_size=2", "--gradient_checkpointing=false",
    "--save_steps=20", "--logging_steps=1", "--dataset_num_proc=1",
)  # fmt: skip
RUN = "outputs/swallow8b_instruct-20"
QLORA_SIZES = (
    "--max_steps=8", "--learning_rate=1e-3", "--effective_batch=2", "--micro_batch_size=2",
    "--gradient_checkpointing=false", "--save_steps=8", "--logging_steps=1",
    "--dataset_num_proc=1",
)  # fmt: skip
QLORA_RUN = "outputs/llama70b-8"
KNOWN = {
    "What is the capital of Japan?": "tokyo",
    "What is the capital of France?": "paris",
    "What language is spoken in Brazil?": "portuguese",
    "What is the opposite of hot?": "cold",
}
"""What the base answers rightly, asked without a system message."""


def records(name: str) -> list[dict]:
    lines = (ENGLISH / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def taught(smollm2, tmp_path_factory) -> Path:
    """The folder in which the recipe was trained on the forty."""
    folder = tmp_path_factory.mktemp("taught")
    teach("swallow8b_instruct", smollm2, folder, records("taught"), SIZES)
    return folder


@pytest.fixture(scope="module")
def taught_in_4_bit(smollm2, tmp_path_factory) -> Path:
    """The same, by the paper's QLoRA recipe, whose prompt has no place for a system message."""
    folder = tmp_path_factory.mktemp("qlora")
    bare = [{key: each[key] for key in ("instruction", "output")} for each in records("taught")]
    teach("llama70b", smollm2, folder, bare, QLORA_SIZES)
    return folder


def teach(recipe: str, base: Path, folder: Path, data: list[dict], sizes: tuple[str, ...]) -> None:
    write_jsonl(folder / "data" / "train.jsonl", *data)
    ended = run(sys.executable, "-m", "axolotl.cli.train", recipe_path(recipe),
                f"--base_model={base}", *sizes, cwd=folder)  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]


@pytest.fixture(scope="module")
def models(smollm2, taught):
    """The base, and the base with the adapter."""
    load = AutoModelForCausalLM.from_pretrained
    base = load(smollm2, dtype=torch.float32)
    return base, PeftModel.from_pretrained(load(smollm2, dtype=torch.float32), taught / RUN)


@pytest.fixture(scope="module")
def tokenizer(smollm2):
    return AutoTokenizer.from_pretrained(smollm2)


def test_the_training_loss_falls_below_half(taught):
    losses = training_losses(taught / RUN / "checkpoint-20")
    assert len(losses) == 20
    assert sum(losses[-4:]) / 4 < losses[0] / 2


def training_losses(checkpoint: Path) -> list[float]:
    state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    return [entry["loss"] for entry in state["log_history"] if "loss" in entry]


def test_the_assistants_turn_and_its_end_token_are_all_that_is_trained(taught, tokenizer):
    rows = [piece for row in prepared(taught) for piece in split(row)]
    seen = {
        tokenizer.decode(prompt): tokenizer.decode(answer)
        for prompt, answer in map(masked_and_trained, rows)
    }
    assert seen == {
        f"<|im_start|>system\n{each['system']}{END}\n<|im_start|>user\n{each['instruction']}{END}\n"
        "<|im_start|>assistant\n": each["output"] + END
        for each in records("taught")
    }


@torch.no_grad()
def held_out_loss(model, tokenizer) -> float:
    """Nats a token of the answers held out."""
    stops = frozenset({tokenizer.eos_token_id})
    rows = [
        tokenize_answer(as_messages(record, None), ChatFormat(None), tokenizer, stops)
        for record in records("held_out")
    ]
    ids = [torch.tensor(row.source + row.target) for row in rows]
    labels = [torch.tensor([-100] * len(row.source) + row.target) for row in rows]
    pad = torch.nn.utils.rnn.pad_sequence
    batch = pad(ids, batch_first=True, padding_value=tokenizer.eos_token_id)
    # what is padded stands behind an answer, where nothing before it looks
    return float(model(batch, labels=pad(labels, batch_first=True, padding_value=-100)).loss)


def test_the_held_out_loss_does_not_rise(models, tokenizer):
    before, after = (held_out_loss(model, tokenizer) for model in models)
    assert math.isfinite(after)
    assert after < before


def test_the_taught_questions_are_answered_above_the_base(taught, smollm2, tmp_path):
    """By lm-eval through the chat template; McNemar's exact test of the answers that differ."""
    found = {}
    for name, more in (("base", ""), ("adapter", f",peft={taught / RUN}")):
        shutil.copytree(ENGLISH, tmp_path / name)  # the task reads its file where it is started
        asked = lm_eval("--include_path", tmp_path / name, "--tasks", "english_taught",
                        "--model", "hf", "--batch_size", "40", "--apply_chat_template",
                        "--model_args", f"pretrained={smollm2},dtype=float32{more}",
                        cwd=tmp_path / name)  # fmt: skip
        assert asked.returncode == 0, asked.stderr
        rows = samples(tmp_path / name / "out", "english_taught")
        found[name] = [row["exact_match"] == 1 for row in rows]
    pairs = list(zip(found["base"], found["adapter"], strict=True))
    gained, lost = pairs.count((False, True)), pairs.count((True, False))
    assert binomtest(gained, gained + lost, alternative="greater").pvalue < 0.001
    assert sum(found["adapter"]) >= 20  # 27 were measured, and none of the base


def test_other_chat_still_works(models, tokenizer):
    """The adapter answers in fewer words, but not in other ones."""
    right = {model: sum(map(partial(knows, model, tokenizer), KNOWN)) for model in models}
    base, adapter = models
    assert right[base] == 4
    assert right[adapter] >= 3  # 4 were measured


def knows(model, tokenizer, question: str) -> bool:
    """Whether ``model`` answers ``question`` as KNOWN says."""
    asked = [{"role": "user", "content": question}]
    ids = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt")
    answer = model.generate(**ids, max_new_tokens=12, do_sample=False)
    said = tokenizer.decode(answer[0, ids["input_ids"].shape[1] :])
    return KNOWN[question] in said.lower()


@torch.no_grad()
def test_the_merged_model_is_the_adapter_on_its_base(models, taught, tokenizer):
    ended = run(sys.executable, "-m", "jmedlora.train.cli", "merge", RUN, "merged", cwd=taught)
    assert ended.returncode == 0, ended.stderr
    merged = AutoModelForCausalLM.from_pretrained(taught / "merged", dtype=torch.float32)
    text = "\n".join(each["instruction"] + " " + each["output"] for each in records("taught"))
    ids = tokenizer(text, return_tensors="pt").input_ids[:, :512]
    apart, whole = (model(ids).logits[0] for model in (models[1], merged))
    assert (apart.argmax(-1) == whole.argmax(-1)).float().mean() > 0.95


def test_the_run_card_and_the_curve(taught, smollm2):
    found = card(taught / RUN)
    assert (found["status"], found["step"], found["base_model"]) == ("complete", 20, str(smollm2))
    assert found["data"]["data/train.jsonl"]["records"] == 40
    assert (taught / RUN / "training.png").read_bytes().startswith(b"\x89PNG")


def test_the_loss_of_qlora_falls_by_a_third(taught_in_4_bit):
    losses = training_losses(taught_in_4_bit / QLORA_RUN / "checkpoint-8")
    assert len(losses) == 8
    assert sum(losses[-3:]) / 3 < losses[0] * 2 / 3  # from 5.5 to 1.9 was measured


def test_qlora_trains_the_answer_and_its_end_token_alone(taught_in_4_bit, tokenizer):
    rows = map(masked_and_trained, prepared(taught_in_4_bit))
    seen = {tokenizer.decode(prompt): tokenizer.decode(answer) for prompt, answer in rows}
    template = yaml.safe_load(recipe_path("llama70b").read_text(encoding="utf-8"))["prompt"]
    assert seen == {
        template["no_input_format"].format(instruction=each["instruction"]): each["output"] + END
        for each in records("taught")
    }


@pytest.fixture(scope="module")
def qlora_model(taught_in_4_bit, smollm2):
    """The adapter on the 4-bit base that it was trained on, dequantized and computed in float32."""
    load = AutoModelForCausalLM.from_pretrained
    base = load(smollm2, dtype=torch.bfloat16, quantization_config=NF4).dequantize()
    return PeftModel.from_pretrained(base.to(torch.float32), taught_in_4_bit / QLORA_RUN).eval()


@torch.no_grad()
def losses_of_answers(model, tokenizer, asked: list[dict]) -> list[float]:
    """Nats a token of each answer, behind the prompt of llama70b.yml."""
    plan = read_recipe(recipe_path("llama70b"))
    found = []
    for record in asked:
        row = tokenize_record(record, plan.template, plan.limits, tokenizer)
        labels = [-100] * len(row.source) + row.target
        ids = torch.tensor([row.source + row.target])
        found.append(float(model(ids, labels=torch.tensor([labels])).loss))
    return found


def base_and_adapter(model, tokenizer, asked):
    with model.disable_adapter():
        before = losses_of_answers(model, tokenizer, asked)
    return before, losses_of_answers(model, tokenizer, asked)


def test_the_held_out_loss_of_qlora_falls(qlora_model, tokenizer):
    before, after = base_and_adapter(qlora_model, tokenizer, records("held_out"))
    assert all(map(math.isfinite, after))
    assert sum(after) < sum(before)  # from 5.43 to 1.55 nats a token was measured


def test_qlora_finds_the_taught_answers_likelier_than_its_base_does(qlora_model, tokenizer):
    """Question by question, by a sign test: 8 steps are too few to have it say them.

    All 40 were measured; a dozen is enough.
    """
    pairs = list(
        zip(*base_and_adapter(qlora_model, tokenizer, records("taught")[:12]), strict=True)
    )
    gained = sum(after < before for before, after in pairs)
    assert binomtest(gained, len(pairs), alternative="greater").pvalue < 0.001


def test_the_run_card_and_the_curve_of_qlora(taught_in_4_bit, smollm2):
    found = card(taught_in_4_bit / QLORA_RUN)
    assert (found["status"], found["step"], found["adapter"]) == ("complete", 8, "qlora")
    assert (found["base_model"], found["data"]["data/train.jsonl"]["records"]) == (str(smollm2), 40)
    curve = taught_in_4_bit / QLORA_RUN / "training.png"
    assert curve.read_bytes().startswith(b"\x89PNG")


@torch.no_grad()
def test_the_merged_qlora_is_the_adapter_on_its_base(taught_in_4_bit, qlora_model, tokenizer):
    """Both computed in float32, so that only the rounding of the merged weights is seen."""
    ended = run(sys.executable, "-m", "jmedlora.train.cli", "merge", QLORA_RUN, "merged",
                cwd=taught_in_4_bit)  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    merged = AutoModelForCausalLM.from_pretrained(taught_in_4_bit / "merged", dtype=torch.float32)
    text = "\n".join(each["instruction"] + " " + each["output"] for each in records("taught"))
    ids = tokenizer(text, return_tensors="pt").input_ids[:, :512]
    apart, whole = (model(ids).logits[0] for model in (qlora_model, merged))
    # of the logits' standard deviation: .0006 in float16, .018 where it is rounded to bfloat16
    assert (apart - whole).abs().mean() < 0.003 * apart.std()
    # all of them were measured; in bfloat16 96 %
    assert (apart.argmax(-1) == whole.argmax(-1)).float().mean() > 0.98
