"""``jmed-report audit``: what is counted and shown, and that nothing in a page acts."""

import json
import tracemalloc
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmed_metrics import __version__
from jmedlora.core.display import visible
from jmedlora.report.audit.audited import spread
from jmedlora.report.audit.excerpt import LONGEST, ending, excerpt
from jmedlora.report.cli import main
from tests.support.commands import write_jsonl
from tests.support.exam import of_119, of_120, printed_json
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_igakuqa119, publish_jmle2026
from tests.support.runs import STAMP, Asked, answers, questions, samples_of, write_run

READ = {"correct": 1, "unparsed": 0, "cut": 0, "forbidden": 0}
WRONG = {**READ, "correct": 0}
UNPARSED = {**WRONG, "unparsed": 1}
CUT = {**WRONG, "cut": 1}
NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)> https://example.org",
    '" onmouseover="alert(1)" {{ 7 * 7 }} {% raw %}</mark></p>',
    "\x1b]0;title\x07\x1b[2Jabc\u202edef\x85",
]


def doc(number: int, **fields) -> dict:
    """A question of a made-up examination; a is correct and e is forbidden."""
    return {
        "problem_id": f"120A{number}", "question": f"{number}番目の問いはどれか。",
        "choices": ["甲", "乙", "丙", "丁", "戊"], "answer": ["a"], "year": 0, "section": "A",
        "points": 1, "text_only": True, "forbidden": ["e"], **fields,
    }  # fmt: skip


DOCS = [doc(number) for number in range(1, 7)]
THINKING = "<think>まずaを疑う。次にbを疑う。"
RESPONSES = [
    "【回答】a",
    "どちらとも言えません。",
    THINKING,
    "a または d です。",  # an older reader took the a
    f"{THINKING}</think>\n解説です。\n【回答】b",
    "【回答】e",
]
SCORES = [READ, UNPARSED, CUT, READ, WRONG, {**WRONG, "forbidden": 1}]


def examined(folder: Path, docs=DOCS, responses=RESPONSES, scores=SCORES, **fields) -> Path:
    return write_run(folder, task="igakuqa_exam", protocol="letters", template="letters",
                     docs=docs, responses=responses, scores=scores, **fields)  # fmt: skip


def logged(path: Path) -> Path:
    """The samples file beside a results file."""
    return next(path.parent.glob("samples_igakuqa_exam_*"))


def text(capsys, *args: object) -> str:
    capsys.readouterr()
    assert main(["audit", *map(str, args)]) == 0
    return capsys.readouterr().out


def records(capsys, *args: object) -> list[dict]:
    return [json.loads(line) for line in text(capsys, *args, "--format", "jsonl").splitlines()]


def said(capsys, *args: object) -> str:
    assert main(["audit", *map(str, args)]) == 1
    return capsys.readouterr().err


def test_the_counts_and_what_to_do(tmp_path, capsys):
    examined(tmp_path)
    lines = [" ".join(line.split()) for line in text(capsys, tmp_path / "results").splitlines()]
    assert lines[:2] == [
        "models/base, igakuqa_exam, 6 answers",
        f"scored by jmedlora {__version__}, read again by jmedlora {__version__}",
    ]
    assert lines[5:9] == ["changed 1 16.7%", "unparsed 2 33.3%", "cut 1 16.7%", "read 3 50.0%"]
    shown = " ".join(lines)
    assert "The limit was 256 tokens. Evaluate again with --gen_kwargs max_gen_toks=16384" in shown
    assert "report the problem_id and the lines that state it" in shown
    assert "evaluate again before you compare it with a new run" in shown


