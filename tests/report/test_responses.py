"""``jmed-report responses``: what is shown, what changed, and that nothing in a page acts."""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jmedlora.core.display import language, markdown, visible
from jmedlora.exams.documents import choices_document
from jmedlora.exams.registry import load_exam
from jmedlora.exams.shuffle import permuted
from jmedlora.report.cli import main
from jmedlora.report.responses.folding import LONGEST
from tests.support.commands import run
from tests.support.runs import Asked, answers, question, questions, write_run

DOCS = questions(6)
VOID = {"meta", "br"}
NASTY = [
    "<script>alert(1)</script>",
    "a | b || c",
    "# heading\n## another",
    "```\ncode\n```",
    "line one\nline two\r\nline three",
    "![x](https://example.org/x.png) <img src=x onerror=alert(1)> www.example.org",
    "**bold** _it_ `code` ~~gone~~ $x$ &amp; &#124; \\| :heart: @someone",
    '" onmouseover="alert(1)" \' {{ 7 * 7 }} {% raw %}',
    "abc\u202edef\u0000\ud800",
    "- item\n1. first\n> quote\n---\n| a |\n|---|",
]


class Page(HTMLParser):
    """Tags and attributes of a page, and the text of each element by class."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.found: dict[str, list[str]] = {}
        self.feed(source)
        assert self.open == []  # every element was closed

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            names = dict(attrs).get("class") or ""
            self.open.append((tag, names))
            self.found.setdefault(f"{tag} {names}".strip(), []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for tag, names in self.open:
            self.found[f"{tag} {names}".strip()][-1] += data


def page(folder: Path, *args: str) -> Page:
    out = folder / "pages"
    command = ["responses", str(folder / "results"), "--out", str(out), "--format", "html", *args]
    assert main(command) == 0
    return Page((out / "responses.html").read_text(encoding="utf-8"))


def text(capsys, folder: Path, *args: str) -> str:
    capsys.readouterr()
    assert main(["responses", str(folder / "results"), *args]) == 0
    return capsys.readouterr().out


def tables(source: str) -> list[list[list[str]]]:
    """The cells of each table, row by row, as a Markdown reader shows them."""
    found: list[list[list[str]]] = []
    for token in (tokens := iter(MarkdownIt("commonmark").enable("table").parse(source))):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            found[-1][-1].append(shown(next(tokens).children))
    return found


def shown(inline) -> str:
    """The text of inline tokens; anything but text and line breaks is an error."""
    parts = {"text": lambda t: t.content, "text_special": lambda t: t.content}
    parts["html_inline"] = lambda t: {"<br>": "\n"}[t.content]
    return "".join(parts[t.type](t) for t in inline)


def two_models(folder: Path, before: object = 3, after: object = (1, 2, 3, 4)) -> None:
    """calm at step 0 and at 1,000 steps; by default Q1 is lost and Q4 and Q5 are gained."""
    write_run(folder, model="models/calm", docs=DOCS, responses=answers(DOCS, before))
    trained = {"model": "models/calm", "adapter": "out/calm-1000", "step": 1000}
    write_run(folder, docs=DOCS, responses=answers(DOCS, after), **trained)


def test_counts_gained_and_lost(tmp_path, capsys):
    two_models(tmp_path)
    summary, *by_question = tables(text(capsys, tmp_path))
    assert summary == [
        ["model", "Accuracy", "Exact match", "Gestalt score", "gained", "lost", "baseline"],
        ["calm, 0 steps", "0.500", "0.500", "0.500", "", "", ""],
        ["calm, 1k steps of LoRA", "0.667", "0.667", "0.667", "2", "1", "calm, 0 steps"],
    ]
    changes = [rows[2][-1] for rows in by_question]
    assert changes == ["▼ lost", "", "", "▲ gained", "▲ gained", ""]


def test_one_question(tmp_path, capsys):
    two_models(tmp_path)
    source = text(capsys, tmp_path, "--ids", "Q1")
    assert "### Q1, lost by 1\n" in source
    assert "- **✓ a.** 壱の選択肢\n- b. 弐番目\n" in source
    assert tables(source)[1] == [
        ["model", "response", "chosen", "Accuracy", "Exact match", "Gestalt score", "change"],
        ["calm, 0 steps", "壱の選択肢", "a", "1", "1", "1", ""],
        ["calm, 1k steps of LoRA", "弐番目", "b", "0", "0", "0", "▼ lost"],
    ]
    assert "Do not publish it where the exam's terms forbid it." in source


def test_the_same_question_in_html(tmp_path):
    two_models(tmp_path)
    found = page(tmp_path, "--ids", "Q1").found
    assert [each.strip() for each in found["li gold"]] == ["a. 壱の選択肢 ✓ correct"]
    assert [each.split("\n")[0] for each in found["h3"]] == [
        "calm, 0 steps",
        "calm, 1k steps of LoRA ▼ lost",
    ]
    assert found["p scores"] == [
        "✓ right · chose a · Accuracy 1 · Exact match 1 · Gestalt score 1",
        "✗ wrong · chose b · Accuracy 0 · Exact match 0 · Gestalt score 0",
    ]
    assert "Do not publish it" in found["footer"][0]


THINKING = "<think>" + "理由を考えます。" * 2000 + "</think>"
LONG = "初" * 500 + "中" * 500 + "終" * 500


@pytest.mark.parametrize(
    ("response", "texts", "summaries"),
    [
        ("壱の選択肢", ["壱の選択肢"], []),
        ("壱" * 800, ["壱" * 800], []),
        (f"{THINKING}\n壱の選択肢", [THINKING, "壱の選択肢"], ["Thinking, 16,015 characters"]),
        (THINKING[:-8], [THINKING[:-8]], ["Thinking, 16,007 characters"]),
        (LONG, [f"{'初' * 300}\n[…]\n{'終' * 300}", LONG], ["The whole answer, 1,500 characters"]),
        ("", [], []),
    ],
    ids=["short", "as-long-as-may-be", "thinking", "no-end", "long", "empty"],
)
def test_what_is_long_is_folded_and_whole(tmp_path, response, texts, summaries):
    """Closed, until its reader opens it."""
    write_run(tmp_path, docs=DOCS[:1], responses=[response])
    read = page(tmp_path)
    _of_scores, _of_the_question, *found = read.found["summary"]
    assert found == summaries
    assert read.found["p text"][1:] == texts
    assert (read.tags.count("details"), read.found["details question"]) == (
        2 + len(summaries),
        [ANY],
    )
    no_answer = "(no answer behind the thinking)" if response else "(empty)"
    assert (no_answer in read.found["p soft"]) == (response in ("", THINKING[:-8]))


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        ([], "Q1 Q2 Q3 Q4 Q5 Q6"),
        (["--only", "all"], "Q1 Q2 Q3 Q4 Q5 Q6"),
        (["--only", "changed"], "Q1 Q4 Q5"),
        (["--only", "gained"], "Q4 Q5"),
        (["--only", "lost"], "Q1"),
        (["--limit", "4"], "Q1 Q4 Q5"),  # more than that: those that changed
        (["--limit", "2"], "Q1 Q4"),
        (["--limit", "2", "--only", "all"], "Q1 Q2"),
        (["--ids", "Q6, Q2"], "Q2 Q6"),  # in the order asked
        (["--ids", "Q1,Q2", "--only", "lost"], "Q1"),
        (["--baseline", "calm, 1k steps of LoRA", "--only", "gained"], "Q1"),
        (["--baseline", "models/calm", "--only", "gained"], "Q4 Q5"),
    ],
)
def test_which_questions_are_shown(tmp_path, capsys, args, ids):
    two_models(tmp_path)
    source = text(capsys, tmp_path, *args)
    headings = [line.split(",")[0] for line in source.splitlines() if line.startswith("### ")]
    assert headings == [f"### {name}" for name in ids.split()]
    assert ("Shown here" in source) == (len(headings) < 6)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--limit", "2"],
            "the first 2 of 3 that a model gained or lost. To see others use --only,",
        ),
        (["--only", "lost"], "1 that a model lost. "),
        (["--only", "all", "--limit", "5"], "the first 5 of 6. "),
        (["--ids", "Q2"], "1. "),
    ],
)
def test_the_page_says_what_is_left_out(tmp_path, args, message):
    two_models(tmp_path)
    assert f"Shown here, of 6 questions: {message}" in page(tmp_path, *args).found["p soft"][0]


def test_of_many_questions_those_that_changed(tmp_path, capsys):
    docs = questions(201)
    write_run(tmp_path, model="models/calm", docs=docs, responses=answers(docs, 100))
    write_run(tmp_path, model="models/calm", adapter="out/x", step=1, docs=docs,
              responses=answers(docs, 103))  # fmt: skip
    source = text(capsys, tmp_path)
    assert "Shown here, of 201 questions\\: 3 that a model gained or lost. " in source
    assert source.count("\n### ") == 3


def test_questions_pair_by_content_not_by_row(tmp_path, capsys):
    responses = answers(DOCS, 3)
    write_run(tmp_path, model="models/a", docs=DOCS, responses=responses)
    shuffled = {"data": _data(tmp_path)}
    write_run(tmp_path, model="models/b", docs=DOCS[::-1], responses=responses[::-1], **shuffled)
    for _, first, second in tables(text(capsys, tmp_path))[1:]:
        assert first[1:] == second[1:]


def _data(folder: Path) -> dict[str, str]:
    """The hash of the questions in their own order, which a run that asks them otherwise keeps."""
    (path,) = folder.rglob("results_*.json")
    found = json.loads(path.read_text(encoding="utf-8"))["configs"]["igakuqa"]["metadata"]["data"]
    return {"sha256": found["sha256"]}


@pytest.mark.parametrize("response", NASTY)
def test_nothing_in_a_page_acts(tmp_path, response):
    doc = question("Q<b>1", text=f"stem {response}".encode(errors="replace").decode())
    write_run(
        tmp_path, model="models/<i>x|y", docs=[doc], responses=[response.replace("\ud800", "")]
    )
    found = page(tmp_path)
    assert {"script", "img", "a", "link", "iframe", "b", "i"}.isdisjoint(found.tags)
    assert {"src", "href", "onerror", "onmouseover", "srcset"}.isdisjoint(found.attributes)
    expected = visible(response.replace("\ud800", "")).strip()
    assert found.found["p text"][1].strip() == expected


def test_a_page_needs_nothing_from_outside(tmp_path):
    two_models(tmp_path)
    page(tmp_path)
    source = (tmp_path / "pages" / "responses.html").read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'unsafe-inline'" in source
    assert "//" not in source
    assert "url(" not in source
    assert '<p class="text" lang="ja">' in source


@pytest.mark.parametrize("response", NASTY)
def test_no_response_breaks_a_table(tmp_path, capsys, response):
    doc = question("Q|1", text=response.encode(errors="replace").decode())
    write_run(tmp_path, model="models/x|y", docs=[doc], responses=[response.replace("\ud800", "")])
    source = text(capsys, tmp_path)
    assert tables(source)[1][1][:2] == [
        "x|y",
        "\n".join(visible(response.replace("\ud800", "")).strip().split("\n")),
    ]
    headings = [line for line in source.splitlines() if line.startswith("#")]
    assert headings == ["# Responses side by side", "## igakuqa, 0-shot", "### Q\\|1"]


@given(st.text())
def test_any_text_stands_in_a_cell_as_it_is(given_text):
    ((_, (cell, last)),) = tables(f"| a | b |\n|---|---|\n| {markdown(given_text)} | end |\n")
    assert (" ".join(cell.split()), last) == (" ".join(visible(given_text).split()), "end")


@pytest.mark.parametrize("exam", ["igakuqa", "igakuqa_exam", "jjsimqa"])
def test_real_questions_stand_in_a_page_as_they_are(real_data, tmp_path, exam):
    docs = [choices_document(item) for item in load_exam(exam).items[:300]]
    docs = [doc for doc in docs if len(doc["question"]) <= LONGEST]  # a longer answer is folded
    assert len(docs) > 290
    free = {"task": "jmed_treatment", "protocol": "free"}  # shows texts, scores nothing
    write_run(tmp_path, docs=docs, responses=[doc["question"] for doc in docs], **free)
    found = page(tmp_path, "--limit", "300").found["p text"]
    assert found[::2] == [visible(doc["question"]) for doc in docs]
    assert [each.strip() for each in found[1::2]] == [visible(d["question"]).strip() for d in docs]


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("a\tb\nc\r\nd\re", "a\tb\nc\nd\ne"),
        ("a\x00b\x1b[0m", "a⟨U+0000⟩b⟨U+001B⟩[0m"),
        ("\u202eabc\u2028\x85", "⟨U+202E⟩abc⟨U+2028⟩⟨U+0085⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("a\u200bb\u2060c\ufeffd", "a⟨U+200B⟩b⟨U+2060⟩c⟨U+FEFF⟩d"),  # of no width
        ("anti\u00adbody", "anti⟨U+00AD⟩body"),  # shows at the end of a line only
        ("x\U000e0001\U000e0061", "x⟨U+E0001⟩⟨U+E0061⟩"),  # tags: a text that no one sees
        ("\u034f\u3164", "⟨U+034F⟩⟨U+3164⟩"),  # blank, though no format characters
        ("a\u200db \u200d", "a⟨U+200D⟩b ⟨U+200D⟩"),  # a joiner outside an emoji
        ("👩\u200d", "👩⟨U+200D⟩"),
        ("👩‍⚕️ が　", "👩‍⚕️ が　"),  # joined emoji and ideographic space stay
        ("👩🏽\u200d🚀❤\ufe0f\u200d🔥", "👩🏽\u200d🚀❤\ufe0f\u200d🔥"),
        ("葛\U000e0100城 ☎\ufe0e", "葛\U000e0100城 ☎\ufe0e"),  # variants of a kanji, of a sign
    ],
)
def test_what_does_not_show_is_named(given_text, expected):
    assert visible(given_text) == expected


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [("肺炎", "ja"), ("Pneumonia.", "en"), ("ｶﾀｶﾅ はい", "ja"), ("", "en")],
)
def test_the_language_of_a_text(given_text, expected):
    assert language(given_text) == expected


def test_half_a_surrogate_pair_can_be_written(tmp_path):
    write_run(tmp_path, docs=DOCS[:1], responses=["x"])
    (path,) = tmp_path.rglob("samples_*.jsonl")
    path.write_text(path.read_text().replace('["x"]', '["\\ud800"]'))
    assert page(tmp_path).found["p text"][1] == "⟨U+D800⟩"


def test_free_questions_have_no_gold(tmp_path, capsys):
    doc = {"problem_id": "dvt", "question": "治療を述べよ。", "choices": ["深部静脈血栓症"]}
    docs = [{**doc, "answer": []}]
    free = {"task": "jmed_treatment", "protocol": "free", "docs": docs}
    write_run(tmp_path, model="models/a", responses=["抗凝固療法"], **free)
    write_run(tmp_path, model="models/b", responses=["  "], **free)
    source = text(capsys, tmp_path, "--task", "jmed_treatment")
    assert tables(source)[0] == [["model"], ["a"], ["b"]]
    assert "Scores are over" not in source  # there are none
    assert "**Question** 治療を述べよ。\n\n- Input: 深部静脈血栓症\n" in source
    assert "✓" not in source
    assert tables(source)[1] == [
        ["model", "response"],
        ["a", "抗凝固療法"],
        ["b", "(empty)"],
    ]
    found = page(tmp_path).found
    assert "li gold" not in found
    assert "p scores" not in found
    assert "Scores are over" not in "".join(found["section"])


def test_without_a_baseline_nothing_is_gained(tmp_path, capsys):
    write_run(tmp_path, model="models/a", docs=DOCS, responses=answers(DOCS, 3))
    source = text(capsys, tmp_path)
    assert tables(source)[0][0] == ["model", "Accuracy", "Exact match", "Gestalt score"]
    assert "\n\nScores are over all 6 questions. \n\n- igakuqa\\|" in source


@pytest.mark.parametrize(
    ("answer", "choices", "gold"),
    [
        (["a", "c"], ["甲", "乙", "丙"], "- **✓ a.** 甲\n- b. 乙\n- **✓ c.** 丙\n"),
        (["a or b"], ["甲", "乙", "丙"], "- **✓ a.** 甲\n- **✓ b.** 乙\n- c. 丙\n"),
        (["04"], [], "- **✓ Correct** 04\n"),
    ],
)
def test_the_gold_of_the_examination(tmp_path, capsys, answer, choices, gold):
    doc = {"problem_id": "112A1", "question": "問", "choices": choices, "answer": answer}
    doc |= {"forbidden": [], "accepted": [["a"], ["b"]] if answer == ["a or b"] else None}
    scores = [{"correct": 1, "unparsed": 0, "forbidden": 0}]
    write_run(tmp_path, task="igakuqa_exam", protocol="letters", template="letters", docs=[doc],
              responses=["a"], scores=scores)  # fmt: skip
    source = text(capsys, tmp_path)
    assert gold in source
    read = "a" if choices else ""  # a letter is no number
    assert tables(source)[1][1] == ["base", "a", read, "1", ""]


def test_shuffled_choices_are_shown_as_published(tmp_path, capsys):
    docs = [permuted(doc, 1) for doc in DOCS]
    write_run(tmp_path, task="igakuqa_shuffled", docs=docs, responses=answers(docs, 6),
              data={"shuffle_seed": 1})  # fmt: skip
    source = text(capsys, tmp_path, "--ids", "Q1")
    assert "- **✓ a.** 壱の選択肢\n- b. 弐番目\n- c. 三つめの文\n" in source
    assert tables(source)[1][1][1:3] == ["壱の選択肢", "a"]


def test_tasks_and_shots_can_be_chosen(tmp_path, capsys):
    other = Asked(DOCS[:2], answers(DOCS[:2], 1), task="jjsimqa")
    base = {"docs": DOCS, "responses": answers(DOCS, 2), "more": [other]}
    write_run(tmp_path, **base)
    write_run(tmp_path, shots=1, stamp="2026-01-02T00-00-00.000000", **base)

    def parts(*args: str) -> list[str]:
        return [line for line in text(capsys, tmp_path, *args).splitlines() if line[:3] == "## "]

    assert parts() == [f"## {exam}, {n}-shot" for exam in ("igakuqa", "jjsimqa") for n in (0, 1)]
    assert parts("--task", "jjsimqa", "--shots", "1") == ["## jjsimqa, 1-shot"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--task", "x"], "no such task was answered in text in these runs; they hold: igakuqa "
                          "with 0 shots"),
        (["--task", "igakuqa_mc"], "no such task was answered in text in these runs; they hold: "),
        (["--shots", "2"], "no such task was answered in text in these runs; they hold: "),
        (["--ids", "Q1,Q99"], "--ids: Q99 is none of the questions; check its spelling"),
        (["--baseline", "x"], "--baseline x: no such column; they are: calm, 0 steps; calm, 1k "),
    ],
)  # fmt: skip
def test_what_cannot_be_shown(tmp_path, capsys, args, message):
    two_models(tmp_path)
    likelihood = Asked(DOCS, [[-1.0, -2, -3, -4, -5]] * 6, task="igakuqa_mc", protocol="likelihood")
    write_run(tmp_path, model="models/calm", more=[likelihood], stamp="2026-01-03T00-00-00.000000")
    assert main(["responses", str(tmp_path / "results"), *args]) == 1
    assert capsys.readouterr().err.startswith(f"jmed-report: {message}")


@pytest.mark.parametrize("args", [["--limit", "-1"], ["--shots", "x"], ["--ids", ","]])
def test_wrong_usage(tmp_path, args):
    with pytest.raises(SystemExit) as stopped:
        main(["responses", str(tmp_path), *args])
    assert stopped.value.code == 2


def test_both_files_and_the_same_bytes_again(tmp_path):
    two_models(tmp_path)
    command = (sys.executable, "-m", "jmedlora.report.cli", "responses", "results")
    written = []
    for out in ("one", "two"):
        ended = run(*command, "--out", out, cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.split() == [f"{out}/responses.md", f"{out}/responses.html"]
        written.append([path.read_bytes() for path in sorted((tmp_path / out).iterdir())])
    assert written[0] == written[1]
