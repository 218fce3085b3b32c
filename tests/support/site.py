"""Runs and answers of which a site has every view: made-up questions, made-up models."""

import json
from collections.abc import Sequence
from pathlib import Path

from jmedlora.exams.documents import chat_document, content_hash
from jmedlora.exams.schema import Question
from jmedlora.exams.shuffle import permuted
from tests.support.commands import write_jsonl
from tests.support.published import CHOICES, publish, publish_notes
from tests.support.recent import publish_jmle2026
from tests.support.runs import Asked, answers, questions, write_run

SCRIPT = "<script>window.acted = true</script><img src=x onerror='window.acted = true'>"
OVERRIDE = "abc\u202edef"
THINKING = "<think>まず鑑別診断を考える。</think>"
IDS = [f"112A{number}" for number in range(1, 7)] + [f"113B{number}" for number in range(1, 7)]
LONG = "この症例では、まず病歴を確認する。" * 80
STAMPS = [f"2026-01-{day:02}T00-00-00.000000" for day in range(1, 29)]


def write_site(root: Path) -> tuple[Path, Path]:
    """Exams below ``root``/data for ``JMED_DATA``, and what a site is made of.

    Returns the folder of the runs and that of published answers.
    """
    data, runs, published = root / "data", root / "runs", root / "published"
    publish_notes(publish(data, questions=6))
    publish_jmle2026(data, *({} for _ in range(8)))
    _trained(runs)
    _chatting(runs)
    _permuted(runs)
    for place, right in enumerate((7, 4)):
        _published(published / f"model-{place}.json", f"Published {place}", right)
    return runs, published


def _trained(root: Path) -> None:
    docs = questions(40)
    for place, (step, right) in enumerate(((0, 9), (900, 20), (3000, 31))):
        more = {"adapter": f"out/lora-{step}", "step": step} if step else {}
        write_run(
            root, model="models/base", docs=docs, responses=answers(docs, right),
            stamp=STAMPS[place], **more,
        )  # fmt: skip


def chat_docs() -> list[dict]:
    """Questions of IgakuQA by their ids, as a chat task asks them."""
    return [
        chat_document(
            Question(name, f"{name}で正しいのはどれか。", tuple(CHOICES), (("a",),), "igakuqa",
                     year=int(name[:3]) + 1906, section=name[3])
        )
        for name in IDS
    ]  # fmt: skip


def _chatting(root: Path) -> None:
    told = {
        "chat/alpha": ["答え: a"] * 9 + ["答え: b", f"{SCRIPT}\n答え: c", ""],
        "chat/beta": [f"{OVERRIDE}\n答え: a", f"{LONG}\n答え: a"] + ["答え: b"] * 5 + ["？"] * 5,
        "chat/gamma": ["答え: a"] * 6 + ["答え: d"] * 6,
    }
    for place, (model, responses) in enumerate(told.items()):
        more = [_other_exam()] if model == "chat/alpha" else []
        write_run(root, model=model, stamp=STAMPS[5 + place], more=more,
                  **vars(_asked(chat_docs(), responses)))  # fmt: skip
        _with_thinking(root, STAMPS[5 + place])


def _asked(docs: Sequence[dict], responses: Sequence[str]) -> Asked:
    return Asked(docs, responses, task="igakuqa_chat", protocol="chat", template="chat",
                 data={"exam": "igakuqa"})  # fmt: skip


def _other_exam() -> Asked:
    docs = [
        chat_document(Question(f"107_{n}-{n}", f"第{n}問、正しいのはどれか。", tuple(CHOICES),
                               (("a",),), "jjsimqa"))
        for n in range(1, 5)
    ]  # fmt: skip
    responses = ["答え: a", "答え: a", "答え: b", "答え: c"]
    return Asked(docs, responses, task="jjsimqa_chat", protocol="chat", template="chat",
                 data={"exam": "jjsimqa"})  # fmt: skip


def _with_thinking(root: Path, stamp: str) -> None:
    """What the model thought stands in resps alone: the filter took it away."""
    (path,) = root.rglob(f"samples_igakuqa_chat_{stamp}.jsonl")
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for record in records:
        record["resps"] = [[THINKING + record["resps"][0][0]]]
    write_jsonl(path, *records)


def _permuted(root: Path) -> None:
    docs = questions(12)
    for seed in (1, 2, 3):
        shuffled = [permuted(doc, seed) for doc in docs]
        right = [doc["choices"][doc["answer"][0]] if place % 3 else doc["choices"][0]
                 for place, doc in enumerate(shuffled)]  # fmt: skip
        asked = Asked(shuffled, right, task="igakuqa_shuffled",
                      data={"exam": "igakuqa", "shuffle_seed": seed,
                            "sha256": content_hash(docs)})  # fmt: skip
        write_run(root, model="models/base", stamp=STAMPS[10 + seed], **vars(asked))


def _published(path: Path, model: str, right: int) -> None:
    results = [
        {"question_id": f"120A-{number}", "predicted": [letter], "raw_response": f"答え: {letter}"}
        for number in range(1, 9)
        for letter in ["a" if number <= right else "c"]
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {"metadata": {"display_name": model}, "results": results}
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