def test_each_reading_with_its_text(tmp_path, capsys):
    examined(tmp_path)
    out = text(capsys, tmp_path / "results")
    assert [line for line in out.splitlines() if " · " in line] == [
        "120A4 · correct: a · read: nothing ✗ · right: yes → no · unparsed: no → yes "
        "· 11 characters",
        "120A2 · correct: a · read: nothing ✗ · 11 characters",
        "120A4 · correct: a · read: nothing ✗ · right: yes → no · unparsed: no → yes "
        "· 11 characters",
        "120A3 · correct: a · read: nothing ✗ · 21 characters · 21 of them thinking",
        "120A1 · correct: a · read: a ✓ · 5 characters",
        "120A5 · correct: a · read: b ✗ · 41 characters · 29 of them thinking",
        "120A6 · correct: a · read: e ✗ · 5 characters",
    ]
    headings = [line for line in out.splitlines() if line.endswith(")") and ": " in line]
    assert headings == [
        "Unparsed: no answer can be told (2)",
        "Cut: ended before the answer (1)",
        "Read: is this what the text says? (3)",
    ]
    assert "\n    どちらとも言えません。" in out
    assert f"\n    {THINKING}" in out  # of a cut answer; of others the thinking is not printed
    assert out.count(THINKING) == 1
    assert "\n    解説です。\n    【回答】b" in out


def test_the_terminal_shows_what_stands_near_the_line_that_was_read(tmp_path, capsys):
    path = examined(tmp_path, DOCS[:1], [f"{'x' * 500}\n【回答】a"], [READ])
    _, _, shown = text(capsys, path).partition("characters\n")
    assert "".join(shown.split()) == f"…{'x' * 199}【回答】a"  # and a line break: 200


def test_where_nothing_is_wrong_nothing_is_advised(tmp_path, capsys):
    examined(tmp_path, DOCS[:1], RESPONSES[:1], SCORES[:1])
    out = text(capsys, tmp_path / "results")
    assert "max_gen_toks" not in out
    assert "report" not in out
    assert "Unparsed" not in out


def test_records_for_programs(tmp_path, capsys):
    path = examined(tmp_path)
    found = records(capsys, path)
    assert [(each["problem_id"], each["kinds"]) for each in found] == [
        ("120A4", ["changed", "unparsed"]),
        ("120A2", ["unparsed"]),
        ("120A3", ["cut"]),
        ("120A1", ["read"]),
        ("120A5", ["read"]),
        ("120A6", ["read"]),
    ]
    assert found[0]["changes"] == {"correct": [True, False], "unparsed": [False, True]}
    assert found[4] == {
        "file": str(logged(path)),
        "line": 5,
        "task": "igakuqa_exam",
        "problem_id": "120A5",
        "sample": None,
        "kinds": ["read"],
        "gold": "a",
        "chosen": ["b"],
        "correct": False,
        "changes": {},
        "characters": 41,
        "thinking_characters": 29,
        "answer": "解説です。\n【回答】b",
        "read_line": "【回答】b",
        "thinking": f"{THINKING}</think>",
    }


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        (["--kind", "unparsed"], "2 4"),
        (["--kind", "changed"], "4"),
        (["--kind", "cut"], "3"),
        (["--kind", "read"], "1 5 6"),
        (["--kind", "read", "--read", "2"], "1 5"),
        (["--read", "0"], "4 2 3"),
        (["--kind", "unparsed", "--limit", "1"], "2"),
        (["--limit", "1", "--read", "1"], "4 2 3 1"),
    ],
)
def test_which_readings_are_shown(tmp_path, capsys, args, ids):
    found = records(capsys, examined(tmp_path), *args)
    assert [each["problem_id"].removeprefix("120A") for each in found] == ids.split()


def test_it_says_how_many_are_not_shown(tmp_path, capsys):
    out = text(capsys, examined(tmp_path), "--read", "2", "--limit", "1")
    assert "Unparsed: no answer can be told (1 of 2, spread over the run)" in out
    assert "Read: is this what the text says? (2 of 3, spread over the run)" in out


@pytest.mark.parametrize(
    ("most", "expected"),
    [(None, [*range(10)]), (20, [*range(10)]), (5, [0, 2, 4, 6, 8]), (3, [0, 3, 6]), (0, [])],
)
def test_a_part_is_spread_over_the_run(most, expected):
    assert spread(range(10), most) == expected


