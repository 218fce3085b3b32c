"""What ``jmed-data overlap`` says, shows and leaves behind."""

import json
import re

import pytest

from jmedlora.data.overlap import html_report, output_files
from jmedlora.data.overlap.normalize import PIECE_LENGTH, OffsetMap, normalize, split_into_pieces
from jmedlora.data.overlap.sought_questions import is_exam_file
from jmedlora.data.overlap.thresholds import LAST_40, SHUFFLED, STEMS, Thresholds, coverage_notes
from tests.support.commands import ROOT, write_jsonl
from tests.support.overlap import CHOICES, OTHER, QUESTION, SHORT, STEM, hits, overlap, write_exam

LONG = OTHER + "その会議室はどれか。"


def test_how_many_are_not_looked_for_alone(tmp_path, capsys):
    questions = ("Q1", STEM, CHOICES), ("Q2", LONG, CHOICES), ("Q3", "1+1は?", ["1", "2"])
    exam = write_exam(tmp_path / "own.jsonl", *questions)
    train = write_jsonl(tmp_path / "train.jsonl", {"text": f"質問: {STEM} 回答: {CHOICES[0]}"})
    status, out, _ = overlap(capsys, train, "--exam", exam, "--out", tmp_path / "out")
    assert status == 0
    assert out.splitlines()[:3] == [
        "own: 1 of 3 questions found (33.3%)",
        "  looked for only with their choices or answer: 1 of 3",
        "  too short to look for: 1 (Q3)",
    ]
    assert [hit["way"] for hit in hits(tmp_path / "out")] == ["stem+answer"]
    summary = json.loads((tmp_path / "out/summary.json").read_text("utf-8"))
    assert summary["exams"]["own"]["only_with_choices_or_answer"] == 1
    html = (tmp_path / "out/overlap.html").read_text("utf-8")
    assert "<td>3</td><td>1</td><td>33.3%</td><td>1</td><td>1</td>" in html
    assert "· stem+answer ·" in html


def test_shares_are_told_only_for_the_thresholds_they_were_measured_with():
    told = " ".join(coverage_notes(Thresholds()))
    for each in ("translations", "igakuqa_en", "other words", "\\uXXXX", "fragments", "on IgakuQA"):
        assert each in told
    other = " ".join(coverage_notes(Thresholds(ratio=79)))
    assert "not measured at these thresholds" in other
    assert "of 100" not in other


