"""What two benchmarks publish of models' answers, marked by their own rules and by ours."""

import json
import os
from pathlib import Path

import pytest

from jmed_metrics.benchmark_rules import mark_as_igakuqa119, mark_as_jmle2026, marked_answer
from jmedlora.exams.documents import chat_document, letters_document
from jmedlora.exams.examination import load_examinations
from jmedlora.report.exam.predictions import answer_text
from tests.support.commands import write_jsonl
from tests.support.exam import logged, of_119, of_120, predicted, printed_json
from tests.support.recent import publish_igakuqa119, publish_jmle2026

PUBLISHED_120 = {
    "GPT-5.2": (388, 488, 198, 290, "pass"),
    "Qwen3-32B (no-think)": (326, 416, 176, 240, "pass"),
    "gpt-oss-20b (low)": (303, 383, 158, 225, "fail"),
}
"""Correct, points, required, general: the summaries of these files, most points first."""
FIELDS = ("correct", "points", "required", "general", "verdict")


def test_the_published_outputs_for_the_120th_score_as_published(real_recent, capsys):
    found = printed_json(capsys, "--official", real_recent / "jmle2026")
    assert {each["model"]: tuple(each[key] for key in FIELDS) for each in found} == PUBLISHED_120
    assert [each["model"] for each in found] == list(PUBLISHED_120)
    assert {(each["exam"], each["year"], each["max_points"]) for each in found} == {
        ("120", 2026, 500)
    }
    # by_image of the summary of GPT-5.2
    text = {"correct": 295, "questions": 302, "points": 375, "max_points": 382}
    assert found[0]["without_images"] == text


def test_the_published_outputs_for_the_119th_score_as_published(real_recent, capsys):
    (found,) = printed_json(capsys, real_recent / "igakuqa119", "--official")
    assert tuple(found[key] for key in FIELDS) == (314, 398, 168, 230, "pass")
    assert found["model"] == "openrouter-qwen/qwen-2.5-72b-instruct:free"
    text = {"correct": 241, "questions": 297, "points": 311, "max_points": 383}
    assert found["without_images"] == text
    assert (found["kinki"], found["cut"]) == (None, 0)


def test_the_default_rule_reads_the_responses_of_the_120th(real_recent, capsys):
    """It differs only in 120D75, one of three: the value is right, but not written as asked."""
    found = printed_json(capsys, real_recent / "jmle2026")
    assert [each["correct"] for each in found] == [388, 327, 303]
    assert {each["unparsed"] for each in found} == {0}


@pytest.mark.parametrize("form", [letters_document, chat_document])
@pytest.mark.parametrize(("name", "task"), [("112", "kokushi_112"), ("119", "igakuqa119"),
                                            ("120", "jmle2026")])  # fmt: skip
def test_every_question_that_a_task_asks_is_known_again(
    name, task, form, real_data, real_recent, tmp_path, capsys
):
    """The chat tasks keep the case apart, and others put it before the question."""
    examination = load_examinations(name)[0]
    asked = [q for q in examination.questions if q.problem_id not in examination.not_asked]
    docs = [{"doc": form(each), "resps": [["a"]], "filtered_resps": ["a"]} for each in asked]
    (found,) = printed_json(capsys, logged(tmp_path, task, *docs))
    assert (found["exam"], found["verdict"]) == (name, "fail")


@pytest.mark.parametrize("name", ["jmle2026", "igakuqa119"])
def test_every_published_file_gives_its_own_summary(name, real_recent, capsys):
    """JMED_PUBLISHED: a folder with jmle2026/ and igakuqa119/, more of these files."""
    folder = os.environ.get("JMED_PUBLISHED")
    if not folder:
        pytest.skip("needs more published outputs: set JMED_PUBLISHED to a folder of them")
    found = printed_json(capsys, "--official", Path(folder) / name)
    if name == "igakuqa119":  # the table in the README of IgakuQA119
        assert {(each["correct"], each["points"]) for each in found} <= {(314, 398), (272, 332)}
        return
    files = map(json.loads, (p.read_text(encoding="utf-8") for p in Path(folder, name).iterdir()))
    summaries = {each["metadata"]["display_name"]: each["summary"] for each in files}
    assert len(found) == len(summaries)
    for each in found:
        summary = summaries[each["model"]]
        names = ("correct", "score", "required_score", "general_score")
        assert [each[key] for key in FIELDS[:4]] == [summary[key] for key in names]


