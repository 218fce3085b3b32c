"""The commands that the README and docs/ show, and the folder in which they are run as printed."""

import json
import re
import shlex
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from jmedlora.exams.shuffle import permuted
from tests.support.commands import ROOT, write_jsonl
from tests.support.runs import answers, questions, write_run
from tests.support.tiny_model import VOCABULARY, build

LINKED = ("recipes", "jmedlora", "requirements.lock")
"""What a command finds in a checkout."""


def shell_blocks(page: Path) -> list[str]:
    """What stands between ```sh and ``` in a Markdown file."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[str]:
    """The commands of a block, each as printed, its continued lines included."""
    lines = block.replace("\\\n", "\\\0").splitlines()
    return [line.replace("\0", "\n") for line in lines if line.strip()]


def words(command: str) -> list[str]:
    """A command's words, without its comment."""
    return shlex.split(command.replace("\\\n", " "), comments=True)


def checkout(folder: Path) -> Path:
    """A folder with what the pages take for granted: models, an adapter, documents, an exam."""
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    brief(build(folder / "models/open-calm-7b"))
    brief(build(folder / "models/smollm2", chat=True))
    llama = brief(build(folder / "models/llama-2-70b-chat", family="llama"))
    adapter(llama, folder / "outputs/llama70b-3000/checkpoint-900")
    (folder / "documents").mkdir()
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    exam(folder)
    return folder


def brief(model: Path) -> Path:
    """Makes every other token one that ends an answer; 256 tokens of a random model say no more."""
    path = model / "generation_config.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    ends = list(range(0, VOCABULARY, 2))
    path.write_text(json.dumps({**found, "eos_token_id": ends}), encoding="utf-8")
    return model


def adapter(base: Path, folder: Path) -> None:
    """A LoRA adapter on ``base`` that was trained on nothing."""
    torch.manual_seed(0)
    config = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(folder)


def exam(folder: Path) -> None:
    """exam.jsonl and examples.jsonl, of the shape that docs/tasks.md shows."""
    for name, numbers in (("exam.jsonl", range(1, 4)), ("examples.jsonl", range(4, 6))):
        records = [
            {
                "problem_id": f"Q{number}",
                "question": f"{number}番目の臓器はどれか。",
                "choices": ["心臓", "肝臓", "腎臓"],
                "answer": ["b"],
            }
            for number in numbers
        ]
        write_jsonl(folder / name, *records)


def evaluated(folder: Path) -> Path:
    """What evaluations leave: a model before and after training, two orders of the choices, and
    the answers to an examination."""
    docs = questions(12)
    base = {"folder": folder, "model": "models/open-calm-7b", "docs": docs}
    write_run(**base, step=0, responses=answers(docs, 3))
    trained = {"adapter": "outputs/opencalm7b-1000", "step": 1000, "hours": 4.6}
    write_run(**base, **trained, responses=answers(docs, 9))
    for seed in (1, 2):
        shuffled(folder, seed)
    examined(folder)
    samples = folder / "results" / "my_model" / "samples_igakuqa_exam_2026-01-01.jsonl"
    write_jsonl(samples, *({"problem_id": f"116A{n}", "prediction": "a"} for n in range(1, 76)))
    return folder


def shuffled(folder: Path, seed: int) -> None:
    """shuffled/seed-N: the same questions in another order of the choices."""
    docs = [permuted(doc, seed) for doc in questions(12)]
    given = {"model": "models/open-calm-7b", "task": "igakuqa_shuffled", "docs": docs}
    noted = {"exam": "igakuqa", "sha256": 64 * "d", "shuffle_seed": seed}
    path = write_run(folder / "made", **given, responses=answers(docs, 6), data=noted)
    (folder / "shuffled").mkdir(exist_ok=True)
    path.parent.rename(folder / "shuffled" / f"seed-{seed}")


def examined(folder: Path) -> None:
    """chat/my_model: answers by letter, of which one was cut and one says nothing."""
    docs = [
        {"problem_id": f"120A{n}", "question": "どれか。", "choices": ["甲", "乙", "丙"],
         "answer": ["a"], "forbidden": []}
        for n in (1, 2, 3)
    ]  # fmt: skip
    responses = ["解説です。\n【回答】a", "<think>甲か乙か", "どちらとも言えません。"]
    path = write_run(folder / "made", model="my_model", task="igakuqa_exam", protocol="letters",
                     template="letters", docs=docs, responses=responses)  # fmt: skip
    (folder / "chat").mkdir()
    path.parent.rename(folder / "chat" / "my_model")


DOCUMENTS = {
    "ward.txt": "深部静脈血栓症は、下肢などの深い静脈に血栓ができる病気である。\n"
    "長く寝たままでいると起こりやすく、早く歩くことが予防になる。\n",
    "clinic.md": "# 外来のしおり\n\n血圧は、毎朝、座って測る。薬を飲む前に測り、手帳に書く。\n",
    "pharmacy.html": "<html><body><p>抗凝固薬を飲む人は、出血に気をつける。</p></body></html>",
}
