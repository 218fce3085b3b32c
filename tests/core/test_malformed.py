"""Malformed input of every kind to every reader: refused in lines that name the file, or read.

Each reader is asked through the command that a user would type, or through what lm-eval calls.
Everything that belongs to the file is valid; the file itself is damaged. Whatever comes of it, the
status is 0 or 1, nothing is raised, and a refusal is short, printable lines that name the file.
Where the file is known to be malformed (cut inside a record, of bytes that mean nothing, a required
field missing or of another type), it has to be refused. docs/reliability.md states the numbers.
"""

import contextlib
import copy
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jmedlora.core.errors import FileError
from jmedlora.data.cli import main as jmed_data
from jmedlora.data.generate.find_documents import find_documents
from jmedlora.data.generate.prompt_template import read_prompt
from jmedlora.data.generate.response_store import open_response_store
from jmedlora.data.recipe import read_recipe
from jmedlora.exams.registry import load_exam
from jmedlora.report.cli import main as jmed_report
from lm_eval_tasks.adapter import exam_dataset
from tests.conftest import ROOT, write_jsonl
from tests.support.pdf import pdf
from tests.support.published import publish
from tests.support.responses import chunks
from tests.support.runs import STAMP, Asked, answers, questions, write_run

SCALE = int(os.environ.get("JMED_FUZZ_SCALE", "1"))
"""Times as many inputs, for a search that takes longer."""
DAMAGED, ODD, CUT, ARBITRARY = (SCALE * each for each in (24, 24, 12, 12))
"""Inputs to each reader: of the kinds of the four property tests below."""
LONGEST = 1000
"""Characters of a line that a person is to read."""


def inputs(count: int) -> settings:
    """The same ``count`` inputs in every run."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=SCALE == 1,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


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
    """Reading by a function that lm-eval or the trainer calls; ValueError is its refusal."""

    def read(path: Path) -> Said:
        try:
            function(path)
        except (ValueError, SystemExit) as error:
            return Said(1, str(error))
        return Said(0, "")

    return read


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
    Reader("samples.jsonl side by side", evaluated("results/*/samples_igakuqa_*.jsonl"),
           by_command(jmed_report, "responses", "DIR"), ("doc_hash", "doc", "filtered_resps"),
           named=STAMP),
    Reader("samples.jsonl of another task", evaluated("results/*/samples_plain_*.jsonl"),
           by_command(jmed_report, *TABLE, "DIR"), ("doc_hash", "doc"), named=STAMP),
    Reader("labels.yml", evaluated("labels.yml"),
           by_command(jmed_report, *TABLE, "DIR/results", "--labels", "FILE"), tells_a_cut=False,
           named="labels"),
    Reader("run_card.json", evaluated("out/lora/run_card.json"),
           by_command(jmed_report, *TABLE, "DIR/../../results"), tells_a_cut=False),
    Reader("predictions.jsonl", predictions, by_command(jmed_report, "exam", "FILE"),
           ("problem_id", "prediction")),
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
EVERY = pytest.mark.parametrize("reader", READERS, ids=lambda each: each.name)
JSON = pytest.mark.parametrize(
    "reader", [each for each in READERS if each.is_json and each.tells_a_cut], ids=lambda r: r.name
)


@dataclass(frozen=True)
class Place:
    """A valid file, with what belongs to it, and its content."""

    reader: Reader
    path: Path
    valid: bytes

    def read(self, content: bytes) -> Said:
        """What the reader makes of ``content`` in place of the file's own."""
        self.path.write_bytes(content)
        said = self.reader.read(self.path)
        assert said.status in (0, 1), said
        if said.status == 1:
            self.refused(said)
        return said

    def refused(self, said: Said) -> None:
        assert (self.reader.named or self.path.name) in said.text, said
        for line in said.text.splitlines():
            assert line.isprintable(), said
            assert len(line) <= LONGEST, said
            assert "Traceback" not in line, said


@pytest.fixture
def place(reader: Reader, tmp_path: Path, monkeypatch) -> Place:
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    path = reader.prepare(tmp_path)
    found = Place(reader, path, path.read_bytes())
    assert found.read(found.valid).status == 0, reader.read(path)
    return found


ODD_BYTES = st.sampled_from([
    b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\n", b"\r\n", b"\r", b'"', b"'", b"\\", b"\\ud800",
    b"{", b"}", b"[", b"[" * 3000, b'{"a":' * 3000, b",", b":", b"- ", b"&a *a",
    b"!!python/name:os", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"null", "あ".encode("cp932"),
    b"\xe2\x80\xa8", b"\x1b[2J", b"<script>", b"%PDF", b"\t",
])  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, valid: bytes) -> bytes:
    """``valid`` with up to four bits flipped, stretches cut out, doubled or put in."""
    raw = bytearray(valid)
    for _ in range(draw(st.integers(1, 4))):
        at, size = draw(st.integers(0, len(raw))), draw(st.integers(1, 40))
        match draw(st.sampled_from(["cut", "flip", "put in", "put in", "delete", "double"])):
            case "cut":
                del raw[at:]
            case "flip" if at < len(raw):
                raw[at] ^= 1 << draw(st.integers(0, 7))
            case "put in":
                raw[at:at] = draw(ODD_BYTES | st.binary(max_size=8))
            case "delete":
                del raw[at : at + size]
            case "double":
                raw[at:at] = raw[at : at + size]
    return bytes(raw)


@pytest.mark.parametrize("text", ["datasets: " + "[" * 3000, "- " * 2000, "a: " + "9" * 5000])
def test_yaml_that_nests_too_deep_or_is_too_long_a_number(text, tmp_path):
    path = tmp_path / "recipe.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=r"recipe\.yml: not YAML"):
        read_recipe(path)