# The rules, to the letter


@pytest.mark.parametrize(
    ("prediction", "answers", "right", "chosen"),
    [
        ("a,c", [["a", "c"]], True, ("a", "c")),
        ("C、 A", [["a", "c"]], True, ("a", "c")),
        ("**b**", [["b"]], True, ("b",)),
        ("ac", [["a", "c"]], False, ()),
        ("c】", [["c"]], False, ()),
        ("0.40", [["0.40"]], True, ("0.40",)),
        ("0.4", [["0.40"]], False, ("0.4",)),
        ("3 1 5", [["315"]], False, ("3 1 5",)),
        (" 315 ", [["315"]], True, ("315",)),
        ("", [["315"]], False, ()),
    ],
)
def test_the_rule_of_jmle2026(prediction, answers, right, chosen):
    mark = mark_as_jmle2026(prediction, answers)
    assert (mark.correct, mark.chosen) == (right, chosen)


@pytest.mark.parametrize(
    ("prediction", "answers", "right", "chosen"),
    [
        ("ce", [["c", "e"]], True, ("c", "e")),
        ("[E, C]", [["c", "e"]], True, ("c", "e")),
        ("c", [["a"], ["c"]], True, ("c",)),
        ("ac", [["a"], ["c"]], False, ("a", "c")),  # 119E28: either, but not both
        ("600", [["600"]], True, ("600",)),
        ("060", [["600"]], True, ("060",)),  # its script sorts digits, too
        ("b (100%)", [["b"]], False, ()),
        ("", [["a"]], False, ()),
    ],
)
def test_the_rule_of_igakuqa119(prediction, answers, right, chosen):
    mark = mark_as_igakuqa119(prediction, answers)
    assert (mark.correct, mark.chosen) == (right, chosen)


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("考えると…\n【回答】 a,c \n以上", "a,c"),
        ("【回答】\nb", "b"),
        ("answer: d\nconfidence: 1.0", "d"),
        (" e\n", "e"),
        ("【回答】", ""),
    ],
)
def test_the_marked_line(response, answer):
    assert marked_answer(response) == answer


# What is read of the files


@pytest.fixture
def made_up(tmp_path, monkeypatch) -> Path:
    """Two questions of the 120th, the second with an image, and twelve of the 119th."""
    root = tmp_path / "exams"
    publish_jmle2026(root, {}, {"requires_image": True})
    publish_igakuqa119(root, {"119E28": {}}, {"119E28": "ac"})
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


def test_the_default_rule_reads_the_response_and_the_other_what_was_taken(
    made_up, tmp_path, capsys
):
    file = of_120(tmp_path / "x.json", "A", {"120A-1": "【回答】a】", "120A-2": "【回答】b"})
    (found,) = printed_json(capsys, file)
    assert (found["model"], found["correct"], found["unparsed"]) == ("A", 1, 0)
    (found,) = printed_json(capsys, file, "--official")
    assert (found["correct"], found["unparsed"]) == (0, 1)


def test_answers_as_lists_and_numbers(made_up, tmp_path, capsys):
    """120A1 and 119B1 have the answer a; 119A75 asks for a number."""
    rows = [("120A-1", ["a"]), ("120A-2", [" a "]), ("119B1", ["a"]), ("119E28", ["c"])]
    records = [{"problem_id": name, "prediction": answer} for name, answer in rows]
    found = printed_json(capsys, write_jsonl(tmp_path / "p.jsonl", *records))
    assert [(each["exam"], each["correct"]) for each in found] == [("119", 2), ("120", 2)]
    of_both = of_120(tmp_path / "x.json", "A", {"120A-1": "【回答】a"}, predicted="a")
    (found,) = printed_json(capsys, of_both, "--official")
    assert found["correct"] == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [("a,c", "a,c"), (["a", "c"], "a,c"), (315, "315"), (0.4, "0.4"), (["0.40"], "0.40"), ([], ""),
     (None, None), (True, None), ({"a": 1}, None), ([["a"]], None), ([None], None)],
)  # fmt: skip
def test_what_is_an_answer(value, text):
    assert answer_text(value) == text


