"""Several models and several examinations in one call: the tables, their order, their notes."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jmedlora.exams.documents import letters_document
from jmedlora.exams.examination import load_examinations
from jmedlora.report.cli import main
from tests.support.commands import write_jsonl
from tests.support.exam import (
    logged,
    message,
    of_120,
    predicted,
    printed_json,
    rows,
    sample,
)
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_igakuqa119, publish_jmle2026
from tests.support.runs import write_run

LINES_120 = "0/200 (160)"


@pytest.fixture
def made_up(tmp_path, monkeypatch) -> Path:
    """Four questions of the 120th, the last with an image; of 112 to 116 and 119 one a section."""
    root = publish_notes(publish(tmp_path / "exams", questions=1))
    publish_jmle2026(root, {}, {}, {"answer": ["c"]}, {"requires_image": True})
    publish_igakuqa119(root)
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


def responses(*letters: str) -> dict[str, str]:
    return {f"120A-{number}": f"【回答】{letter}" for number, letter in enumerate(letters, 1)}


@pytest.fixture
def leaderboard(made_up, tmp_path) -> Path:
    """Three models: 2, 4 and 2 right of four."""
    folder = tmp_path / "published"
    of_120(folder / "1.json", "Weak", responses("b", "b", "c", "a"))
    of_120(folder / "2.json", "Strong", responses("a", "a", "c", "a"))
    predicted(folder / "3.jsonl", "Plain", **{"120A1": "a", "120A2": "a", "120A3": "b"})
    return folder


def test_the_models_stand_by_their_points(leaderboard, capsys):
    found = rows(capsys, leaderboard)
    assert found[0] == "120, 第120回医師国家試験, default rule"
    # 4 and 2 of 4 right: Wilson's intervals are 51.0 to 100 and 15.0 to 85.0 %.
    table = [line for line in found if re.match("(Weak|Strong|Plain) [0-9]/", line)]
    assert table[:3] == [
        f"Strong 4/4 51.0% to 100.0% 4/4 {LINES_120} 4/300 (221) n/a 0 0 fail, <.01",
        f"Plain 2/4 n/a 2/4 {LINES_120} 2/300 (221) n/a 0 0 incomplete",
        f"Weak 2/4 15.0% to 85.0% 2/4 {LINES_120} 2/300 (221) n/a 0 0 fail, <.01",
    ]
    assert "Strong: fails by required 0 < 160, general 4 < 221" in found
    (why,) = [line for line in found if line.startswith("Plain: 3 of 4 answered; ")]
    assert why.endswith(" count as wrong, and there is no verdict (without an answer: 120A4)")
    assert "120: forbidden choices are not counted: which ones they are is not published" in found
    (origin,) = [line for line in found if line.startswith("120: pass lines: required 160")]
    assert origin.endswith("give it with --lines general=POINTS")


def test_models_of_equal_points_stand_by_their_names(made_up, tmp_path, capsys):
    for model in ("m-1", "m-10", "m-2"):
        predicted(tmp_path / "models" / f"{model}.jsonl", model, **{"120A1": "a"})
    found = printed_json(capsys, tmp_path / "models")
    assert [each["model"] for each in found] == ["m-1", "m-2", "m-10"]


def test_questions_with_an_image_stand_apart(leaderboard, capsys):
    found = rows(capsys, leaderboard)
    start = found.index("Questions without and with images")
    assert found[start + 2] == "without images points with images points"
    assert found[start + 4 : start + 7] == [
        "Strong 3/3 3/3 1/1 1/1",
        "Plain 2/3 2/3 0/1 0/1",
        "Weak 1/3 1/3 1/1 1/1",
    ]


def test_the_same_as_json(leaderboard, capsys):
    found = printed_json(capsys, leaderboard)
    assert [(each["model"], each["points"]) for each in found] == [
        ("Strong", 4), ("Plain", 2), ("Weak", 2),
    ]  # fmt: skip
    assert found[1]["interval"] is None
    assert found[0]["interval"] == pytest.approx([0.5101, 1], abs=1e-4)
    unlikely = {"probability": 0, "design_effect": None}
    assert found[0]["lines"] == {
        "required": {"points": 0, "max_points": 200, "pass": 160, "interval": [0, 0], **unlikely},
        "general": {"points": 4, "max_points": 300, "pass": 221, "interval": [4, 4], **unlikely},
    }
    assert found[0]["lines_from"].startswith("required 160 of 200, as every year;")
    assert found[0]["missed"] == ["required 0 < 160", "general 4 < 221"]


class Text(HTMLParser):
    """The text of a page, and what it would load or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.text, self.attributes = set(), "", set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def test_html_is_one_page_that_escapes_every_name(made_up, tmp_path, capsys):
    name = "<script>alert(1)</script>\u202e & |*_"
    of_120(tmp_path / "in" / "1.json", name, responses("a", "a", "c", "a"))
    of_120(tmp_path / "in" / "2.json", "B", responses("b", "a", "c", "a"))
    assert main(["exam", str(tmp_path / "in"), "--format", "html"]) == 0
    page = capsys.readouterr().out
    found = Text(page)
    assert found.tags.isdisjoint({"script", "link", "img", "iframe"})
    assert found.attributes.isdisjoint({"src", "href", "onclick", "onload"})
    assert "<script>alert(1)</script>" in found.text
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert "51.0% to 100.0%" in found.text
    assert "Strong" not in found.text