@pytest.mark.parametrize(
    ("fields", "response", "gold", "chosen"),
    [
        ({"accepted": [["a"], ["d"]], "answer": ["a or d"]}, "【回答】d", "a or d", ["d"]),
        ({"answer": ["a", "c"]}, "【回答】a,c", "a, c", ["a", "c"]),
        ({"answer": ["12"], "choices": []}, "答えは12です。", "12", ["12"]),
        ({"every_answer_right": True}, "【回答】b", "any answer", ["b"]),
    ],
)
def test_the_correct_answer(tmp_path, capsys, fields, response, gold, chosen):
    (found,) = records(capsys, examined(tmp_path, [doc(1, **fields)], [response], [READ]))
    assert (found["gold"], found["chosen"], found["kinds"]) == (gold, chosen, ["read"])


def test_what_a_filter_took_for_unfinished_thinking_is_cut(tmp_path, capsys):
    """lm-eval strips the thinking by a token that the text need not hold."""
    path = examined(tmp_path, DOCS[:2], ["考えると、答えはaです", "答えはaです"], [CUT, READ])
    first, second = map(json.loads, logged(path).read_text(encoding="utf-8").splitlines())
    write_jsonl(logged(path), {**first, "filtered_resps": [""]}, second)
    assert [each["kinds"] for each in records(capsys, path)] == [["cut"], ["read"]]


def test_the_whole_text_is_read_again_not_what_a_filter_left(tmp_path, capsys):
    path = examined(tmp_path, DOCS[:1], [f"{THINKING}</think>【回答】a"], [READ])
    (record,) = map(json.loads, logged(path).read_text(encoding="utf-8").splitlines())
    write_jsonl(logged(path), {**record, "filtered_resps": ["【回答】a"]})
    (found,) = records(capsys, path)
    assert (found["kinds"], found["answer"]) == (["read"], "【回答】a")
    assert found["thinking"] == f"{THINKING}</think>"


@pytest.mark.parametrize(
    ("left", "last"),
    [
        (["【回答】a", "【回答】b", ""], "cut"),  # as a chat task keeps them
        ("【回答】a", "unparsed"),  # other tasks keep the first: nobody knows of the last
    ],
)
def test_every_answer_of_repeats_is_read(tmp_path, capsys, left, last):
    path = examined(tmp_path, DOCS[:1], ["【回答】a"], [WRONG])  # lm-eval scored the first alone
    (record,) = map(json.loads, logged(path).read_text(encoding="utf-8").splitlines())
    texts = ["【回答】a", f"{THINKING}</think>【回答】b", "まず"]
    write_jsonl(logged(path), {**record, "resps": [texts], "filtered_resps": [left]})
    found = {each["sample"]: each for each in records(capsys, path)}
    assert [found[sample]["kinds"] for sample in (1, 2, 3)] == [
        ["changed", "read"],
        ["read"],
        [last],
    ]
    assert [found[sample]["chosen"] for sample in (1, 2, 3)] == [["a"], ["b"], []]
    assert {each["line"] for each in found.values()} == {1}
    shown = text(capsys, path)
    assert shown.startswith("models/base, igakuqa_exam, 3 answers\n")
    assert "120A1, sample 2 · correct: a · read: b ✗" in shown
    assert "<h4>120A1, sample 2</h4>" in text(capsys, path, "--format", "html")


def test_samples_without_their_results_file(tmp_path, capsys):
    asked = Asked(DOCS, RESPONSES, task="jmle2026", protocol="letters", scores=SCORES)
    path = write_jsonl(tmp_path / f"samples_jmle2026_{STAMP}.jsonl", *samples_of(asked))
    out = text(capsys, path)
    assert out.startswith(f"jmle2026, 6 answers\nread again by jmedlora {__version__}\n")
    assert "The limit was" not in out
    assert "max_gen_toks=16384" in " ".join(out.split())


def test_a_samples_file_beside_its_results_file(tmp_path, capsys):
    path = examined(tmp_path)
    assert text(capsys, logged(path)) == text(capsys, path)
    assert text(capsys, logged(path), path) == text(capsys, path)  # it is audited once


def test_several_runs(tmp_path, capsys):
    examined(tmp_path, model="models/a")
    own = Asked(questions(2), answers(questions(2), 1))  # of the paper's protocol: passed over
    examined(tmp_path, model="models/b", more=[own])
    out = text(capsys, tmp_path / "results")
    titles = [line for line in out.splitlines() if "6 answers" in line]
    assert titles == [f"models/{name}, igakuqa_exam, 6 answers" for name in "ab"]


