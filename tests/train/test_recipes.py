"""Every recipe as shipped: the paper's settings, the tasks' prompts, and a record of the run."""

import datetime
import json
import re
from statistics import fmean

import pytest
import torch
import yaml
from datasets import load_from_disk
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.support.commands import ROOT, TASKS, lm_eval, results
from tests.support.tiny_model import END
from tests.support.training import (
    CHAT,
    INSTRUCTION,
    PRETRAINING,
    RECIPES,
    SHIPPED,
    card,
    documents,
    grouped,
    masked_and_trained,
    prepared,
    recipe_path,
    same,
    split,
    train,
    training_records,
    weights,
    workplace,
)

LINEAR = {  # "All follows the default parameter setting of PEFT library": TrainingArguments of 2023
    "optimizer": "adamw_torch", "lr_scheduler": "linear", "warmup_steps": 0, "weight_decay": 0.0,
    "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8, "max_grad_norm": 1.0,
}  # fmt: skip
TABLE_3_LEFT = {
    "adapter": "lora", "learning_rate": 5e-5, "source_len": 512, "target_len": 512,
    "effective_batch": 8, "max_steps": 1000, "lora_r": 8, "lora_alpha": 32, "lora_dropout": 0.05,
    "lora_target_modules": ["query_key_value"], **LINEAR,
}  # fmt: skip
TABLE_3_RIGHT = {
    "base_model": "meta-llama/Llama-2-70b-chat-hf", "adapter": "qlora", "load_in_4bit": True,
    "learning_rate": 2e-4, "source_len": 512, "target_len": 512, "effective_batch": 8,
    "max_steps": 3000, "lora_r": 64, "lora_alpha": 16, "lora_dropout": 0.1,
    "lora_target_linear": True,
    # "... and qlora library": artidoro/qlora's guanaco script
    "lr_scheduler": "constant", "adam_beta2": 0.999, "weight_decay": 0.0, "max_grad_norm": 0.3,
    "group_by_length": True,
}  # fmt: skip
SETTINGS = {
    "opencalm7b": {"base_model": "cyberagent/open-calm-7b", **TABLE_3_LEFT},
    "medcalm7b": {"base_model": "outputs/medcalm7b_pretrain-2000", **TABLE_3_LEFT},
    "medcalm7b_pretrain": {  # section 2.1
        "base_model": "cyberagent/open-calm-7b", "sequence_len": 768, "effective_batch": 63,
        "max_steps": 2000, "adapter": None,
    },
    "llama70b": {**TABLE_3_RIGHT, "optimizer": "paged_adamw_32bit", "fsdp_config": None},
    "llama70b_fsdp2": {**TABLE_3_RIGHT, "optimizer": "adamw_torch", "fsdp_version": 2},
    "swallow8b": {"sample_packing": True, "lora_qkv_kernel": True, "liger_rms_norm": True},
    "swallow8b_instruct": {"sample_packing": True, "adapter": "lora", "lora_target_linear": True},
    "qwen3_8b": {"sample_packing": True, "adapter": "lora", "lora_target_linear": True},
    "swallow70b": {"sample_packing": False, "adapter": "qlora", "load_in_4bit": True},
    "gptoss20b": {"sample_packing": False, "adapter": "lora", "lora_dropout": 0.0},
    "grpo_8b": {  # ours
        "base_model": "tokyotech-llm/Llama-3.1-Swallow-8B-Instruct-v0.5", "rl": "grpo",
        "reward_questions": "data/questions.jsonl", "adapter": "lora", "lora_dropout": 0.0,
        "learning_rate": 1e-5, "effective_batch": 64, "max_steps": 200,
    },
    "swallow8b_pretrain": {
        "base_model": "tokyotech-llm/Llama-3.1-Swallow-8B-v0.5", "adapter": "lora",
        "sample_packing": True, "eval_sample_packing": False, "sdpa_varlen": True,
        "lora_target_linear": True, "load_best_model_at_end": False,
    },
}  # fmt: skip
LINEAR_LAYERS = {
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
}  # fmt: skip
ATTENTION = {"q_proj", "k_proj", "v_proj", "o_proj"}
NETWORKED = ("wandb", "comet", "mlflow", "trackio", "swanlab", "gradio", "hub_", "push_")


def content(name):
    return yaml.safe_load(recipe_path(name).read_text(encoding="utf-8"))