@pytest.mark.parametrize("page", ["docs/measured.md", "docs/measured.ja.md"])
def test_the_shares_are_those_of_the_measured_table(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    recall = dict(re.findall(r"^([a-z].*?) {2,}([01]\.\d{3})$", text, flags=re.MULTILINE))
    said = coverage_notes(Thresholds())[-1]
    for kind, words in (
        ("stem alone, all questions", "stems that stand alone"),
        ("clauses shuffled", "copies with their clauses in another order"),
        ("last 40 characters", "leaks of only the last 40 characters"),
    ):
        assert f"{round(100 * float(recall[kind]))} of 100 {words}" in said


KINDS = {
    "docs/prepare.md": (
        "the stem alone, all lengths",
        "clauses shuffled",
        "the last 40 characters alone",
    ),
    "docs/prepare.ja.md": ("問題文だけ（長さを問わない）", "節の入れ替え", "最後の 40 文字だけ"),
}


@pytest.mark.parametrize("page", KINDS)
def test_the_shares_are_those_of_the_documentation(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for kind, share in zip(KINDS[page], (STEMS, SHUFFLED, LAST_40), strict=True):
        assert f"| {kind} | {share} % |" in text


def shown(folder):
    """problem_id of each question on the page, and the number of its pairs there."""
    parts = (folder / "overlap.html").read_text("utf-8").split("<h3>own ")[1:]
    return [(part.split(":")[0], part.count("<details")) for part in parts]


def test_a_frequent_question_hides_no_other(tmp_path, capsys, exam, monkeypatch):
    often, seldom = {"text": f"{SHORT}{''.join(CHOICES[::-1])}"}, {"text": QUESTION.text}
    train = write_jsonl(tmp_path / "train.jsonl", *[often] * 300, seldom, seldom)
    args = [train, "--exam", exam, "--out", tmp_path]
    assert overlap(capsys, *args)[0] == 0
    assert shown(tmp_path) == [("Q1", 2), ("Q2", 3)]
    html = (tmp_path / "overlap.html").read_text("utf-8")
    assert "own Q1: records that hold it: 2</h3>" in html
    assert "own Q2: records that hold it: 300, shown: 3</h3>" in html
    assert "5 of 302 pairs" in html
    for most, expected in ((3, [("Q1", 2), ("Q2", 1)]), (1, [("Q1", 1)])):
        monkeypatch.setattr(html_report, "MOST_PAIRS", most)
        assert overlap(capsys, *args)[0] == 0
        assert shown(tmp_path) == expected


@pytest.mark.parametrize(("before", "after"), [(0, 200), (200, 0), (60, 60), (0, 0), (10, 10)])
def test_the_record_around_the_excerpt(tmp_path, capsys, exam, before, after):
    text = OTHER * before + QUESTION.text + OTHER * after
    train = write_jsonl(tmp_path / "train.jsonl", {"text": text})
    assert overlap(capsys, train, "--exam", exam, "--out", tmp_path)[0] == 0
    (hit,) = hits(tmp_path)
    assert text[hit["start"] : hit["end"]] == hit["excerpt"] == QUESTION.text
    assert hit["excerpt"] in hit["record"]
    assert hit["record"] in text
    assert len(hit["record"]) == min(len(text), output_files.RECORD_CHARACTERS)
    assert hit["record_is_cut"] == (len(text) > output_files.RECORD_CHARACTERS)


def test_an_excerpt_longer_than_what_is_kept_of_a_record(tmp_path, capsys, exam):
    spread = STEM + " " * output_files.RECORD_CHARACTERS + "".join(CHOICES)
    train = write_jsonl(tmp_path / "train.jsonl", {"text": OTHER * 9 + spread + OTHER * 9})
    assert overlap(capsys, train, "--exam", exam, "--out", tmp_path)[0] == 0
    (hit,) = hits(tmp_path)
    assert hit["excerpt"] in hit["record"]


def test_what_a_killed_run_left_is_overwritten(tmp_path, capsys, exam):
    train = write_jsonl(tmp_path / "train.jsonl", {"text": QUESTION.text})
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.hits.jsonl.part").write_text("half a li")
    assert overlap(capsys, train, "--exam", exam, "--out", tmp_path / "out")[0] == 0
    assert len(hits(tmp_path / "out")) == 1
    assert not list(tmp_path.rglob(".*"))


def test_a_folder_for_one_clean_file(tmp_path, capsys, exam):
    train = write_jsonl(tmp_path / "train.jsonl", {"text": QUESTION.text}, {"text": OTHER})
    assert overlap(capsys, train, "--exam", exam, "--drop", f"{tmp_path}/clean/")[0] == 0
    (clean,) = (tmp_path / "clean").iterdir()
    assert clean.name == "train.jsonl"
    assert OTHER in json.loads(clean.read_text("utf-8"))["text"]


@pytest.mark.parametrize("name", ["own.jsonl", "OWN.JSONL", "a/Own.Csv"])
def test_a_name_with_a_suffix_is_a_file(name):
    assert is_exam_file(name)


@pytest.mark.parametrize("mark", ["か\u3099", "か゛", "ｶﾞ", "㎏", "か \u3099", "ㅎㅏ", "e\u0301"])
@pytest.mark.parametrize("gap", range(PIECE_LENGTH - 2, PIECE_LENGTH + 3))
def test_long_text_is_taken_apart_where_nothing_composes(mark, gap):
    text = "あ" * gap + mark + "い" * gap + QUESTION.text + mark * 9
    assert len(list(split_into_pieces(text))) > 1
    assert "".join(split_into_pieces(text)) == text
    place = normalize(text).index(normalize(QUESTION.text))
    assert normalize(text)[: gap + 3] == normalize(text[: gap + 9])[: gap + 3]
    start, end = OffsetMap(text).original_span(place, place + len(normalize(QUESTION.text)))
    assert text[start:end] == QUESTION.text


def test_text_without_a_place_to_cut_is_cut_all_the_same():
    text = "。" * (5 * PIECE_LENGTH) + "\u3099" * (3 * PIECE_LENGTH)
    assert max(map(len, split_into_pieces(text))) <= 2 * PIECE_LENGTH
    assert "".join(split_into_pieces(text)) == text
