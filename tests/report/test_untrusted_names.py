"""Hostile names, answers and settings: none of them acts where a report shows or reads it."""

from html.parser import HTMLParser

import pytest
import yaml

from jmedlora.data.cli import main as jmed_data
from jmedlora.report.cli import main as jmed_report
from tests.support.commands import write_jsonl
from tests.support.runs import question, write_run

HOSTILE = '<script src="https://192.0.2.1/x.js">alert(1)</script><img src=x onerror=alert(1)>'
TERMINAL = "\x1b]0;title\x07\x1b[2J"
"""Changes the title of a terminal's window and clears its screen."""
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
