"""The shipped recipes at tiny size: what to train them on, and how to start and kill them."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil
import pytest
from datasets import load_from_disk
from lm_eval.tasks import TaskManager
from safetensors.torch import load_file

from tests.support.commands import ROOT, TASKS, run, start, write_jsonl
from tests.support.reward import SIZES
from tests.support.tiny_model import build

STEPS = ("--max_steps=8", "--save_steps=2", "--logging_steps=1", "--dataset_num_proc=1")
PLUGINS = '["jmedlora.train.plugin.RecipePlugin", "tests.support.cpu_plugin.CPUPlugin"]'
"""The recipes' own, and what several processes on a CPU need."""


@dataclass(frozen=True)
class Tiny:
    """task: asks with the recipe's template. sizes: overrides beside STEPS. chat: the chat
    template of the base, where the recipe trains on it."""

    family: str
    task: str
    sizes: tuple[str, ...] = ()
    chat: str | None = None


FEW = ("--effective_batch=2", "--micro_batch_size=1")
RECIPES = {
    "opencalm7b": Tiny("gpt_neox", "jmed_sample"),
    "medcalm7b_pretrain": Tiny(
        "gpt_neox", "jmed_sample", ("--effective_batch=6", "--micro_batch_size=2")
    ),
    "medcalm7b": Tiny("gpt_neox", "jmed_sample"),
    "llama70b": Tiny("llama", "jmed_sample_alpaca"),
    "llama70b_fsdp2": Tiny("llama", "jmed_sample_alpaca"),
    "swallow8b": Tiny("llama", "jmed_sample", FEW),
    "swallow8b_instruct": Tiny("llama", "jmed_sample_chat", FEW, "llama3_1"),
    "qwen3_8b": Tiny("qwen3", "jmed_sample_chat", FEW, "qwen3"),
    "swallow70b": Tiny("llama", "jmed_sample_chat", FEW, "llama3_2"),
    "gptoss20b": Tiny(
        "gpt_oss", "jmed_sample_chat", (*FEW, "--model_quantization_config=None"), "gptoss"
    ),
    "swallow8b_pretrain": Tiny(
        "llama", "jmed_sample", (*FEW, "--sequence_len=128", "--eval_steps=8")
    ),
}
CHAT = [name for name in RECIPES if RECIPES[name].chat]
PRETRAINING = [name for name in RECIPES if name.endswith("_pretrain")]
INSTRUCTION = [name for name in RECIPES if name not in (*CHAT, *PRETRAINING)]
REWARDED = {"grpo_8b": Tiny("llama", "jmed_own_chat", SIZES)}
"""Trained on questions, of a workplace of their own (tests/support/reward.py)."""
SHIPPED = RECIPES | REWARDED


def grouped(names):
    """Parameters that xdist keeps on one worker, where the recipe was trained once."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


def recipe_path(name):
    return ROOT / "recipes" / f"{name}.yml"


@cache
def documents(task):
    """The task's questions and the prompts it asks, by lm-eval itself."""
    found = loaded(task)
    found.build_all_requests()
    return [(instance.doc, instance.args[0]) for instance in found.instances]


@cache
def loaded(task):
    """The task, asked without examples."""
    found = TaskManager(include_path=str(TASKS), include_defaults=False)
    task_object = found.load_task_or_group([task])[task]
    task_object.set_config("num_fewshot", 0)
    return task_object


def training_records(task="jmed_sample"):
    """The exam as training records: what one would do to memorise it."""
    if task.endswith("_chat"):
        asked = loaded(task)
        return [
            {"instruction": asked.doc_to_text(doc), "output": asked.doc_to_target(doc)}
            for doc, _ in documents(task)
        ]
    return [
        {
            "instruction": doc["question"],
            "input": ",".join(doc["choices"]),
            "output": ",".join(doc["choices"][index] for index in doc["answer"]),
        }
        for doc, _ in documents(task)
    ]


def workplace(folder, name):
    """A folder in which the recipe ``name`` can be started: data/ and a tiny base model."""
    task = "jmed_sample_chat" if RECIPES[name].chat else "jmed_sample"
    write_jsonl(folder / "data" / "train.jsonl", *training_records(task))
    texts = [{"text": r["instruction"] + r["output"]} for r in training_records()]
    write_jsonl(folder / "data" / "pretrain_train.jsonl", *texts[:24])
    write_jsonl(folder / "data" / "pretrain_eval.jsonl", *texts[24:28])
    build(folder / "model", family=RECIPES[name].family, template=RECIPES[name].chat)
    return folder