def numbers(settings):
    """YAML reads 5e-5 as text, as Axolotl does before it validates."""
    return {
        key: float(value) if key in ("learning_rate", "adam_epsilon") else value
        for key, value in settings.items()
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_the_settings_are_those_of_the_paper(name):
    found = numbers(content(name))
    assert {key: found.get(key) for key in SETTINGS[name]} == SETTINGS[name]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_recipe_is_private_and_says_how_to_run_it(name):
    text = recipe_path(name).read_text(encoding="utf-8")
    assert not [key for key in content(name) if key.startswith(NETWORKED)]
    assert content(name)["attn_implementation"] == ("eager" if name == "gptoss20b" else "sdpa")
    assert content(name)["plugins"][0] == "jmedlora.train.plugin.RecipePlugin"
    header = text.split("\nbase_model:")[0].splitlines()
    assert all(line.startswith("#") for line in header)
    for part in ("# What:", "# First:", "# Run:", "# Batch:", "# Hardware", "# Override:"):
        assert any(line.startswith(part) for line in header), part
    line = rf"accelerate launch( --num_processes 3)? -m axolotl.cli.train recipes/{name}.yml"
    assert re.search(line, "\n".join(header))


@pytest.mark.parametrize("name", INSTRUCTION)
def test_a_record_without_input_has_the_same_preamble_and_no_input_block(name):
    prompt = content(name)["prompt"]
    lines = prompt["format"].splitlines(keepends=True)
    assert prompt["no_input_format"] == "".join(lines[:3] + lines[5:])


def test_every_recipe_is_tested_and_listed():
    shipped = {path.stem for path in (ROOT / "recipes").glob("*.yml")}
    assert shipped == set(SHIPPED) == set(SETTINGS)
    readme = (ROOT / "recipes" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.yml`" in readme for name in shipped)


@pytest.mark.parametrize("name", CHAT)
def test_the_system_message_is_that_of_the_chat_tasks(name):
    asked = yaml.safe_load((TASKS / "_prompt_chat.yaml").read_text(encoding="utf-8"))
    assert content(name)["chat"]["system"] == asked["description"]


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(INSTRUCTION))
def test_trained_prompts_are_the_asked_prompts_byte_for_byte(name, trained):
    folder = trained(name)
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    seen = {}
    for row in prepared(folder):
        for piece in pieces(name, row):
            prompt, answer = masked_and_trained(piece)
            seen[tokenizer.decode(prompt).removeprefix(END)] = tokenizer.decode(answer)
    asked = documents(RECIPES[name].task)
    records = training_records(RECIPES[name].task)
    assert seen == {
        prompt: record["output"] + END for (_, prompt), record in zip(asked, records, strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(CHAT))
def test_trained_messages_are_the_asked_ones(name, trained):
    """As lm-eval sends them with --apply_chat_template, on the day that the recipe names."""
    folder, chat = trained(name), content(name)["chat"]
    date = datetime.date.fromisoformat(chat.get("date") or "2026-04-01")
    arguments = {**chat.get("template_arguments", {}), "strftime_now": date.strftime}
    # lm-eval 0.4.11 forgets chat_template_args unless enable_thinking is given beside them.
    model = HFLM(
        pretrained=str(folder / "model"), device="cpu", enable_thinking=False,
        chat_template_args=arguments,
    )  # fmt: skip
    asked = chat_prompts(RECIPES[name].task, model)
    rows = [piece for row in prepared(folder) for piece in pieces(name, row)]
    seen = {
        tuple(prompt): model.tokenizer.decode(answer)
        for prompt, answer in map(masked_and_trained, rows)
    }
    answers = [record["output"] for record in training_records(RECIPES[name].task)]
    opened = "<|channel|>final<|message|>" if name == "gptoss20b" else ""
    ends = model.tokenizer.eos_token
    assert seen == {
        tuple(prompt): f"{opened}{answer}{ends}"
        for prompt, answer in zip(asked, answers, strict=True)
    }


def chat_prompts(task, model):
    """The token ids that lm-eval gives ``model`` for each question of ``task``."""
    found = TaskManager(include_path=str(TASKS), include_defaults=False)
    asked = found.load_task_or_group([task])[task]
    asked.build_all_requests(
        apply_chat_template=True,
        chat_template=model.apply_chat_template,
        tokenizer_name=model.tokenizer_name,
    )
    return [model.tok_batch_encode([each.args[0]])[0][0].tolist() for each in asked.instances]


def pieces(name, row):
    """The rows as they were before they were packed."""
    return split(row) if content(name)["sample_packing"] else [row]


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(PRETRAINING))
def test_pretraining_reads_every_text_to_its_end_token(name, trained):
    folder = trained(name)
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    lines = [line for file in (folder / "data").glob("pretrain_*") for line in file.open()]
    texts = {json.loads(line)["text"] + END for line in lines}
    infos = (folder / "outputs/prepared").rglob("dataset_info.json")
    rows = [row for info in infos for row in load_from_disk(str(info.parent))]
    assert all(row["labels"] == row["input_ids"] for row in rows)
    assert {tokenizer.decode(row["input_ids"]) for row in rows} == texts


def losses_of_tokens(model, *texts):
    """Losses of each text's tokens but its first, in nats, predicted from those before it in the
    text; and of the first token of a further text, predicted from the end of the one before."""
    with torch.no_grad():
        predicted = [model(torch.tensor([ids])).logits[0].log_softmax(-1) for ids in texts]
    for number, (ids, each) in enumerate(zip(texts, predicted, strict=True)):
        if number:
            yield -predicted[number - 1][-1, ids[0]].item()
        yield from (-each[place, token].item() for place, token in enumerate(ids[1:]))


def tokenized(folder, name):
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    lines = (folder / "data" / name).read_text(encoding="utf-8").splitlines()
    return [tokenizer(json.loads(line)["text"] + END).input_ids for line in lines]


def first_logged(output, key):
    history = json.loads((output / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    return next(entry[key] for entry in history if key in entry)


@pytest.mark.slow
@pytest.mark.xdist_group("swallow8b_pretrain")
def test_the_evaluation_measures_every_text_alone(trained):
    """Before the first step that is the loss of the base, every text counting alike."""
    folder = trained("swallow8b_pretrain")
    model = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
    each = [fmean(losses_of_tokens(model, ids)) for ids in tokenized(folder, "pretrain_eval.jsonl")]
    found = first_logged(folder / "outputs/swallow8b_pretrain-8/checkpoint-8", "eval_loss")
    assert found == pytest.approx(fmean(each), abs=1e-4)  # 2e-7 was seen


@pytest.mark.slow
@pytest.mark.xdist_group("swallow8b_pretrain")
def test_texts_that_share_a_row_do_not_see_each_other(tmp_path):
    """All texts are the same, so that all rows are, however Axolotl packs them: three a row.
    Read as one text, the row would have another loss."""
    folder = workplace(tmp_path, "swallow8b_pretrain")
    file = folder / "data/pretrain_train.jsonl"
    line = file.read_text(encoding="utf-8").splitlines(keepends=True)[6]
    file.write_text(12 * line, encoding="utf-8")
    ended = train("swallow8b_pretrain", folder, "--max_steps=1", "--save_steps=1")
    assert ended.returncode == 0, ended.stderr[-3000:]
    model = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
    ids = tokenized(folder, file.name)[0]
    assert 128 // len(ids) == 3
    apart = fmean(losses_of_tokens(model, ids, ids, ids))
    assert abs(fmean(losses_of_tokens(model, 3 * ids)) - apart) > 0.1  # .19 was seen
    found = first_logged(folder / "outputs/swallow8b_pretrain-1/checkpoint-1", "loss")
    assert found == pytest.approx(apart, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(RECIPES))
def test_the_run_card_says_what_was_run(name, trained):
    folder = trained(name)
    output = folder / "outputs" / f"{name}-8"
    found = card(output)
    file = "data/pretrain_train.jsonl" if "pretrain" in name else "data/train.jsonl"
    assert (found["status"], found["step"], found["starts"]) == ("complete", 8, 1)
    assert found["recipe"]["file"] == str(recipe_path(name))
    assert found["base_model"] == "model"
    assert found["adapter"] == content(name).get("adapter")
    assert found["overrides"]["max_steps"] == [content(name)["max_steps"], 8]
    assert found["data"][file]["records"] == (24 if "pretrain" in name else 40)
    assert found["packages"]["axolotl"] == "0.19.0"
    assert 0 < found["final_loss"] < 20
    assert 0 < found["wall_hours"] < 1 / 3  # hours: commands.run ends it after 1,200 seconds
    assert found["peak_memory_gib"]["resident"] > 0.1
    assert card(output / "checkpoint-6")["step"] == 6


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(RECIPES))
def test_axolotl_makes_of_the_recipe_what_it_says(name, trained):
    """What reaches the trainer and PEFT, after Axolotl's own defaults: the silent differences."""
    output, said = trained(name) / "outputs" / f"{name}-8", numbers(content(name))
    args = torch.load(output / "checkpoint-8/training_args.bin", weights_only=False)
    assert args.lr_scheduler_type == said["lr_scheduler"]
    same_name = (
        "learning_rate",
        "warmup_steps",
        "weight_decay",
        "max_grad_norm",
        "adam_beta2",
        "seed",
    )
    assert {key: getattr(args, key) for key in same_name} == {key: said[key] for key in same_name}
    assert (
        args.per_device_train_batch_size * args.gradient_accumulation_steps
        == (card(output)["batch"]["effective"])
    )
    by_length = args.train_sampling_strategy == "group_by_length"
    assert by_length == bool(said.get("group_by_length"))
    assert args.report_to == ["tensorboard"]
    assert not (args.push_to_hub or args.load_best_model_at_end)
    if said.get("adapter"):
        adapter = json.loads((output / "adapter_config.json").read_text(encoding="utf-8"))
        assert [adapter[key] for key in ("r", "lora_alpha", "lora_dropout")] == [
            said[key] for key in ("lora_r", "lora_alpha", "lora_dropout")
        ]
        layers = LINEAR_LAYERS if said.get("lora_target_linear") else {"query_key_value"}
        experts = said.get("lora_target_parameters")
        assert (adapter["target_parameters"] or None) == experts
        # The layers of the experts and their router are parameters, not linear layers.
        assert set(adapter["target_modules"]) == (ATTENTION if experts else layers)


@pytest.mark.slow
@pytest.mark.xdist_group("llama70b")
def test_under_the_constant_schedule_a_checkpoint_is_the_shorter_run(trained):
    """So outputs/llama70b-3000/checkpoint-900 is Table 1's 0.9k model."""
    folder = trained("llama70b")
    ended = train("llama70b", folder, "--max_steps=2")
    assert ended.returncode == 0, ended.stderr[-3000:]
    longer = weights(folder / "outputs/llama70b-8/checkpoint-2")
    assert same(weights(folder / "outputs/llama70b-2"), longer)


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(RECIPES))
def test_the_output_folder_shows_the_run(name, trained):
    output = trained(name) / "outputs" / f"{name}-8"
    assert (output / "training.png").read_bytes().startswith(b"\x89PNG")
    assert list((output / "runs").rglob("events.out.tfevents.*"))
    as_run = yaml.safe_load((output / "recipe.yml").read_text(encoding="utf-8"))
    assert (as_run["max_steps"], as_run["base_model"]) == (8, "model")
    card = (output / "README.md").read_text(encoding="utf-8")
    assert "max_steps: 8" in card
    assert "<img" not in card  # Axolotl's badge


@pytest.mark.slow
@pytest.mark.parametrize("name", grouped(["opencalm7b", "llama70b"]))
def test_the_adapter_that_a_recipe_writes_is_scored(name, trained, tmp_path):
    folder, task = trained(name), RECIPES[name].task
    args = f"pretrained={folder / 'model'},peft={folder / 'outputs' / f'{name}-8'}"
    found = lm_eval("--tasks", task, "--limit", "2", "--model", "hf", "--model_args", args,
                    "--gen_kwargs", "do_sample=False,max_gen_toks=16", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "accuracy,none" in results(tmp_path / "out")["results"][task]


@pytest.mark.slow
@pytest.mark.xdist_group("medcalm7b_pretrain")
def test_medcalm_is_trained_on_the_model_that_pretraining_writes(trained):
    folder = trained("medcalm7b_pretrain")
    base = "outputs/medcalm7b_pretrain-8"
    ended = train("medcalm7b", folder, f"--base_model={base}", "--max_steps=2")
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert card(folder / "outputs/medcalm7b-2")["base_model"] == base
    assert not re.search(r"(MISSING|UNEXPECTED)", ended.stdout + ended.stderr)
