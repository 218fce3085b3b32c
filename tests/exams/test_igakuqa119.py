"""The 119th examination: what the machine's reading damaged is repaired, or left out and said."""

from collections import Counter

import pytest

from jmedlora.core.errors import FileError, UserError
from jmedlora.exams.readers.igakuqa119 import ANSWERS, read_questions
from jmedlora.exams.readers.igakuqa119_defects import DEFECTS, LEFT_OUT
from jmedlora.exams.registry import load_exam
from tests.support.recent import CHOICES, publish_igakuqa119


def read_one(tmp_path, name, **change):
    answer = change.pop("published", "a")
    folder = publish_igakuqa119(tmp_path, {name: change}, {name: answer})
    return next(each for each in read_questions(folder) if each.problem_id == name)


def test_a_question_as_it_is_published(tmp_path):
    found = read_one(tmp_path, "119A11", has_image=True, published="ce")
    assert (found.problem_id, found.question) == ("119A11", "119A11で正しいのはどれか。")
    assert (found.exam, found.year, found.section) == ("igakuqa119", 2025, "A")
    assert list(found.choices) == CHOICES
    assert (found.answers, found.points) == ((("c", "e"),), 1.0)
    assert (found.text_only, found.images) == (False, ("119A11.png",))


def test_a_numeric_question(tmp_path):
    found = read_one(tmp_path, "119A75", choices=[], published="600")
    assert (found.choices, found.answers, found.numeric) == ((), (("600",),), True)


def test_images_are_in_order_and_only_of_questions_that_need_them(tmp_path):
    assert read_one(tmp_path, "119A22", has_image=True).images == (
        "119A22-1.png", "119A22-2.png", "119A22-3.png",
    )  # fmt: skip
    assert read_one(tmp_path, "119C67").images == ()


@pytest.mark.parametrize(
    ("name", "published", "repaired"),
    [
        ("119A22", ["a. 甲", "b. 乙", "d. 丙d丁", "e. 戊"], CHOICES),
        ("119C19", ["a. 甲", "b. 乙0丙", "d. 丁", "e. 戊"], CHOICES),
        ("119C5", ["a. 甲", "b. 乙", "c. 丙", "d. 丁ネコ"], ["甲", "乙", "丙", "丁", "ネコ"]),
        ("119A31", ["a. 甲", "b. 乙", "c. TC丙", "d. 丁", "e. 戊"],
         ["甲", "乙CT", "丙", "丁", "戊"]),
        ("119F42", ["a. 甲", "b. 9k", "c. al。c丙", "d. 丁", "e. 戊"],
         ["甲", "9kcal。", "丙", "丁", "戊"]),
        ("119A16", ["a. 甲", "b. 乙", "c. 丙", "d. S", "e. ven-eightLe戊"],
         ["甲", "乙", "丙", "Seven-eightL", "戊"]),
        ("119D4", ["a. A", "b. B", "c. C", "d. Whalese", "e. E"], ["A", "B", "C", "Whales", "E"]),
    ],
)  # fmt: skip
def test_choices_that_were_damaged_so_are_repaired(tmp_path, name, published, repaired):
    assert list(read_one(tmp_path, name, choices=published).choices) == repaired


def test_choices_within_the_stem_are_taken_out(tmp_path):
    text = "どれか。 a「甲 乙」 どれか。 a甲 b乙 C丙 d丁 e戊 "
    found = read_one(tmp_path, "119E48", choices=[], question=text)
    assert (found.question, list(found.choices)) == ("どれか。 a「甲 乙」 どれか。", CHOICES)


@pytest.mark.parametrize("defect", [d for d in DEFECTS if d.repair], ids=lambda d: d.problem_id)
def test_a_repair_leaves_alone_what_is_not_damaged(defect):
    for choices in (tuple(CHOICES), ("甲",), ()):
        stem = "どれか。"
        assert defect.repair(stem, choices) == (stem, choices)
    assert defect.repair("", ()) == ("", ())


