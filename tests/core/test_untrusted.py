"""What comes from others (models, adapters, answers, exams, task files): what of it can act."""

import json
import pickle
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
import yaml
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from jmedlora.data.cli import main as jmed_data
from jmedlora.report.cli import main as jmed_report
from tests.conftest import TASKS, write_jsonl
from tests.support.runs import question, write_run

HOSTILE = '<script src="https://192.0.2.1/x.js">alert(1)</script><img src=x onerror=alert(1)>'
TERMINAL = "\x1b]0;title\x07\x1b[2J"
"""Changes the title of a terminal's window and clears its screen."""


# models: as lm_eval loads them for --model hf


class Act:
    """Pickled, it is a call: whoever unpickles it makes the file."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture
def model(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


@pytest.fixture
def mark(tmp_path):
    """A file that is there only if something of the folder was run."""
    return tmp_path / "mark"


def pickle_weights(folder, name, mark):
    torch.save({"weight": Act(mark)}, folder / name)


def add_code(path, kind, mark):
    """Names a class in a Python file of the folder, as models with code of their own do."""
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    (path.parent / "own.py").write_text(code, encoding="utf-8")
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, **kind}), encoding="utf-8")


def test_a_pickle_that_is_loaded_acts(tmp_path, mark):
    """Why the others matter: without torch's restriction to tensors the file would be made."""
    pickle_weights(tmp_path, "weights.bin", mark)
    torch.load(tmp_path / "weights.bin", weights_only=False)
    assert mark.exists()


def test_pickled_weights_of_a_model_are_not_run(model, mark):
    (model / "model.safetensors").unlink()
    pickle_weights(model, "pytorch_model.bin", mark)
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        HFLM(pretrained=str(model), device="cpu")
    assert not mark.exists()