def test_twice_the_limit_where_it_was_high(tmp_path, capsys):
    examined(tmp_path, config={"generation_kwargs": {"max_gen_toks": 20000}})
    assert "max_gen_toks=40000" in " ".join(text(capsys, tmp_path / "results").split())


@pytest.mark.parametrize(
    ("context", "limit", "advised"),
    [
        (4096, 256, "Raise max_gen_toks, up to 2940, which is what the model's context leaves, or"),
        (16384, 256, "Raise max_gen_toks, up to 15228, which is what"),
        (17540, 256, "Evaluate again with --gen_kwargs max_gen_toks=16384 and a context"),
        (8192, 7036, "The model's context leaves no more: use a model with a longer context"),
        (8192, 7035, "Raise max_gen_toks, up to 7036, which is what"),
    ],
)
def test_no_more_tokens_are_advised_than_the_prompts_leave(
    tmp_path, capsys, context, limit, advised
):
    """900 tokens have the longest prompt, 256 are kept free for a chat template."""
    examined(tmp_path, data={"context": {"length": context, "longest": [900, 9000]}},
             config={"generation_kwargs": {"max_gen_toks": limit}})  # fmt: skip
    shown = " ".join(text(capsys, tmp_path / "results").split())
    assert f"The limit was {limit} tokens. {advised}" in shown


# Answers that others published


@pytest.fixture
def published(tmp_path, monkeypatch) -> Path:
    """Results of either benchmark: of four made-up questions, or of two in each of two sections."""
    root = publish_notes(publish(tmp_path / "exams", questions=1))
    publish_igakuqa119(publish_jmle2026(root, {}, {}, {}, {}).parent)
    monkeypatch.setenv("JMED_DATA", str(root))
    texts = {"120A-1": "【回答】a", "120A-2": "不明です。", "120A-3": "b", "120A-4": ""}
    of_120(tmp_path / "of_120" / "1.json", "M", texts, reasoning="aを疑う。")
    for section in "AB":
        name = f"119{section}"
        of_119(tmp_path / "of_119" / f"{name}_m.json", "N", {f"{name}1": "a", f"{name}2": None})
    return tmp_path


def test_published_answers(published, capsys):
    found = records(capsys, published / "of_120")
    assert [(each["problem_id"], each["kinds"], each["chosen"]) for each in found] == [
        ("120A2", ["unparsed"], []),
        ("120A4", ["cut"], []),
        ("120A1", ["read"], ["a"]),
        ("120A3", ["read"], ["b"]),
    ]
    assert {(each["task"], each["file"], each["line"]) for each in found} == {
        ("120", str(published / "of_120" / "1.json"), None)
    }
    shown = text(capsys, published / "of_120")
    assert shown.startswith(f"M, 120, 4 answers\nread again by jmedlora {__version__}\n")
    assert "cut: the model needed more tokens than it had.\n" in shown
    assert "max_gen_toks" not in shown


def test_published_files_of_one_model_are_audited_together_and_beside_runs(published, capsys):
    path = examined(published)
    shown = text(capsys, path, published / "of_119", published / "of_120" / "1.json")
    titles = [line for line in shown.splitlines() if line.endswith(" answers")]
    assert titles == ["models/base, igakuqa_exam, 6 answers", "N, 119, 4 answers",
                      "M, 120, 4 answers"]  # fmt: skip


def test_published_files_in_a_folder_of_runs(published, capsys):
    """A published file is known by its content, even if it is called as results of lm-eval are."""
    folder = published / "of_120"
    (folder / "1.json").rename(folder / "results_gpt.json")
    alone = text(capsys, folder)
    assert alone.startswith("M, 120, 4 answers\n")
    assert text(capsys, folder / "results_gpt.json") == alone
    path = examined(folder)
    (folder / "folder.json").mkdir()
    assert text(capsys, folder) == text(capsys, path) + alone
    own = questions(2)
    write_run(published / "of_119", docs=own, responses=answers(own, 1))  # nothing is read there
    assert text(capsys, published / "of_119").startswith("N, 119, 4 answers\n")


