"""The verdict on an examination of one's own, and what it says where it cannot decide."""

import json
from pathlib import Path

import pytest

from tests.support.commands import write_jsonl
from tests.support.exam import (
    NURSING,
    given,
    message,
    own,
    predicted,
    printed_json,
    rows,
    sample,
)
from tests.support.recent import publish_igakuqa119
from tests.support.runs import write_run


@pytest.mark.parametrize(
    ("right", "cut", "verdict", "note"),
    [
        (8, 0, "pass", ""),
        (7, 0, "fail", "nursing: fails by 一般 2 < 3"),
        (3, 0, "fail", "nursing: fails by 必修 3 < 4, 一般 0 < 3"),
        (7, 2, "undecided",
         "nursing: undecided, because 2 of 10 answers were cut off before their end (not reached: "
         "一般 2 < 3); raise max_gen_toks (and the limit of the server, if there is one), or use a "
         "model with a longer context, and evaluate again"),
        (3, 4, "fail", "nursing: fails by 必修 3 < 4, 一般 0 < 3"),  # 2 of 3 at the best
        (8, 2, "pass", ""),
    ],
)  # fmt: skip
def test_an_examination_of_ones_own(tmp_path, capsys, right, cut, verdict, note):
    exam = own(tmp_path, description=NURSING)
    answers = given(tmp_path / "p.jsonl", right, cut=cut)
    (found,) = printed_json(capsys, "--exam", f"jmed_own:{exam}", answers)
    assert (found["exam"], found["verdict"], found["cut"]) == ("nursing", verdict, cut)
    assert (found["required"], found["general"]) == (None, None)
    line = found["lines"]["必修"]
    assert (line["points"], line["max_points"], line["pass"]) == (min(right, 5), 5, 4)
    assert found["lines_from"] == "the school's own rules"
    shown = rows(capsys, "--exam", f"jmed_own:{exam}", answers)
    assert shown[0] == "Examination, default rule"
    assert "必修 (line) 一般 (line)" in shown[2]
    assert "nursing: pass lines: the school's own rules" in shown
    assert [line for line in shown if "fails" in line or "undecided," in line] == [note] * bool(
        note
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),  # nothing is forbidden: there is nothing to count
        ({"forbidden": ["d"]}, "nursing: forbidden choices are not counted: its description gives "
         "no limit (most_forbidden)"),
    ],
)  # fmt: skip
def test_forbidden_choices_of_ones_own_examination(tmp_path, capsys, fields, said):
    exam = own(tmp_path, description=NURSING)
    records = [json.loads(line) | fields for line in exam.read_text("utf-8").splitlines()]
    write_jsonl(exam, *records)
    shown = rows(capsys, "--exam", f"jmed_own:{exam}", given(tmp_path / "p.jsonl", 8))
    assert [line for line in shown if "forbidden choices" in line] == [said] * bool(said)


def test_without_a_description_there_is_a_score_and_no_verdict(tmp_path, capsys):
    exam = own(tmp_path)
    answers = given(tmp_path / "p.jsonl", 10)
    (found,) = printed_json(capsys, "--exam", f"jmed_own:{exam}", answers)
    assert (found["verdict"], found["points"], found["max_points"]) == ("none", 10, 10)
    assert (found["lines"], found["lines_from"], found["kinki"]) == ({}, None, None)
    shown = rows(capsys, "--exam", f"jmed_own:{exam}", answers)
    assert (
        "nursing: no verdict, because no description says what it takes to pass; write "
        "nursing.yaml beside its questions (docs/tasks.md, An examination of your own)"
    ) in shown


def test_a_line_that_nobody_knows(tmp_path, capsys):
    text = NURSING.replace(", pass: 3", "")
    exam = own(tmp_path, description=text)
    command = ["--exam", f"jmed_own:{exam}", given(tmp_path / "p.jsonl", 10)]
    (found,) = printed_json(capsys, *command)
    assert (found["verdict"], found["lines"]["一般"]["pass"]) == ("none", None)
    reason = "nursing: no verdict, because the line 一般 is not known; give it with --lines"
    assert any(line.startswith(reason) for line in rows(capsys, *command))
    (found,) = printed_json(capsys, *command, "--lines", "一般=5")
    assert found["verdict"] == "pass"
    assert found["lines_from"] == "--lines: 一般 5; the others: the school's own rules"


def own_run(folder: Path, exam: Path, questions: str) -> None:
    """A run of lm-eval on ``exam``, all right, which was told that it lies at ``questions``."""
    records = [sample(f"N{number}", "a", f"jmed_own:{exam}") for number in range(1, 11)]
    scores = 10 * [{"correct": 1.0, "unparsed": 0.0, "forbidden": 0.0}]
    path = write_run(folder, model="m", task="jmed_own_letters", protocol="letters",
                     docs=[each["doc"] for each in records], responses=10 * ["a"], scores=scores,
                     data={"source": "file"})  # fmt: skip
    content = json.loads(path.read_text(encoding="utf-8"))
    content["configs"]["jmed_own_letters"]["metadata"]["file"] = questions
    path.write_text(json.dumps(content), encoding="utf-8")


def test_samples_of_ones_own_exam_name_their_questions(tmp_path, capsys):
    exam = own(tmp_path, description=NURSING)
    own_run(tmp_path, exam, str(exam))
    (found,) = printed_json(capsys, tmp_path / "results")
    assert (found["exam"], found["model"], found["verdict"]) == ("nursing", "m", "pass")


def test_samples_of_ones_own_exam_that_lies_elsewhere_now(tmp_path, capsys):
    exam = own(tmp_path, description=NURSING)
    own_run(tmp_path, exam, "gone/nursing.jsonl")
    assert message(capsys, tmp_path / "results").endswith(
        ": its questions, gone/nursing.jsonl, are not there; say where: --exam jmed_own:FILE"
    )
    (found,) = printed_json(capsys, tmp_path / "results", "--exam", f"jmed_own:{exam}")
    assert found["verdict"] == "pass"


def test_questions_that_no_task_asks_count_as_open(tmp_path, monkeypatch, capsys):
    """119C18 is empty as it is published: a run of the task has no answer to it."""
    publish_igakuqa119(tmp_path / "exams", {"119C18": {"question": ""}})
    monkeypatch.setenv("JMED_DATA", str(tmp_path / "exams"))
    answers = {f"119{section}{number}": "a" for section in "ABCDEF" for number in (1, 2)}
    file = predicted(tmp_path / "p.jsonl", **answers)
    lines = ["--lines", "required=4,general=8"]
    (found,) = printed_json(capsys, file, *lines)
    assert (found["verdict"], found["correct"], found["questions"]) == ("pass", 12, 13)
    lines = ["--lines", "required=4,general=9"]
    assert printed_json(capsys, file, *lines)[0]["verdict"] == "undecided"
    shown = rows(capsys, file, *lines)
    assert (
        "119: 1 question damaged where published, and not asked (119C18); counted as wrong"
    ) in shown
    reason = "because the questions not asked could decide (not reached: general 8 < 9)"
    assert f"119: undecided, {reason}" in shown
