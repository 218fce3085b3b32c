"""``jmed-report reused``: on the real examinations, and on made-up ones that repeat a question."""

import json
import re
from pathlib import Path

import pytest

from jmedlora.exams.examination import load_examinations
from jmedlora.report.cli import main
from tests.support.commands import write_jsonl
from tests.support.exam import predicted
from tests.support.overlap import CHOICES, OTHER, STEM
from tests.support.published import publish, publish_notes
from tests.support.recent import LINES, publish_igakuqa119, publish_jmle2026

OF_THE_120TH = {
    "120A56": "112D22", "120C26": "116C9", "120C58": "115A42", "120D8": "112E12",
    "120D37": "116A62", "120E4": "114C23", "120F16": "115F25", "120F35": "113F43",
}  # fmt: skip
OF_THE_119TH = {
    "119A46": "115A39", "119C75": "115C75", "119D64": "112D39", "119D68": "113A46",
}  # fmt: skip
"""Each pair was read: the same question, or one with a few words or choices changed."""


def printed(capsys, *args) -> str:
    assert main(["reused", *map(str, args)]) == 0
    return capsys.readouterr().out


def records(capsys, *args) -> list[dict]:
    return json.loads(printed(capsys, *args, "--format", "json"))


def pairs(found: dict) -> dict[str, list[str]]:
    return {
        each["problem_id"]: [earlier["problem_id"] for earlier in each["earlier"]]
        for each in found["found"]
    }


# The real examinations


@pytest.mark.parametrize(
    ("name", "expected", "searched"),
    [
        ("120", OF_THE_120TH, ["112", "113", "114", "115", "116", "119", "jjsimqa"]),
        ("119", OF_THE_119TH, ["112", "113", "114", "115", "116", "jjsimqa"]),
    ],
)
def test_what_the_examiners_used_again(real_data, real_recent, capsys, name, expected, searched):
    (found,) = records(capsys, name)
    assert pairs(found) == {later: [earlier] for later, earlier in expected.items()}
    assert (found["exam"], found["questions"], found["reused"]) == (name, 400, len(expected))
    assert (found["searched"], found["missing"]) == (searched, [])
    same = {each["problem_id"]: each["earlier"][0] for each in found["found"]}
    if name == "120":  # 120D8 is 112E12 but for a space
        assert same["120D8"] == {
            "exam": "112", "problem_id": "112E12", "way": "stem+choices", "containment": 1.0,
            "ratio": 100.0,
        }  # fmt: skip


def test_no_text_unless_asked_for(real_data, real_recent, capsys):
    (examination,) = load_examinations("120")
    (question,) = [each for each in examination.questions if each.problem_id == "120D8"]
    plain = printed(capsys, "120")
    assert plain.startswith("120: 8 of 400 questions stand in earlier examinations\n")
    assert not re.search("[぀-ヿ一-鿿]", plain)
    assert question.question not in printed(capsys, "120", "--format", "json")
    whole = printed(capsys, "120", "--text")
    assert f"120D8: {question.question} {question.choices[0]}" in " ".join(whole.split())
    (found,) = records(capsys, "120", "--text")
    told = {each["problem_id"]: each for each in found["found"]}["120D8"]
    assert told["text"] == "\n".join((question.question, *question.choices))
    assert told["earlier"][0]["text"].startswith(question.question)


def test_the_examination_of_reported_answers(real_data, real_recent, tmp_path, capsys):
    found = records(capsys, real_recent / "jmle2026", "119", "120")
    assert [each["exam"] for each in found] == ["119", "120"]
    answers = predicted(tmp_path / "p.jsonl", **{"119A1": "a"})
    assert [each["exam"] for each in records(capsys, answers)] == ["119"]


# Made-up ones


def question(name: str, stem: str = STEM, choices=CHOICES) -> dict:
    return {"problem_id": name, "question": stem, "choices": choices, "answer": ["a"]}


@pytest.fixture
def made_up(tmp_path, monkeypatch) -> Path:
    """The 120th has the question about water birds, and nothing else is on this machine."""
    lines = "\n".join(f"　{label}　{text}" for label, text in zip("abcde", CHOICES, strict=True))
    publish_jmle2026(tmp_path / "exams", {"question_text": f"1　{STEM}\n{lines}"}, {})
    monkeypatch.setenv("JMED_DATA", str(tmp_path / "exams"))
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "empty"))
    return tmp_path


