"""Every kind of file that is read: how a valid one is made, and what reads it."""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import FileError, UserError
from jmedlora.data.canaries.manifest import manifest_beside, read_manifest
from jmedlora.data.cli import main as jmed_data
from jmedlora.data.documents.find_documents import find_documents
from jmedlora.data.generate.prompt_template import read_prompt
from jmedlora.data.generate.response_store import open_response_store
from jmedlora.data.personal.searched_files import read_searched_files
from jmedlora.data.recipe import read_recipe
from jmedlora.exams.registry import load_exam
from jmedlora.report.cli import main as jmed_report
from jmedlora.report.site.overlap_data import overlap_data, read_overlap
from jmedlora.report.site.recite_data import read_recited, recite_data
from lm_eval_tasks.adapter import exam_dataset
from tests.support.commands import ROOT, write_jsonl
from tests.support.exam import NURSING, logged, of_119, of_120, own, sample
from tests.support.pdf import pdf
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_igakuqa119, publish_jmle2026
from tests.support.responses import chunks
from tests.support.runs import STAMP, Asked, answers, questions, write_run


@dataclass(frozen=True)
class Said:
    """What became of reading a file: the status, and what was written to standard error."""

    status: int
    text: str


@dataclass(frozen=True)
class Reader:
    """A file and what reads it.

    prepare: puts a valid file, and what belongs to it, into a folder and returns the file. read:
    what comes of it. required: fields that a record must have ("a.b" is inside "a"). tells_a_cut:
    whether a file that was cut off can be told from a whole one. named: what a refusal names, where
    that is not the file itself.
    """

    name: str
    prepare: Callable[[Path], Path]
    read: Callable[[Path], Said]
    required: tuple[str, ...] = ()
    tells_a_cut: bool = True
    named: str = ""

    @property
    def is_lines(self) -> bool:
        return ".jsonl" in self.name

    @property
    def is_json(self) -> bool:
        return ".json" in self.name


def by_command(command: Callable[[list[str]], int], *words: str) -> Callable[[Path], Said]:
    """Reading by a command; "FILE" and "DIR" among its words are the file and its folder."""

    def read(path: Path) -> Said:
        given = [word.replace("FILE", str(path)).replace("DIR", str(path.parent)) for word in words]
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            status = command(given)
        return Said(status, said.getvalue())

    return read


def by_call(function: Callable[[Path], Any]) -> Callable[[Path], Said]:
    """Reading by a function that lm-eval or the trainer calls, which refuses by an error."""

    def read(path: Path) -> Said:
        try:
            function(path)
        except (UserError, ValueError, SystemExit) as error:
            return Said(1, str(error))
        return Said(0, "")

    return read


def overlapping(folder: Path) -> Path:
    """The summary of an overlap, as jmed-report site reads it."""
    found = {"questions": 4, "found": 1, "share": 0.25, "too_short": ["Q3"],
             "records_by_problem_id": {"Q1": 2}}  # fmt: skip
    files = [{"path": "train.jsonl", "records": 9, "with_a_question": 1}]
    summary = {"exams": {"igakuqa": found}, "files": files, "not_found": ["Paraphrases."]}
    return write_json(folder / "summary.json", summary)


def recited(folder: Path) -> Path:
    """What models recite, as jmed-report site reads it."""
    share = {"value": 0.4, "low": 0.2, "high": 0.6}
    figure = {
        "name": "near",
        "part": "trained",
        "n": 20,
        "model": share,
        "base": None,
        "change": None,
    }
    canary = {"repetitions": 4, "exposure": 2.5, "least": 1.0, "most": 4.0, "base": 1.4}
    model = {"name": "out/lora", "base": "models/base", "share": 0.4, "figures": [figure],
             "canaries": [canary], "most_bits": 6.0}  # fmt: skip
    return write_json(folder / "recited.json", [model])