def test_each_published_answer_names_its_file(published, capsys, monkeypatch):
    monkeypatch.chdir(published / "of_119")
    files = ["119A_m.json", str(published / "of_119" / "119B_m.json")]
    found = [(each["problem_id"], each["file"]) for each in records(capsys, *files)]
    assert sorted(found) == [
        ("119A1", files[0]), ("119A2", files[0]), ("119B1", files[1]), ("119B2", files[1]),
    ]  # fmt: skip


def test_a_published_answer_to_an_unknown_question(published, capsys):
    path = of_120(published / "2.json", "M", {"120A-9": "a"})
    assert said(capsys, path).startswith(f"jmed-report: {path}: 120A9: is no question of the exam")


def test_the_real_published_answers_are_read_as_they_are_marked(real_recent, monkeypatch, capsys):
    monkeypatch.setenv("JMED_DATA", str(real_recent))
    for folder in (real_recent / "jmle2026" / "results", real_recent / "igakuqa119" / "answers"):
        marked = {each["model"]: each["unparsed"] for each in printed_json(capsys, folder)}
        counts = [line.split()[1] for line in text(capsys, folder, "--read", "0").splitlines()
                  if line.strip().startswith("unparsed ")]  # fmt: skip
        assert sorted(map(int, counts)) == sorted(marked.values())


# What is shown of a long answer


def is_answer(line: str) -> bool:
    return line == "答え: a"


def test_the_line_that_was_read_and_what_stands_around_it():
    found = excerpt("x" * 700 + "\n答え: a\n" + "y" * 700, is_answer)
    assert found.read == "答え: a"
    assert found.before == f"…{'x' * 394}\n"  # 600 in all: 200 behind, 5 of the line, 1 break
    assert found.after == f"\n{'y' * 199}…"


def test_of_several_lines_the_last():
    assert excerpt("答え: a\nしかし\n答え: a\n以上", is_answer) == (
        "答え: a\nしかし\n",
        "答え: a",
        "\n以上",
    )


def test_an_answer_in_front_of_a_long_explanation():
    found = excerpt("答え: a\n" + "解説\n" * 100, is_answer)
    assert (found.before, found.read) == ("", "答え: a")
    assert found.after.endswith("…")


def test_where_no_line_is_the_answer_the_beginning_and_the_end():
    found = excerpt("b" * 200 + "e" * 1000, is_answer)
    assert found == (f"{'b' * 150}…\n…{'e' * 450}", "", "")
    assert excerpt(" short \n", is_answer) == ("short", "", "")


@given(st.text(), st.integers(1, 700))
def test_an_excerpt_is_short_and_part_of_the_answer(given_text, times):
    answer = (given_text * times)[:5000]
    for is_read in (lambda _: True, lambda _: False):
        found = excerpt(answer, is_read)
        assert len(found.text) <= LONGEST + 3  # and what stands for the rest
        assert found.read in answer
        assert found.before.removeprefix("…").split("…\n…")[0] in answer


def test_the_end_of_a_text():
    assert ending(" abc ", 3) == "abc"
    assert ending("abcd", 3) == "…bcd"


HUGE = {
    "lines": "a\n" * 2**20,
    "no line break": "x" * 2**21,
    "begun again and again": "<think>" * 2**18,
    "unfinished": f"<think>{'あ' * 2**19}",
    "alternatives": "a か" * 2**18,
}


@pytest.mark.slow
@pytest.mark.parametrize("response", HUGE.values(), ids=HUGE)
def test_a_response_of_2_mb(tmp_path, capsys, response):
    path = examined(tmp_path, DOCS[:1], [response], [UNPARSED])
    assert len(text(capsys, path, "--format", "html")) < 10_000


