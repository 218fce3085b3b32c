"""Whole examinations by name: the published ones, and a user's own beside its description."""

import pytest

from jmedlora.core.errors import FileError, UserError
from jmedlora.data.cli import main
from jmedlora.exams.cache import MissingDataError
from jmedlora.exams.examination import examination_names, load_examinations, own_examination
from tests.support.exam import NURSING, own
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_igakuqa119, publish_jmle2026


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    root = publish_notes(publish(tmp_path / "exams", questions=2))
    publish_jmle2026(root, {}, {"block": "B", "question_id": "120B-26", "number": 26,
                                "question_text": "26　？\n a　甲\n b　乙"})  # fmt: skip
    publish_igakuqa119(root, {"119E28": {}}, {"119E28": "ac"})
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


def test_a_published_exam_may_hold_several(made_up):
    assert examination_names("igakuqa") == ["112", "113", "114", "115", "116"]
    found = load_examinations("igakuqa")
    assert [each.name for each in found] == examination_names("igakuqa")
    assert {len(each.questions) for each in found} == {12}
    assert [each.questions[0].problem_id for each in found[:2]] == ["112A1", "113A1"]
    assert found[0].notes["112A1"].category == "内科"


def test_one_by_its_number_or_its_exam(made_up):
    for name in ("120", "jmle2026"):
        (found,) = load_examinations(name)
        assert (found.name, found.exam, len(found.questions)) == ("120", "jmle2026", 2)
    assert [each.points for each in found.questions] == [1, 3]  # 120A1 and 120B26


def test_the_119th_accepts_either_and_lacks_three_questions(made_up):
    (found,) = load_examinations("119")
    by_id = {each.problem_id: each for each in found.questions}
    assert by_id["119E28"].answers == (("a",), ("c",))
    assert by_id["119E28"].points == 3
    assert found.not_asked == {"119B45", "119C18", "119E41"}


def test_a_name_that_none_has():
    with pytest.raises(UserError, match=r"--exam 117: use one of 112, 113, .*, or jmed_own:FILE"):
        load_examinations("117")


def test_a_published_one_that_is_not_here(no_data):
    with pytest.raises(MissingDataError, match="jmle2026 is not in the cache"):
        load_examinations("120")


def test_ones_own(tmp_path):
    exam = own(tmp_path, description=NURSING)
    (found,) = load_examinations(f"jmed_own:{exam}")
    assert (found.name, found.exam, len(found.questions)) == ("nursing", "jmed_own", 10)
    assert found.with_lines({"一般": 5}).description.lines["一般"].pass_from == 5
    with pytest.raises(UserError, match="--lines 一般=6: there are 5 points; give at most"):
        found.with_lines({"一般": 6})


def test_ones_own_without_a_description(tmp_path):
    found = own_examination(own(tmp_path))
    assert (found.name, found.description) == ("nursing", None)
    with pytest.raises(UserError, match="--lines: nursing has no description"):
        found.with_lines({"一般": 5})


def test_every_fault_of_a_description_is_said(tmp_path):
    text = NURSING.replace("[必修]", "[B]").replace("lines:", "struck_out: [N0]\nlines:")
    exam = own(tmp_path, description=text)
    with pytest.raises(FileError) as caught:
        own_examination(exam)
    assert [fault.what[:28] for fault in caught.value.faults] == [
        "struck_out names no question",
        "line '必修' has the section 'B",
        "line '必修' has 5 points, its ",
        "line '必修' passes from 4 poin",
    ]
    assert {fault.file for fault in caught.value.faults} == {exam.with_suffix(".yaml")}


def test_check_looks_at_the_description_too(tmp_path, capsys):
    exam = own(tmp_path)
    assert main(["check", str(exam)]) == 0
    assert capsys.readouterr().out == f"{exam}: 10 questions, no fault\n"
    own(tmp_path, description=NURSING)
    assert main(["check", str(exam)]) == 0
    assert capsys.readouterr().out == f"{exam}, and its description: 10 questions, no fault\n"
    own(tmp_path, description=NURSING.replace("pass: 3", "pass: 9"))
    assert main(["check", str(exam)]) == 1
    assert capsys.readouterr().err == (
        f"{exam.with_suffix('.yaml')}: line '一般' passes from 9 points on, of 5 that there are; "
        "give at most so many\n"
    )