def test_a_repair_that_fails_leaves_a_fault_and_no_guess(tmp_path):
    with pytest.raises(FileError, match=r"119C5: choices is .*; give none or 5 texts"):
        read_one(tmp_path, "119C5", choices=["a. 甲", "b. 乙", "c. 丙", "d. 丁戊"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"question": ""}, "119A9: question is ''; give question as text"),
        ({"choices": ["甲"]}, 'choices is ["甲"]; begin each with its label, as in "a. "'),
        ({"choices": ["a. 甲", "b. "]}, "give none or 5 texts"),
        ({"has_image": "no"}, "119A9: has_image is 'no'; give true or false"),
        ({"published": ""}, f"119A9: its answer is ''; give letters or a number in {ANSWERS}"),
        ({"published": "f"}, f"119A9: its answer is 'f'; give letters or a number in {ANSWERS}"),
        ({"choices": [], "published": "ab"}, "119A9: its answer is 'ab'; give letters or a number"),
    ],
)
def test_a_damaged_record_is_named(tmp_path, change, message):
    with pytest.raises(FileError) as caught:
        read_one(tmp_path, "119A9", **change)
    assert message in str(caught.value)
    assert "questions/119A_json.json: " in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the file is missing; run: jmed-data fetch igakuqa119 --dest"),
        ("id,answer\n119A1,a\n", ":1: has other columns; name its columns 問題番号,解答"),
        ("問題番号,解答\n119A1\n", ":2: the row does not have the header's 2 cells"),
        ("", "119A1: its answer is missing; give letters or a number in correct_answers.csv"),
    ],
    ids=["missing", "columns", "ragged", "empty"],
)
def test_a_damaged_file_of_answers_is_named(tmp_path, content, message):
    path = publish_igakuqa119(tmp_path) / ANSWERS
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_questions(tmp_path / "igakuqa119")
    assert message in str(caught.value)


def test_what_is_left_out_is_not_asked_and_still_has_its_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    folder = publish_igakuqa119(tmp_path, {"119C18": {"question": ""}}, {"119C18": "c"})
    whole = {each.problem_id: each for each in read_questions(folder)}
    assert (whole["119C18"].question, whole["119C18"].answers) == ("", (("c",),))
    asked = {each.problem_id for each in load_exam("igakuqa119").items}
    assert asked == set(whole) - {"119C18"}


def test_one_answer_of_two_is_taken_from_the_description(tmp_path, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    publish_igakuqa119(tmp_path, {"119E28": {}}, {"119E28": "ac"})
    found = {each.problem_id: each for each in load_exam("igakuqa119").items}
    assert found["119E28"].answers == (("a",), ("c",))
    assert (found["119E28"].points, found["119E2"].points) == (3, 1)


def test_it_has_one_year():
    with pytest.raises(UserError, match="only igakuqa is selected by year, not igakuqa119"):
        load_exam("igakuqa119", years=[2022])


def test_the_real_400(real_recent):
    questions = read_questions(real_recent / "igakuqa119")
    assert len({each.problem_id for each in questions}) == 400
    assert Counter(len(each.choices) for each in questions) == {5: 396, 0: 4}
    numbers = {each.problem_id: each.answer for each in questions if each.numeric}
    assert set(numbers) == {"119A75", "119C74", "119C75", "119F75"}
    letters = Counter(len(each.answer) for each in questions if each.choices)
    assert letters == {1: 356, 2: 35, 3: 5}
    needing = [each for each in questions if not each.text_only]
    assert len(needing) == 103
    assert {each.problem_id for each in needing if not each.images} == {"119C15", "119C22"}
    assert all(all(each.choices) for each in questions)
    assert {each.problem_id for each in questions if not each.question} == {"119C18"}


def test_every_real_defect_is_there_and_every_repair_repairs(real_recent):
    questions = {each.problem_id: each for each in read_questions(real_recent / "igakuqa119")}
    for defect in DEFECTS:
        found = questions[defect.problem_id]
        if defect.repair:  # what is repaired is not damaged in its way any more
            parts = (found.question, found.choices)
            assert defect.repair(*parts) == parts
            assert len(found.choices) == len(set(found.choices)) == 5
    asked = "どれか。"
    assert all(asked not in questions[name].question[-30:] for name in LEFT_OUT)
    assert set(LEFT_OUT) == {"119B45", "119C18", "119E41"}