def test_where_the_response_was_left_out_what_was_taken_is_read(made_up, tmp_path, capsys):
    file = of_120(tmp_path / "x.json", "A", {"120A-1": "a", "120A-2": "b"}, raw_response=None)
    (found,) = printed_json(capsys, file)
    assert (found["correct"], found["cut"], found["unparsed"]) == (1, 0, 0)


def test_the_model_of_a_file_that_igakuqa_named(real_data, tmp_path, capsys):
    """Its own predictions name no model: two systems, of one two sections."""
    folder = tmp_path / "baseline_results" / "2018"
    predicted(folder / "112-A_gpt4.jsonl", **{"112A1": "e"})
    predicted(folder / "112-B_gpt4.jsonl", **{"112B1": "a"})
    predicted(folder / "112-A_translate_chatgpt-en.jsonl", **{"112A1": "b"})
    predicted(folder / "112-A_gpt3.jsonl", "named inside", **{"112A1": "c"})
    found = printed_json(capsys, folder)
    assert {each["model"] for each in found} == {"gpt4", "chatgpt-en", "named inside"}


def test_a_response_that_ended_within_its_reasoning_is_cut(made_up, tmp_path, capsys):
    responses = {"120A-1": "", "120A-2": ""}
    file = of_120(tmp_path / "x.json", "A", responses, reasoning="aと思うが、", predicted=["a"])
    (found,) = printed_json(capsys, file)
    assert (found["cut"], found["unparsed"], found["correct"]) == (2, 0, 0)
    file = of_120(tmp_path / "y.json", "A", responses, predicted=None, raw_response=None)
    (found,) = printed_json(capsys, file)
    assert (found["cut"], found["unparsed"]) == (0, 2)


def test_either_answer_of_119e28_is_right(made_up, tmp_path, capsys):
    for text, right in (("a", 1), ("c", 1), ("ac", 0), ("b", 0)):
        file = of_119(tmp_path / "x.json", "A", {"119E28": text})
        for options in ([], ["--official"]):
            (found,) = printed_json(capsys, file, *options)
            assert found["correct"] == right, (text, options)


def test_a_skipped_question_of_the_119th_is_answered_wrongly(made_up, tmp_path, capsys):
    file = of_119(tmp_path / "x.json", "A", {"119A1": None, "119B1": "a"})
    (found,) = printed_json(capsys, file)
    assert (found["model"], found["correct"], found["unparsed"]) == ("A", 1, 1)


def test_the_files_of_one_model_are_taken_together(made_up, tmp_path, capsys):
    for section in "AB":
        of_119(tmp_path / "answers" / f"119{section}_x.json", "A", {f"119{section}1": "a"})
    of_119(tmp_path / "answers" / "119A_y.json", "B", {"119A1": "b"})
    found = printed_json(capsys, tmp_path / "answers")
    assert [(each["model"], each["correct"]) for each in found] == [("A", 2), ("B", 0)]


def test_a_file_is_known_by_its_content(made_up, tmp_path, capsys):
    """On one line or many, with a byte order mark, called as it may be."""
    file = of_120(tmp_path / "x.json", "A", {"120A-1": "a"})
    text = file.read_text(encoding="utf-8")
    flat = tmp_path / "answers.jsonl"
    flat.write_text("\ufeff" + text.replace("\n", " "), encoding="utf-8")
    plain = tmp_path / "plain.txt"
    plain.write_text('{"problem_id": "120A-1", "prediction": "a"}\n', encoding="utf-8")
    for path in (file, flat, plain):
        (found,) = printed_json(capsys, path)
        assert found["correct"] == 1
