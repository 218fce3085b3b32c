"""The recipes train on the prompts that the tasks ask: one test for both sides."""

import sys
from pathlib import Path

import pytest
import yaml
from datasets import load_from_disk
from lm_eval.tasks import TaskManager
from transformers import AutoTokenizer

from tests.conftest import ROOT, TASKS, lm_eval, results, run, write_jsonl
from tests.tiny_model import END, build

pytestmark = pytest.mark.slow

RECIPES = {
    # recipe: (the task that asks with the same template, model family, options for a CPU)
    "opencalm7b.yml": ("jmed_sample", "gpt_neox", ()),
    "llama70b.yml": ("jmed_sample_alpaca", "llama", ("--optimizer=adamw_torch",)),
}


@pytest.fixture(scope="module", params=RECIPES)
def trained(request, tmp_path_factory):
    """A recipe as shipped, trained for two steps at tiny size through its own launch line."""
    task, family, options = RECIPES[request.param]
    folder = tmp_path_factory.mktemp("train")
    model = build(folder / "model", family=family)
    write_jsonl(folder / "data" / "train.jsonl", *training_records(task))
    found = run(
        Path(sys.executable).with_name("accelerate"), "launch", "--cpu",
        "-m", "axolotl.cli.train", ROOT / "recipes" / request.param,
        f"--base_model={model}", "--max_steps=2", "--bf16=false", "--tf32=false",
        "--output_dir=outputs/tiny", *options, cwd=folder, AXOLOTL_DO_NOT_TRACK="1",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    return folder, task, model


def documents(task):
    loaded = TaskManager(include_path=str(TASKS), include_defaults=False)
    found = loaded.load_task_or_group([task])[task]
    found.set_config("num_fewshot", 0)
    found.build_all_requests()
    return [(instance.doc, instance.args[0]) for instance in found.instances]


def training_records(task):
    """The exam as training records: what one would do to memorise it."""
    return [
        {
            "instruction": doc["question"],
            "input": ",".join(doc["choices"]),
            "output": ",".join(doc["choices"][index] for index in doc["answer"]),
        }
        for doc, _ in documents(task)
    ]


def test_trained_prompts_are_the_asked_prompts_byte_for_byte(trained):
    folder, task, model = trained
    tokenizer = AutoTokenizer.from_pretrained(model)
    (prepared,) = [path for path in (folder / "outputs" / "prepared").iterdir() if path.is_dir()]
    seen = {}
    for row in load_from_disk(str(prepared)):
        start = next(i for i, label in enumerate(row["labels"]) if label != -100)
        assert set(row["labels"][:start]) == {-100}  # the prompt is masked
        assert row["labels"][start:] == row["input_ids"][start:]  # the response is trained
        prompt = tokenizer.decode(row["input_ids"][:start]).removeprefix(END)
        seen[prompt] = tokenizer.decode(row["input_ids"][start:])
    records = training_records(task)
    expected = {
        prompt: record["output"] + END
        for (_, prompt), record in zip(documents(task), records, strict=True)
    }
    assert seen == expected


def test_the_adapter_that_a_recipe_writes_is_scored(trained, tmp_path):
    folder, task, model = trained
    args = f"pretrained={model},peft={folder / 'outputs' / 'tiny'}"
    found = lm_eval("--tasks", task, "--limit", "2", "--model", "hf", "--model_args", args,
                    "--gen_kwargs", "do_sample=False,max_gen_toks=16", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "accuracy,none" in results(tmp_path / "out")["results"][task]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_record_without_input_has_the_same_preamble_and_no_input_block(recipe):
    content = yaml.safe_load((ROOT / "recipes" / recipe).read_text(encoding="utf-8"))
    prompt = content["datasets"][0]["type"]
    lines = prompt["format"].splitlines(keepends=True)
    assert prompt["no_input_format"] == "".join(lines[:3] + lines[5:])


def test_every_recipe_is_tested():
    assert {path.name for path in (ROOT / "recipes").glob("*.yml")} == set(RECIPES)