@EVERY
@inputs(DAMAGED)
@given(data=st.data())
def test_damaged_bytes_are_refused_or_read(place, data):
    place.read(data.draw(damaged(place.valid)))


texts = st.text(st.characters(), max_size=8)  # with lone surrogates
ODD_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts
    | st.sampled_from([10**400, -1, 2**63, "\x00", "\x1b[2J\n", "x" * 5000, [], {}, "nan"])
    | st.lists(texts | st.integers(), max_size=3) | st.dictionaries(texts, texts, max_size=2)
)  # fmt: skip


def records(raw: bytes, reader: Reader) -> list[Any]:
    text = raw.decode()
    return [json.loads(each) for each in (text.splitlines() if reader.is_lines else [text])]


def written(found: list[Any], reader: Reader) -> bytes:
    lines = [json.dumps(each) for each in found]
    return ("\n".join(lines) + ("\n" if reader.is_lines else "")).encode()


def parents(value: Any) -> Iterator[Any]:
    """Every list and object inside ``value`` that holds something."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from parents(inner)


@pytest.mark.parametrize("reader", [r for r in READERS if r.is_json], ids=lambda r: r.name)
@inputs(ODD)
@given(data=st.data())
def test_odd_values_anywhere_are_refused_or_read(place, data):
    found = records(place.valid, place.reader)
    for _ in range(data.draw(st.integers(1, 3))):
        inside = [each for record in found for each in parents(record)]
        target = data.draw(st.sampled_from(inside))
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            target[key] = data.draw(ODD_VALUES)
        elif len(target) > 1:
            del target[key]
    place.read(written(found, place.reader))


@JSON
@inputs(CUT)
@given(data=st.data())
def test_a_file_that_was_cut_off_is_never_taken_for_a_whole_one(place, data):
    """Cut inside its last record. A half-written answer of a server is left out, and said."""
    body = place.valid.rstrip(b"\n")
    start = body.rfind(b"\n") + 1 if place.reader.is_lines else 0
    said = place.read(body[: data.draw(st.integers(start + 1, len(body) - 1))])
    assert said.status == 1 or re.search(r"responses\.jsonl:\d+: half-written, not read", said.text)


@EVERY
@inputs(ARBITRARY)
@given(content=st.binary(max_size=200) | texts.map(lambda each: each.encode(errors="replace")))
def test_bytes_that_mean_nothing_are_refused_or_read(place, content):
    said = place.read(content)
    if place.reader.required and content.strip(b" \t\r\n"):
        assert said.status == 1


def changed(record: Any, field: str, change: Callable[[dict[str, Any], str], None]) -> Any:
    """A copy of ``record`` in which ``field``, which may lie inside others, is changed."""
    copied = copy.deepcopy(record)
    *outer, last = field.split(".")
    target = copied
    for key in outer:
        target = target[key]
    change(target, last)
    return copied


def wrong_types(value: Any) -> list[Any]:
    """Values of every JSON type but that of ``value``.

    The texts are blank or half a character, because letters may stand for a list of answers, and
    the numbers beyond all bounds, because a digit may be written as a number.
    """
    kinds: dict[type, list[Any]] = {
        str: ["", "\ud800"], int: [10**400, -(10**400)], list: [[[]], [None], [{}]], dict: [{}],
        bool: [True], type(None): [None],
    }  # fmt: skip
    of = int if isinstance(value, float) else type(value)
    return [each for kind, values in kinds.items() if kind is not of for each in values]


def without_a_field(reader: Reader, valid: bytes) -> Iterator[tuple[str, bytes]]:
    """``valid`` with one required field of its last record missing, or of another type."""
    *others, last = records(valid, reader)
    for field in reader.required:
        value = last
        for key in field.split("."):
            value = value[key]
        yield field, written([*others, changed(last, field, lambda t, key: t.pop(key))], reader)
        for wrong in wrong_types(value):
            record = changed(last, field, lambda t, key, wrong=wrong: t.update({key: wrong}))
            yield field, written([*others, record], reader)


@pytest.mark.parametrize("reader", [r for r in READERS if r.required], ids=lambda r: r.name)
def test_a_required_field_that_is_missing_or_of_another_type_is_refused(place):
    for field, content in without_a_field(place.reader, place.valid):
        assert place.read(content).status == 1, (field, content)


@pytest.mark.skipif(SCALE != 1, reason="the numbers are those of an ordinary run")
@pytest.mark.parametrize("name", ["reliability.md", "reliability.ja.md"])
def test_the_document_states_these_numbers(name, tmp_path):
    cut = [each for each in READERS if each.is_json and each.tells_a_cut]
    counts = [
        len(READERS) * DAMAGED,
        sum(each.is_json for each in READERS) * ODD,
        len(cut) * CUT,
        len(READERS) * ARBITRARY,
        sum(1 for each in READERS if each.required for _ in fields_of(each, tmp_path)),
    ]
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    rows = [
        line.split(" | ")[-2] for line in text.splitlines() if re.search(r"\| [0-9,]+ \|", line)
    ]
    assert [int(cell.replace(",", "")) for cell in rows[-5:]] == counts
    assert f" {sum(counts):,} " in text
    assert f"{len(READERS)} " in text


def fields_of(reader: Reader, folder: Path) -> Iterator[tuple[str, bytes]]:
    place = folder / re.sub(r"\W", "_", reader.name)
    place.mkdir()
    yield from without_a_field(reader, reader.prepare(place).read_bytes())