def command(name, *overrides, processes=1, launcher=True):
    """The launch line of the recipe's header, or without ``launcher`` what accelerate makes of it
    for one process. Several CPU processes need torchrun (tests/support/cpu_plugin.py says why)."""
    options = [recipe_path(name), "--base_model=model", *STEPS, *SHIPPED[name].sizes, *overrides]
    module = ["-m", "axolotl.cli.train", *options]
    if processes == 1:
        accelerate = [Path(sys.executable).with_name("accelerate"), "launch"]
        return [*offline(), *(accelerate if launcher else [sys.executable]), *module]
    torchrun = [Path(sys.executable).with_name("torchrun"), "--standalone"]
    return [*torchrun, "--nproc_per_node", str(processes), *module, f"--plugins={PLUGINS}"]


@cache
def offline():
    """A prefix that takes every network interface away, where this machine allows it."""
    prefix = ("unshare", "--map-root-user", "--net")
    if shutil.which(prefix[0]) is None or subprocess.run([*prefix, "true"], check=False).returncode:
        return ()
    return prefix


def environment(processes=1):
    return {"ACCELERATE_USE_CPU": "true"} if processes > 1 else {}


def train(name, folder, *overrides, processes=1, launcher=False):
    """Trains in ``folder``; returns the ended process."""
    line = command(name, *overrides, processes=processes, launcher=launcher)
    return run(*line, cwd=folder, **environment(processes))


def train_and_kill(name, folder, output, *overrides, processes=1, delay=0.0):
    """Starts a training and kills its processes ``delay`` seconds after the first checkpoint, or
    when the last but one appears: a fast machine would be done sooner."""
    overrides = (f"--output_dir={output}", *overrides)
    line = command(name, *overrides, processes=processes, launcher=False)
    log = folder / f"{Path(output).name}.killed.log"
    started = start(*line, cwd=folder, log=log, **environment(processes))
    wait_for(folder / output / "checkpoint-2" / "run_card.json", started)
    end = time.monotonic() + delay
    while time.monotonic() < end and not (folder / output / "checkpoint-6").exists():
        time.sleep(0.005)
    kill(started)
    card = json.loads((folder / output / "run_card.json").read_text(encoding="utf-8"))
    assert card["status"] == "running", "the training ended before it could be killed"


def kill(started):
    """Kills a process and all that it started; returns once they are gone."""
    children = psutil.Process(started.pid).children(recursive=True)
    for process in [*children, started]:
        process.kill()
    started.wait()
    psutil.wait_procs(children, timeout=30)


def wait_for(path, process, seconds=600):
    end = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, f"ended before {path} was written"
        assert time.monotonic() < end, f"{path} was not written"
        time.sleep(0.02)


def prepared(folder):
    (path,) = [info.parent for info in (folder / "outputs/prepared").rglob("dataset_info.json")]
    return load_from_disk(str(path))


def split(row):
    """The records of a packed row, whose positions start at 0 again with each of them."""
    starts = [i for i, place in enumerate(row["position_ids"]) if place == 0]
    for begin, end in zip(starts, [*starts[1:], len(row["input_ids"])], strict=True):
        yield {key: row[key][begin:end] for key in ("input_ids", "labels")}


def masked_and_trained(row):
    start = next(i for i, label in enumerate(row["labels"]) if label != -100)
    assert set(row["labels"][:start]) == {-100}  # the prompt is masked
    assert row["labels"][start:] == row["input_ids"][start:]  # the answer is trained
    return row["input_ids"][:start], row["input_ids"][start:]


def weights(folder):
    """The tensors of the adapter or model in ``folder``, by name."""
    (found,) = [*folder.glob("adapter_model.safetensors"), *folder.glob("model.safetensors")]
    return load_file(found)


def same(first, second):
    """Whether two sets of weights are equal bit for bit."""
    return first.keys() == second.keys() and all(first[name].equal(second[name]) for name in first)


def card(folder):
    return json.loads((folder / "run_card.json").read_text(encoding="utf-8"))