@pytest.mark.slow
def test_long_answers_are_not_kept(tmp_path, capsys):
    docs = [doc(number) for number in range(40)]
    path = examined(tmp_path, docs, ["<think>" + "x" * 2**19] * 40, [CUT] * 40)
    text(capsys, path)  # everything is imported now
    tracemalloc.start()
    text(capsys, path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * 2**20  # of 40 MiB: a few copies of one answer


# The page


class Page(HTMLParser):
    """Tags and attributes of a page, and the text of each kind of element."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.found: dict[str, list[str]] = {}
        self.feed(source)
        assert self.open == []  # every element was closed

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(" ".join([tag, *(name for name, value in attrs if value is None)]))
            self.found.setdefault(self.open[-1], []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop().split()[0] == tag

    def handle_data(self, data):
        for tag in self.open:
            self.found[tag][-1] += data


def page(capsys, tmp_path: Path, *args: object) -> str:
    out = text(capsys, *args, "--out", tmp_path / "pages")
    assert out.splitlines()[-1] == str(tmp_path / "pages" / "audit.html")
    return (tmp_path / "pages" / "audit.html").read_text(encoding="utf-8")


def test_the_page(tmp_path, capsys):
    found = Page(page(capsys, tmp_path, examined(tmp_path))).found
    assert found["h2"] == ["models/base, igakuqa_exam"]
    assert found["h4"] == [f"120A{number}" for number in (4, 2, 4, 3, 1, 5, 6)]
    assert found["mark"] == ["【回答】a", "【回答】b", "【回答】e"]
    (opened,) = found["details open"]  # the thinking of the cut answer; all else is folded
    assert THINKING in opened
    assert any(THINKING in each for each in found["details"])
    assert "Do not publish it where the exam's terms forbid it." in found["footer"][0]


def test_the_case_stands_in_front_of_its_question(tmp_path, capsys):
    docs = [doc(1, case="62歳の女性。")]
    found = Page(page(capsys, tmp_path, examined(tmp_path, docs, ["a"], [READ]))).found
    assert "62歳の女性。\n\n1番目の問いはどれか。" in found["p"]


def test_with_a_page_the_terminal_shows_the_counts_alone(tmp_path, capsys):
    out = text(capsys, examined(tmp_path), "--out", tmp_path / "pages")
    assert "unparsed 2 33.3%" in " ".join(out.split())
    assert "120A2" not in out


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_a_page_acts(tmp_path, capsys, nasty):
    docs = [doc(1, question=nasty, choices=[nasty] * 5), doc(2, problem_id=nasty)]
    responses = [f"{nasty}\n【回答】a", f"<think>{nasty}"]
    path = examined(tmp_path, docs, responses, [READ, CUT], model=f"models/{nasty[:30]}")
    source = page(capsys, tmp_path, path)
    found = Page(source)
    assert {"script", "img", "a", "link", "iframe"}.isdisjoint(found.tags)
    assert {"src", "href", "onerror", "onmouseover"}.isdisjoint(found.attributes)
    assert found.found["h4"] == [visible(nasty), "120A1"]
    assert any(visible(nasty) in each for each in found.found["p"])
    assert "default-src 'none'; style-src 'unsafe-inline'" in source
    printed = text(capsys, path)
    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_half_a_surrogate_pair_can_be_written(tmp_path, capsys):
    path = examined(tmp_path, DOCS[:1], ["x"], [UNPARSED])
    samples = logged(path)
    samples.write_text(samples.read_text().replace('["x"]', '["\\ud800"]'))
    assert "⟨U+D800⟩" in page(capsys, tmp_path, path)
    assert "⟨U+D800⟩" in text(capsys, path)
    assert records(capsys, path)[0]["kinds"] == ["unparsed"]


# What cannot be audited


def test_a_run_without_samples(tmp_path, capsys):
    path = examined(tmp_path)
    logged(path).unlink()
    assert said(capsys, path) == (
        f"jmed-report: {path}: the answers to igakuqa_exam are not beside it "
        f"(samples_igakuqa_exam_{STAMP}.jsonl); evaluate again with --log_samples, or copy that "
        "file here too\n"
    )


def test_a_folder_without_results(tmp_path, capsys):
    assert "no results_*.json in this folder" in said(capsys, tmp_path)


@pytest.mark.parametrize("name", ["missing.jsonl", "missing"])
def test_a_missing_file(tmp_path, capsys, name):
    assert said(capsys, tmp_path / name).startswith(
        f"jmed-report: {tmp_path / name}: cannot be read (No such file or directory); check"
    )


def test_a_run_of_the_papers_protocol(tmp_path, capsys):
    path = write_run(tmp_path, docs=questions(2), responses=answers(questions(2), 1))
    expected = (
        "nothing is read from the answers to igakuqa: they are compared with the choices; name a "
        "run of a task whose answers are letters or numbers, such as igakuqa_exam\n"
    )
    samples = path.with_name(f"samples_igakuqa_{STAMP}.jsonl")
    for given_path in (path, tmp_path / "results", samples):
        assert said(capsys, given_path) == f"jmed-report: {given_path}: {expected}"
    path.unlink()
    assert said(capsys, samples) == (
        f"jmed-report: {samples}:1: Q1: nothing is read from these answers: they have no 'correct' "
        "and 'unparsed'; name a run of a task whose answers are letters or numbers, such as "
        "igakuqa_exam\n"
    )


def test_a_run_of_other_tasks(tmp_path, capsys):
    other = Asked(DOCS[:1], ["a"], task="medqa", protocol="", scores=[{"acc": 1.0}])
    path = write_run(tmp_path, more=[other])
    assert f"{path}: holds no task of this project; name a run" in said(capsys, path)


def test_answers_that_are_fewer_than_were_scored(tmp_path, capsys):
    path = examined(tmp_path)
    samples = logged(path)
    samples.write_text("".join(samples.read_text(encoding="utf-8").splitlines(keepends=True)[:4]))
    assert said(capsys, path) == (
        f"jmed-report: {samples}: holds 4 answers, but 6 were scored; evaluate again\n"
    )


def edited(**changes: object):
    def edit(content: str) -> bytes:
        *others, last = content.splitlines()
        return "\n".join([*others, json.dumps(json.loads(last) | changes)]).encode()

    return edit


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-40].encode(), ":6: not a complete JSON object"),
        (lambda _: b"", ": holds no answer; evaluate again with --log_samples"),
        (lambda _: b"\n\n", ": holds no answer; evaluate again with --log_samples"),
        (lambda _: b"[1]", ":1: a JSON object is needed, this is list"),
        (lambda _: "{'あ'".encode("cp932"), ":1: byte 0x82 is not UTF-8"),
        (edited(doc="x"), ":6: no question or no answer in this sample; evaluate again with --log"),
        (edited(filtered_resps=[]), ":6: no question or no answer in this sample; evaluate again"),
        (edited(correct=2), ":6: 120A6: the sample is not complete; evaluate again"),
        (edited(cut="no"), ":6: 120A6: the sample is not complete; evaluate again"),
        (edited(doc=doc(6, forbidden=None)), ":6: 120A6: the sample is not complete; evaluate ag"),
        (edited(doc=doc(6, answer=[])), ":6: 120A6: the sample is not complete; evaluate again"),
        (edited(doc=doc(6, answer=["x"], choices=[])), ":6: 120A6: the sample is not complete; "),
        (edited(doc=doc(6, accepted=[["a"], []])), ":6: 120A6: the sample is not complete; evalua"),
    ],
)  # fmt: skip
def test_damaged_samples_are_named_in_one_line(tmp_path, capsys, damage, message):
    path = examined(tmp_path)
    samples = logged(path)
    samples.write_bytes(damage(samples.read_text(encoding="utf-8")))
    err = said(capsys, path)
    assert err.startswith(f"jmed-report: {samples}{message}")
    assert err.count("\n") == 1


def test_a_pipe_cannot_be_read_twice(tmp_path, capsys):
    (tmp_path / "samples.jsonl").mkdir()
    assert "is no regular file, and it is read twice" in said(capsys, tmp_path / "samples.jsonl")


def test_without_rich(tmp_path, capsys, monkeypatch):
    path = examined(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "rich", None)
    assert said(capsys, path).startswith("jmed-report: audit needs rich; run: pip install")
    assert len(records(capsys, path)) == 6  # neither records nor a page need it
    assert text(capsys, path, "--format", "html").startswith("<!DOCTYPE html>")