def test_markdown_escapes_every_name(made_up, tmp_path, capsys):
    of_120(tmp_path / "in" / "1.json", "a|b*c<d>\n# e", responses("a"))
    of_120(tmp_path / "in" / "2.json", "B", responses("b"))
    assert main(["exam", str(tmp_path / "in"), "--format", "markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("| a")] == [
        f"| a\\|b\\*c&lt;d&gt; \\# e | 1/4 | n/a | 1/4 | {LINES_120} | 1/300 (221) "
        "| n/a | 0 | 0 | incomplete |",
        "| a\\|b\\*c&lt;d&gt; \\# e | 1/3 | 1/3 | 0/1 | 0/1 |",
    ]
    assert not any(line.startswith("#") for line in lines)


def test_a_long_name_is_cut_and_no_number(made_up, tmp_path, capsys):
    of_120(tmp_path / "in" / "1.json", 300 * "x", responses("a"))
    of_120(tmp_path / "in" / "2.json", "B", responses("b"))
    (row, *_) = [line for line in rows(capsys, tmp_path / "in") if line.startswith("xxx")]
    assert row.startswith(f"{59 * 'x'}… 1/4 n/a 1/4")


def test_one_model_and_its_examinations(made_up, tmp_path, capsys):
    file = predicted(tmp_path / "p.jsonl", "M", **{"120A-1": "a", "113A1": "a", "119A1": "b"})
    found = rows(capsys, file)
    assert found[0] == "National medical licensing examination, default rule: M"
    assert [line.split()[0] for line in found[4:7]] == ["113", "119", "120"]
    assert "113: pass lines: the Ministry of Health, Labour and Welfare, for the 113th" in " ".join(
        found
    )


def test_several_models_and_examinations(made_up, tmp_path, capsys):
    one = predicted(tmp_path / "1.jsonl", "M", **{"120A1": "a", "112A1": "a"})
    two = predicted(tmp_path / "2.jsonl", "N", **{"112A1": "b", "112F1": "答えは1.5"})
    found = rows(capsys, one, two)
    titles = [line for line in found if "default rule" in line]
    assert titles == [f"{n}, 第{n}回医師国家試験, default rule" for n in (112, 120)]
    assert "M, 112, 70 % or more right 0 n/a n/a" in found
    assert "N, 112: default right, published wrong (1): 112F1" in found
    found = rows(capsys, one, two, "--by", "category")
    assert {"By category: M", "By category: N"} <= set(found)


@pytest.fixture
def differing(tmp_path, monkeypatch) -> Path:
    """25 answers that are right by the default rule and wrong by the published one."""
    publish_jmle2026(tmp_path / "exams", *25 * [{}])
    monkeypatch.setenv("JMED_DATA", str(tmp_path / "exams"))
    answers = {f"120A{number}": "答えはa" for number in range(1, 26)}
    return predicted(tmp_path / "p.jsonl", **answers)


def test_some_ids_of_a_kind_and_where_all_are(differing, tmp_path, capsys):
    found = rows(capsys, differing)
    some = "default right, published wrong (25): 120A1, 120A2, 120A3, 120A4, 120A5 and 20 more"
    at = found.index(some)
    assert found[at + 1] == "--out DIR writes the id of every one."
    assert "120A6" not in "".join(found)
    found = rows(capsys, differing, "--out", tmp_path / "report")
    path = tmp_path / "report/exam-differing.csv"
    assert found[found.index(some) + 1] == f"Every one of them: {path}"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert header.startswith("exam,model,question,default_correct,published_correct,")
    assert header.endswith(",answer,default_read,published_read")
    assert lines == [f"120,,120A{number},true,false,false,false,a,a," for number in range(1, 26)]


def test_where_few_differ_no_file_is_named(differing, tmp_path, capsys):
    few = predicted(tmp_path / "few.jsonl", **{"120A1": "答えはa"})
    found = rows(capsys, few)
    assert found[found.index("default right, published wrong (1): 120A1") + 1] == ""


def test_other_points_to_pass(leaderboard, capsys):
    options = ["--lines", "general=4", "--lines", "120:required=0"]
    found = printed_json(capsys, leaderboard, *options)
    assert [each["verdict"] for each in found] == ["pass", "incomplete", "fail"]
    assert found[0]["lines_from"].startswith("--lines: required 0; the others: --lines: general 4")
    found = printed_json(capsys, leaderboard, "--lines", "general=4,required=0")
    assert found[0]["lines_from"] == "--lines: general 4, required 0"


# Samples of lm-eval


def test_a_folder_is_searched_for_samples_of_examination_tasks(made_up, tmp_path, capsys):
    folder = tmp_path / "results"
    logged(folder / "my_model", "jmle2026", sample("120A1", "【回答】a"), sample("120A2", "b"))
    logged(folder / "my_model", "kokushi_112", sample("112A1", "a", "112"))
    logged(folder / "other", "jmle2026", sample("120A1", "c"))
    logged(folder / "other", "igakuqa_chat", sample("112A1", "a", "112"))
    write_jsonl(folder / "other" / "samples_jjsimqa_2026-02-01T00-00-00.0.jsonl", {"doc": {}})
    write_jsonl(folder / "train.jsonl", {"instruction": "x", "output": "y"})
    (folder / "scores.json").write_text("[1]", encoding="utf-8")
    found = printed_json(capsys, folder)
    assert [(each["exam"], each["model"], each["correct"]) for each in found] == [
        ("112", "my_model", 1),
        ("120", "my_model", 1),
        ("120", "other", 0),
    ]
    (found,) = printed_json(capsys, folder, "--exam", "112")
    assert (found["exam"], found["model"]) == ("112", "my_model")


def test_tasks_that_ask_the_same_examination_have_rows_of_their_own(made_up, tmp_path, capsys):
    for task, text in (("jmle2026", "a"), ("jmle2026_letters", "b")):
        logged(tmp_path / "results" / "m", task, sample("120A1", text))
    found = printed_json(capsys, tmp_path / "results")
    assert [(each["model"], each["correct"]) for each in found] == [
        ("m, jmle2026", 1), ("m, jmle2026_letters", 0),
    ]  # fmt: skip


def test_two_folders_with_models_of_one_name(made_up, tmp_path, capsys):
    for folder in ("x", "y"):
        logged(tmp_path / folder / "m", "jmle2026", sample("120A1", "a"))
    found = printed_json(capsys, tmp_path / "x", tmp_path / "y")
    assert [each["model"] for each in found] == [f"m ({tmp_path / each / 'm'})" for each in "xy"]


def test_two_runs_of_one_model_overlap(made_up, tmp_path, capsys):
    one, two = (
        logged(tmp_path / "m", "jmle2026", sample("120A1", "a"), stamp=f"2026-02-0{day}T00")
        for day in (1, 2)
    )
    assert message(capsys, tmp_path) == (
        f"{two}:1: 120A1: is already answered at {one}:1 by m; "
        "give the files of one model and run, each once"
    )


def sampled(folder: Path, seed: int, *letters: str) -> Path:
    """A run of the whole made-up 120th with that seed."""
    (examination,) = load_examinations("120")
    docs = [letters_document(each) for each in examination.questions]
    scores = [{"correct": 1.0, "unparsed": 0.0, "forbidden": 0.0}] * len(docs)
    config = {"model": "hf", "model_args": {"pretrained": "m", "seed": seed}, "limit": None}
    return write_run(folder, model="m", task="jmle2026", protocol="letters", docs=docs,
                     responses=letters, scores=scores, run={"config": config},
                     stamp=f"2026-02-0{seed}T00-00-00.0")  # fmt: skip


def test_runs_with_several_seeds_have_a_row_each_and_a_line_together(made_up, tmp_path, capsys):
    sampled(tmp_path, 1, "a", "a", "c", "a")
    sampled(tmp_path, 2, "b", "b", "c", "a")
    lines = ("--lines", "required=0,general=3")  # the four questions are general ones
    found = printed_json(capsys, tmp_path, *lines)
    assert [(each["model"], each["correct"]) for each in found] == [
        ("m, seed 1", 4),
        ("m, seed 2", 2),
    ]
    # Half of the four are right: at least three are so in 5 of 16 resamples.
    first, second = (each["probability"] for each in found)
    assert (first, second) == (1.0, pytest.approx(5 / 16, abs=0.02))
    note = "m, 120: 1 of 2 samples pass; chance to pass, seeds included: "
    (together,) = (each for each in rows(capsys, tmp_path, *lines) if each.startswith(note))
    assert float(together.removeprefix(note)[:3]) == pytest.approx((1 + 5 / 16) / 2, abs=0.02)
    assert together.endswith("(required 0, general 2 to 4)")


def test_two_runs_with_one_seed_overlap(made_up, tmp_path, capsys):
    for folder in ("x", "y"):
        sampled(tmp_path / folder, 1, "a", "a", "c", "a")
    both = [next((tmp_path / each).rglob("samples_*.jsonl")) for each in "xy"]
    again = both[1].rename(both[0].with_name("samples_jmle2026_2026-02-09T00-00-00.0.jsonl"))
    results = next((tmp_path / "y").rglob("results_*.json"))
    results.rename(both[0].with_name("results_2026-02-09T00-00-00.0.json"))
    found = message(capsys, both[0], again)
    assert f"{again}:1: 120A1: is already answered at {both[0]}:1 by m; " in found


def test_the_repetitions_of_a_run_have_a_row_each(made_up, tmp_path, capsys):
    """lm-eval's repeats logs every answer; the thinking of each is taken away."""
    record = sample("120A1", "【回答】a")
    record["resps"] = [["【回答】a", "<think>bかもしれない。</think>【回答】b", "<think>まだ"]]
    found = printed_json(capsys, logged(tmp_path / "m", "jmle2026", record))
    assert [(each["model"], each["correct"], each["cut"]) for each in found] == [
        ("m, sample 1", 1, 0), ("m, sample 2", 0, 0), ("m, sample 3", 0, 1),
    ]  # fmt: skip


def test_of_each_repetition_the_sample_tells_whether_it_was_cut(made_up, tmp_path, capsys):
    """The task keeps all answers: a response that the token limit ended does not show it."""
    record = sample("120A1", "【回答】a")
    record["resps"] = [["【回答】a", "<think>bか。</think>【回答】b", "まず"]]
    record["filtered_resps"] = [["【回答】a", "【回答】b", ""]]
    found = printed_json(capsys, logged(tmp_path / "m", "jmle2026", record))
    assert [(each["cut"], each["unparsed"]) for each in found] == [(0, 0), (0, 0), (1, 0)]


def test_the_model_is_called_as_its_results_file_says(made_up, tmp_path, capsys):
    (examination,) = load_examinations("120")
    docs = [letters_document(each) for each in examination.questions]
    scores = [{"correct": 1.0, "unparsed": 0.0, "forbidden": 0.0}] * len(docs)
    write_run(tmp_path, model="models/base", adapter="outputs/x", task="jmle2026",
              protocol="letters", docs=docs, responses=["a", "a", "c", "a"], scores=scores,
              data={"excluded": {"questions": 2, "sha256": 64 * "0"}})  # fmt: skip
    found = rows(capsys, tmp_path)
    assert found[0].endswith("default rule: models/base + outputs/x")
    note = "2 questions left out by an exclude list and not asked: the examination is not whole"
    assert note in found


def test_the_sample_says_that_it_was_cut(made_up, tmp_path, capsys):
    """Something else than this project has stripped the thinking, and nothing is left."""
    records = [
        sample("120A1", "", cut=1.0, unparsed=0.0),
        sample("120A2", "", cut=0.0, unparsed=1.0),
    ]
    (found,) = printed_json(capsys, logged(tmp_path, "jmle2026", *records))
    assert (found["cut"], found["unparsed"]) == (1, 1)