def write_json(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def exam(folder: Path, name: str = "exam.jsonl") -> Path:
    records = [
        {"problem_id": f"Q{n}", "question": f"第{n}問、正しいのはどれか。", "choices": ["甲", "乙"],
         "answer": ["b"], "points": 1}
        for n in range(3)
    ]  # fmt: skip
    return write_jsonl(folder / name, *records)


def exam_csv(folder: Path) -> Path:
    path = folder / "exam.csv"
    rows = ["problem_id,question,choice_a,choice_b,answer", 'Q1,"どれ,か。",甲,乙,"a,b"']
    path.write_text("\n".join([*rows, "Q2,どれか。,甲,乙,b"]) + "\n", encoding="utf-8")
    return path


def training(folder: Path) -> Path:
    records = [
        {"instruction": f"{n}を説明せよ。", "input": "", "output": "肺炎です。"} for n in "一二"
    ]
    return write_jsonl(folder / "train.jsonl", *records)


def marked_training(folder: Path) -> Path:
    """The manifest of a training file with four canaries."""
    copy = folder / "marked.jsonl"
    with contextlib.redirect_stdout(io.StringIO()):
        jmed_data(["canaries", str(training(folder)), "--add", "4", "--references", "3", "--seed",
                   "1", "--out", str(copy)])  # fmt: skip
    return manifest_beside(copy)


def pretraining(folder: Path) -> Path:
    return write_jsonl(
        folder / "pretrain.jsonl", *[{"text": f"{n}は心不全に使う。"} for n in "一二"]
    )


def searched(folder: Path) -> Path:
    exam(folder)
    return training(folder)


def document(suffix: str, raw: bytes) -> Callable[[Path], Path]:
    def prepare(folder: Path) -> Path:
        path = folder / f"document{suffix}"
        path.write_bytes(raw)
        return path

    return prepare


def read_documents(path: Path) -> None:
    found = find_documents([path], leave_out=path.parent / "out")
    if found.faults:
        raise FileError(found.faults)
    for each in found.documents:
        assert each.text.strip()
        each.text.encode()


def read_searched(path: Path) -> None:
    files, found = read_searched_files([path], leave_out=None)
    if found.faults:
        raise FileError(found.faults)
    assert all(text.text.strip() for each in files[0].documents for text in each.texts)


def answered(name: str) -> Callable[[Path], Path]:
    def prepare(folder: Path) -> Path:
        responses = chunks(3)
        write_jsonl(folder / "responses.jsonl", *responses)
        fields = ("key", "source", "source_sha256", "start", "end")
        write_jsonl(folder / "plan.jsonl", *[{f: each[f] for f in fields} for each in responses])
        return folder / name

    return prepare


def evaluated(pattern: str) -> Callable[[Path], Path]:
    def prepare(folder: Path) -> Path:
        docs = questions(4)
        other = Asked(docs, ["2"] * 4, task="plain", protocol="", scores=[{"acc": 1.0}] * 4)
        write_run(folder, task="igakuqa", docs=docs, responses=answers(docs, 2), adapter="out/lora",
                  step=100, more=[other], run={"higher_is_better": {"plain": {"acc": True}}},
                  )  # fmt: skip
        (folder / "labels.yml").write_text(
            "out/lora: {model: 模型, steps: 100, hours: 4.6}\nmodels/base: {model: 基}\n",
            encoding="utf-8",
        )
        (path,) = folder.glob(pattern)
        return path

    return prepare


def examined(folder: Path) -> Path:
    """The samples of an examination; the last question asks for a number."""
    docs = [
        {"problem_id": f"112A{n}", "question": "どれか。", "choices": ["甲", "乙"] if n else [],
         "answer": ["a"] if n else ["12"], "forbidden": ["b"] if n else []}
        for n in (2, 1, 0)
    ]  # fmt: skip
    scores = [{"correct": 1, "unparsed": 0, "cut": 0, "forbidden": 0}] * 3
    path = write_run(folder, task="igakuqa_exam", protocol="letters", template="letters",
                     docs=docs, responses=["【回答】a", "a", "12"], scores=scores)  # fmt: skip
    return path.with_name(f"samples_igakuqa_exam_{STAMP}.jsonl")


def published(pattern: str) -> Callable[[Path], Path]:
    def prepare(folder: Path) -> Path:
        publish(folder, questions=1)
        for path in [*folder.glob("igakuqa/data/*/*-?.jsonl")]:
            note = {"problem_id": f"{path.stem.replace('-', '')}1", "category": "総論", "kinki": [],
                    "human_accuracy": "39.3"}  # fmt: skip
            write_jsonl(path.with_name(f"{path.stem}_metadata.jsonl"), note)
        return folder / pattern

    return prepare


def predictions(folder: Path) -> Path:
    published("igakuqa")(folder)
    given = {"112A1": "a", "113B1": "b"}
    lines = [{"problem_id": name, "prediction": text} for name, text in given.items()]
    return write_jsonl(folder / "predictions.jsonl", *lines)


def marked(folder: Path) -> Path:
    """Samples of two questions of the 112th examination, as the chat tasks log them."""
    publish_notes(publish(folder, questions=2))
    records = [sample(name, "【回答】a", "112", cut=0.0) for name in ("112A1", "112A2")]
    return logged(folder / "m", "kokushi_112", *records)


def of_a_benchmark(exam: str) -> Callable[[Path], Path]:
    """Two answers as JMLE2026-Bench ("jmle2026") or IgakuQA119 publishes them."""

    def prepare(folder: Path) -> Path:
        if exam == "jmle2026":
            publish_jmle2026(folder, {}, {})
            return of_120(folder / "x.json", "A", {"120A-1": "【回答】a", "120A-2": "b"})
        publish_igakuqa119(folder)
        return of_119(folder / "x.json", "A", {"119A1": "a", "119A2": None})

    return prepare


def described(folder: Path) -> Path:
    return own(folder, description=NURSING).with_suffix(".yaml")


def excluded(folder: Path) -> Path:
    lines = [{"exam": "jmed_sample", "problem_id": f"sample-0{n}"} for n in (1, 2)]
    return write_jsonl(folder / "excluded.jsonl", *lines)


def free_questions(folder: Path) -> Path:
    lines = [{"id": f"F{n}", "instruction": "治療を述べよ。", "input": "肺炎"} for n in (1, 2)]
    return write_jsonl(folder / "questions.jsonl", *lines)


def recipe(folder: Path) -> Path:
    path = folder / "recipe.yml"
    path.write_bytes((ROOT / "recipes" / "opencalm7b.yml").read_bytes())
    return path


def own_prompt(folder: Path) -> Path:
    path = folder / "prompt.txt"
    path.write_text("次の文章から質問を{pairs}組作れ。\n{input_text}\n", encoding="utf-8")
    return path


def model(name: str) -> Callable[[Path], Path]:
    """A model or an adapter with one weight, 0.0."""

    def prepare(folder: Path) -> Path:
        header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
        weights = len(header).to_bytes(8, "little") + header + bytes(4)
        kind = "adapter_" if name.startswith("adapter") else ""
        (folder / f"{kind}model.safetensors").write_bytes(weights)
        config = {"base_model_name_or_path": "base", "r": 8} if kind else {"model_type": "llama"}
        (folder / f"{kind}config.json").write_text(json.dumps(config), encoding="utf-8")
        (folder / "tokenizer.json").write_text('{"model": {"type": "BPE"}}', encoding="utf-8")
        return folder / name

    return prepare


def open_store(path: Path) -> None:
    with open_response_store(path.parent):
        pass


def ask_without(path: Path) -> None:
    exam_dataset(exam="jmed_sample", template="ja", data={}, exclude=str(path))


def ask_freely(path: Path) -> None:
    exam_dataset(exam="jmed_treatment", template="ja", protocol="free", data={}, file=str(path))


PAIR = ("instruction", "output")
TABLE = ("table", "--resamples", "10")
RESULT = "configs.igakuqa.metadata.data."
READERS = [
    Reader("exam.jsonl", exam, by_command(jmed_data, "check", "FILE"),
           ("problem_id", "question", "choices", "answer")),
    Reader("exam.csv", exam_csv, by_command(jmed_data, "check", "FILE")),
    Reader("train.jsonl", training, by_command(jmed_data, "check", "--for", "train", "FILE"), PAIR),
    Reader("pretrain.jsonl", pretraining,
           by_command(jmed_data, "check", "--for", "pretrain", "FILE"), ("text",)),
    Reader("described.jsonl", training, by_command(jmed_data, "describe", "FILE")),
    Reader("overlap.jsonl", searched,
           by_command(jmed_data, "overlap", "FILE", "--exam", "DIR/exam.jsonl"), PAIR),
    Reader("personal.jsonl", training, by_call(read_searched), PAIR),
    Reader("train.jsonl with canaries", training,
           by_command(jmed_data, "canaries", "FILE", "--add", "4", "--out", "DIR/new"), PAIR),
    Reader("canaries.json", marked_training, by_call(read_manifest),
           ("format", "source", "marked", "seed", "canaries", "references")),
    Reader("document.txt", document(".txt", "心不全の治療。\n利尿薬を用いる。\n".encode()),
           by_call(read_documents), tells_a_cut=False),
    Reader("document.md", document(".md", "# 心不全\n\n- 利尿薬\n".encode("cp932")),
           by_call(read_documents), tells_a_cut=False),
    Reader("document.html", document(".html", "<p>心不全<ul><li>利尿薬</ul>".encode()),
           by_call(read_documents), tells_a_cut=False),
    Reader("document.pdf", document(".pdf", pdf("心不全の治療。", "利尿薬。")),
           by_call(read_documents), tells_a_cut=False),
    Reader("document.jsonl", lambda folder: write_jsonl(
        folder / "document.jsonl", {"text": "心不全の治療。"}, {"text": "利尿薬。"}),
        by_call(read_documents), ("text",)),
    Reader("responses.jsonl", answered("responses.jsonl"), by_command(jmed_data, "parse", "DIR"),
           ("key", "source", "start", "end", "prompt", "model", "parameters", "content")),
    Reader("plan.jsonl", answered("plan.jsonl"), by_command(jmed_data, "parse", "DIR"),
           ("key", "source", "source_sha256", "start", "end")),
    Reader("responses.jsonl traced", answered("responses.jsonl"),
           by_command(jmed_data, "trace", "docs/a.txt", "--among", "DIR"), tells_a_cut=False),
    Reader("run_card.json traced", evaluated("out/lora/run_card.json"),
           by_command(jmed_data, "trace", "FILE", "--among", "DIR/../.."), tells_a_cut=False),
    Reader("results.json", evaluated("results/*/results_*.json"),
           by_command(jmed_report, "scores", "FILE"),
           ("results.igakuqa.accuracy,none", "n-shot.igakuqa", "n-samples.igakuqa.effective",
            "configs.igakuqa.doc_to_text", f"{RESULT}sha256", f"{RESULT}floors",
            "lm_eval_version")),
    Reader("results.json in a table", evaluated("results/*/results_*.json"),
           by_command(jmed_report, *TABLE, "DIR"),
           ("results.igakuqa.accuracy,none", "n-samples.igakuqa.effective", f"{RESULT}sha256")),
    Reader("samples.jsonl", evaluated("results/*/samples_igakuqa_*.jsonl"),
           by_command(jmed_report, *TABLE, "DIR"),
           ("doc_hash", "doc", "doc.question", "doc.choices", "accuracy", "tied"), named=STAMP),
    Reader("samples.jsonl verified", evaluated("results/*/samples_igakuqa_*.jsonl"),
           by_command(jmed_report, "verify", "DIR"),
           ("doc_hash", "doc", "doc.choices", "filtered_resps", "accuracy", "tied"), named=STAMP),
    Reader("samples.jsonl side by side", evaluated("results/*/samples_igakuqa_*.jsonl"),
           by_command(jmed_report, "responses", "DIR"), ("doc_hash", "doc", "filtered_resps"),
           named=STAMP),
    Reader("samples.jsonl of another task", evaluated("results/*/samples_plain_*.jsonl"),
           by_command(jmed_report, *TABLE, "DIR"), ("doc_hash", "doc"), named=STAMP),
    Reader("samples.jsonl audited", examined, by_command(jmed_report, "audit", "FILE"),
           ("doc", "doc.problem_id", "doc.question", "doc.choices", "doc.answer", "doc.forbidden",
            "filtered_resps", "correct", "unparsed")),
    Reader("summary.json of an overlap", overlapping,
           by_call(lambda path: overlap_data(read_overlap(path.parent))),
           ("exams", "exams.igakuqa.records_by_problem_id", "files", "not_found")),
    Reader("recited.json", recited, by_call(lambda path: recite_data(read_recited(path)))),
    Reader("labels.yml", evaluated("labels.yml"),
           by_command(jmed_report, *TABLE, "DIR/results", "--labels", "FILE"), tells_a_cut=False,
           named="labels"),
    Reader("run_card.json", evaluated("out/lora/run_card.json"),
           by_command(jmed_report, *TABLE, "DIR/../../results"), tells_a_cut=False),
    Reader("predictions.jsonl", predictions, by_command(jmed_report, "exam", "FILE"),
           ("problem_id",)),
    Reader("samples.jsonl marked", marked, by_command(jmed_report, "exam", "FILE"),
           ("doc", "doc.problem_id", "doc.question", "doc.choices", "doc.answer")),
    Reader("published 120.json", of_a_benchmark("jmle2026"),
           by_command(jmed_report, "exam", "FILE"), ("results",)),
    Reader("published 119.json", of_a_benchmark("igakuqa119"),
           by_command(jmed_report, "exam", "FILE", "--official"), ("results",)),
    Reader("description.yaml", described, by_command(jmed_data, "check", "DIR/nursing.jsonl"),
           tells_a_cut=False),
    Reader("excluded.jsonl", excluded, by_call(ask_without), ("exam", "problem_id")),
    Reader("questions.jsonl", free_questions, by_call(ask_freely),
           ("id", "instruction", "input")),
    Reader("igakuqa.jsonl", published("igakuqa/data/2018/112-A.jsonl"),
           by_call(lambda _: load_exam("igakuqa", years=[2018])),
           ("problem_id", "problem_text", "choices", "answer", "text_only")),
    Reader("igakuqa_translate.jsonl", published("igakuqa/data/2018/112-A_translate.jsonl"),
           by_call(lambda _: load_exam("igakuqa_en", years=[2018])),
           ("problem_id", "problem_text_en", "choices_en"), named="112-A"),
    Reader("igakuqa_metadata.jsonl", published("igakuqa/data/2018/112-A_metadata.jsonl"),
           by_call(lambda _: load_exam("igakuqa_exam", years=[2018])),
           ("problem_id", "category", "kinki", "human_accuracy"), named="112-A"),
    Reader("jjsimqa.jsonl", published("jjsimqa/jjsimqa.jsonl"),
           by_call(lambda _: load_exam("jjsimqa")),
           ("problem_id", "problem_text", "choices", "answer")),
    Reader("responses.jsonl, to be added to", answered("responses.jsonl"), by_call(open_store),
           tells_a_cut=False),
    Reader("prompt.txt", own_prompt, by_call(read_prompt), tells_a_cut=False),
    Reader("config.json", model("config.json"), by_command(jmed_data, "check-model", "DIR"),
           ("model_type",)),
    Reader("adapter_config.json", model("adapter_config.json"),
           by_command(jmed_data, "check-model", "DIR"), ("base_model_name_or_path",)),
    Reader("model.safetensors", model("model.safetensors"),
           by_command(jmed_data, "check-model", "DIR")),
    Reader("recipe.yml", recipe, by_call(read_recipe), tells_a_cut=False),
]  # fmt: skip