def test_an_examination_of_ones_own_is_held_against_all(made_up, capsys):
    changed = STEM.replace("灰色", "茶色")
    file = write_jsonl(
        made_up / "own.jsonl",
        question("N1", changed),
        question("N2", 2 * OTHER),  # the choices alone
        question("N3", STEM, [f"選択肢の{each}" for each in "甲乙丙丁戊"]),  # other choices
    )
    (found,) = records(capsys, f"jmed_own:{file}")
    assert pairs(found) == {"N1": ["120A1"], "N3": ["120A1"]}
    assert [each["earlier"][0]["way"] for each in found["found"]] == ["stem+choices", "stem+answer"]
    assert found["searched"] == ["120"]
    assert found["missing"] == ["112", "113", "114", "115", "116", "119", "jjsimqa"]
    shown = printed(capsys, f"jmed_own:{file}")
    assert shown.startswith("own: 2 of 3 questions stand in earlier examinations\n")
    assert (
        "Not on this machine: 112, 113, 114, 115, 116, 119, jjsimqa; "
        "run: jmed-data fetch igakuqa igakuqa119 jjsimqa"
    ) in shown


def test_the_case_of_an_earlier_question_counts(made_up, capsys):
    publish_jmle2026(
        made_up / "exams",
        {"question_text": f"1　治療で正しいのはどれか。\n{LINES}", "serial_group": {
            "context_text": f"{STEM}{''.join(CHOICES)}", "questions": ["120A-1", "120A-2"]}},
        {},
    )  # fmt: skip
    found = records(capsys, f"jmed_own:{write_jsonl(made_up / 'own.jsonl', question('N1'))}")
    assert pairs(found[0]) == {"N1": ["120A1"]}


def test_later_examinations_are_not_searched(made_up, capsys):
    publish_igakuqa119(made_up / "exams", {"119A3": {"question": STEM, "choices": [
        f"{label}. {text}" for label, text in zip("abcde", CHOICES, strict=True)]}})  # fmt: skip
    publish_notes(publish(made_up / "exams", questions=1))
    (found,) = records(capsys, "119")
    assert (found["reused"], found["missing"]) == (0, [])
    assert "120" not in found["searched"]
    (found,) = records(capsys, "120")
    assert pairs(found) == {"120A1": ["119A3"]}
    (found,) = records(capsys, "112")
    assert (found["searched"], found["found"]) == ([], [])
    said = "112: not compared, because no earlier examination is on this machine"
    assert printed(capsys, "112").strip() == said


def test_nothing_to_compare_with_is_no_result(made_up, capsys):
    """Else a machine without the earlier years would say that nothing is used again."""
    shown = printed(capsys, "120")
    assert shown.startswith(
        "120: not compared, because no earlier examination is on this machine\n"
    )
    assert "Not on this machine: 112, 113, 114, 115, 116, 119, jjsimqa; run: jmed-data" in shown
    assert "0 of" not in shown


def test_earlier_questions_of_ones_own(made_up, capsys):
    """Those of a year that is not among the exams, whatever year the file names."""
    again = {**question("118A7"), "year": 2030}
    file = write_jsonl(made_up / "n118.jsonl", again, question("118A8", 2 * OTHER))
    other = write_jsonl(made_up / "other.jsonl", question("X1", 3 * OTHER))
    (found,) = records(capsys, "120", "--earlier", file, "--earlier", other)
    assert pairs(found) == {"120A1": ["118A7"]}
    assert found["searched"] == ["n118", "other"]
    assert found["found"][0]["earlier"][0]["exam"] == "n118"
    assert main(["reused", "120", "--earlier", str(made_up / "no.jsonl")]) == 1
    assert "no.jsonl: cannot be read" in capsys.readouterr().err


def test_text_of_a_file_moves_no_cursor(made_up, capsys):
    file = write_jsonl(made_up / "own.jsonl", question("N1", f"\u200b{STEM}\u2028"))
    shown = printed(capsys, f"jmed_own:{file}", "--text")
    assert "\u200b" not in shown
    assert "\u2028" not in shown
    write_jsonl(file, question("N1", f"\x1b[2J{STEM}\u202e"))
    assert main(["reused", f"jmed_own:{file}", "--text"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.replace("\n", "").isprintable()


def test_neither_an_examination_nor_a_file(made_up, capsys):
    assert main(["reused", "117"]) == 1
    assert capsys.readouterr().err == (
        "jmed-report: 117: neither an examination nor a file; use one of 112, 113, 114, 115, 116, "
        "119, 120, jmed_own:FILE for your own, or answers\n"
    )


def test_an_examination_that_is_not_here(made_up, capsys):
    assert main(["reused", "119"]) == 1
    assert capsys.readouterr().err.startswith("jmed-report: igakuqa119 is not in JMED_DATA")


def test_without_rich(made_up, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rich.console", None)
    assert main(["reused", "120"]) == 1
    expected = "jmed-report: reused needs rich; run: pip install 'jmedlora[report]'\n"
    assert capsys.readouterr().err == expected