def test_pickled_weights_of_an_adapter_are_not_run(model, mark, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    config = {"peft_type": "LORA", "target_modules": ["query_key_value"], "task_type": "CAUSAL_LM"}
    (adapter / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    pickle_weights(adapter, "adapter_model.bin", mark)
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        HFLM(pretrained=str(model), peft=str(adapter), device="cpu")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("file", "kind", "loads"),
    [
        ("config.json", {"auto_map": {"AutoConfig": "own.Own"}, "model_type": "own"}, False),
        ("config.json", {"auto_map": {"AutoModelForCausalLM": "own.Own"}}, True),
        (
            "tokenizer_config.json",
            {"auto_map": {"AutoTokenizer": ["own.Own", None]}, "tokenizer_class": "Own"},
            True,
        ),
    ],
)
def test_code_in_a_models_folder_is_not_run(model, mark, monkeypatch, tmp_path, file, kind, loads):
    """Where transformers has a class for it the model loads with that one, else it is refused."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "own"))
    add_code(model / file, kind, mark)
    if loads:
        HFLM(pretrained=str(model), device="cpu")
    else:
        with pytest.raises(ValueError, match="trust_remote_code=True"):
            HFLM(pretrained=str(model), device="cpu")
    assert not mark.exists()
    with pytest.raises(AttributeError, match="Own"):  # the file makes the mark, and has no class
        HFLM(pretrained=str(model), device="cpu", trust_remote_code=True)
    assert mark.exists()


# exams and task files: as lm_eval reads them


def test_a_template_in_an_exam_is_text(tmp_path):
    text = "{{ 7 * 7 }} {% raw %} {{ ''.__class__.__mro__ }} !function os.system"
    record = {"problem_id": "Q1", "question": text, "choices": [text, "b"], "answer": [0]}
    exam = write_jsonl(tmp_path / "exam.jsonl", record)
    example = {**record, "problem_id": "Q2", "question": f"2 {text}"}
    examples = write_jsonl(tmp_path / "examples.jsonl", example)
    metadata = {"file": str(exam), "examples": str(examples)}
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata)
    task = manager.load_task_or_group(["jmed_own"])["jmed_own"]
    task.set_config("num_fewshot", 1)
    task.build_all_requests()
    (request,) = task.instances
    assert request.args[0].count(text) == 5  # question and choices twice, the example's answer


@pytest.mark.parametrize(
    "line",
    ["custom_dataset: !function own.load", "metadata: !!python/object/apply:own.act []"],
)
def test_a_task_file_is_a_program(tmp_path, mark, monkeypatch, line):
    """lm-eval 0.4.11 runs the first when it loads the task, the second when it looks for tasks."""
    (tmp_path / "tasks").mkdir()
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    (tmp_path / "tasks/own.py").write_text(f"{code}def act(): pass\ndef load(**_): return {{}}\n")
    (tmp_path / "tasks/own.yaml").write_text(f"task: own\n{line}\n")
    monkeypatch.syspath_prepend(tmp_path / "tasks")
    manager = TaskManager(include_path=str(tmp_path / "tasks"), include_defaults=False)
    if "!function" in line:
        assert not mark.exists()
        with pytest.raises(Exception):  # noqa: B017 (an incomplete task, whatever is said)
            manager.load_task_or_group(["own"])
    assert mark.exists()


TAGGED = "a: !!python/object/apply:os.mkdir [mark]\n"


def test_a_tag_in_our_own_yaml_is_refused_in_one_line(runs, capsys):
    """A recipe for jmed-data, a labels file for jmed-report; Axolotl reads recipes as safely."""
    (runs / "own.yml").write_text(TAGGED, encoding="utf-8")
    write_jsonl(runs / "train.jsonl", {"instruction": "a", "output": "b"})
    assert jmed_data(["check", "--for", "train", "train.jsonl", "--recipe", "own.yml"]) == 1
    assert jmed_report(["table", "results", "--labels", "own.yml"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.count("own.yml") for line in lines] == [1, 1]
    assert not (runs / "mark").exists()
    yaml.unsafe_load(TAGGED)
    assert (runs / "mark").exists()


# reports: names and answers as they come out


class Elements(HTMLParser):
    """The elements of a page or picture, and the attributes that load or run something."""

    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)
        self.found |= {name for name, _ in attributes if name == "src" or name.startswith("on")}


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A base and its adapter, whose names, questions and answers are all hostile."""
    monkeypatch.chdir(tmp_path)
    docs = [question(f"Q{n}{HOSTILE}{TERMINAL}", text=f"{n}{HOSTILE}{TERMINAL}") for n in range(3)]
    base, adapter = f"models/{HOSTILE}{TERMINAL}", f"out/{TERMINAL}"
    write_run(tmp_path, model=base, docs=docs, responses=[HOSTILE + TERMINAL] * 3)
    other = [doc["choices"][0] for doc in docs]
    write_run(tmp_path, model=base, adapter=adapter, step=8, docs=docs, responses=other)
    return tmp_path


def test_nothing_in_a_page_or_picture_acts(runs, capsys):
    write_jsonl(runs / "train.jsonl", {"instruction": HOSTILE * 2, "output": "b"})
    record = {"problem_id": "Q1", "question": HOSTILE * 2, "choices": ["b", "c"], "answer": [0]}
    write_jsonl(runs / "exam.jsonl", record)
    assert jmed_data(["overlap", "train.jsonl", "--exam", "exam.jsonl", "--out", "pages"]) == 0
    for command in (["table"], ["plot"], ["responses"]):
        assert jmed_report([*command, "results", "--out", "pages"]) == 0
    made = [path for path in runs.rglob("pages/*") if path.suffix in (".html", ".svg")]
    assert {"overlap.html", "table.html", "responses.html"} < {path.name for path in made}
    assert any(path.suffix == ".svg" for path in made)
    for path in made:
        text = path.read_text(encoding="utf-8")
        assert "alert(1)" in text, path  # it is shown …
        assert {"script", "img", "src", "onerror"}.isdisjoint(Elements(text).found), path
        assert TERMINAL[0] not in text, path


@pytest.mark.parametrize("command", ["scores", "table", "responses", "signature"])
def test_nothing_that_is_printed_moves_the_terminal(runs, capsys, command):
    files = runs.rglob("results_*.json") if command in ("scores", "signature") else ["results"]
    assert jmed_report([command, *map(str, files)]) == 0
    printed = capsys.readouterr().out
    assert printed
    assert "\x1b]" not in printed
    assert "\x1b[2J" not in printed
