"""The 120th examination: one text is divided into stem and choices, and nothing of it is lost."""

import json
from collections import Counter

import pytest

from jmedlora.core.errors import FileError
from jmedlora.exams.readers.jmle2026 import DEFECTS, FILE, read_questions, split_text
from jmedlora.exams.registry import load_exam
from tests.support.recent import CASE, CHOICES, LINES, publish_jmle2026


def test_a_question_as_it_is_published(tmp_path):
    group = {"group_id": "120A-2-3", "context_text": CASE}
    images = {"clinical_images": ["120A-2_1.png"], "requires_image": True}
    numeric = {"question_type": "calculation", "question_text": "3　3/2を求めよ。\n解答：①.②",
               "answer": ["1.5"]}  # fmt: skip
    folder = publish_jmle2026(tmp_path, {}, {**images, "serial_group": group}, numeric)
    plain, shown, number = read_questions(folder)
    assert (plain.problem_id, plain.question) == ("120A1", "正しいのはどれか。")
    assert (plain.exam, plain.year, plain.section) == ("jmle2026", 2026, "A")
    assert list(plain.choices) == CHOICES
    assert (plain.answers, plain.points, plain.case) == ((("a",),), 1.0, "")
    assert (plain.text_only, plain.images) == (True, ())
    assert (shown.text_only, shown.images, shown.case) == (False, ("120A-2_1.png",), CASE)
    assert (number.question, number.choices) == ("3/2を求めよ。\n解答：①.②", ())
    assert (number.answers, number.numeric) == ((("1.5",),), True)


@pytest.mark.parametrize(
    ("text", "stem", "choices"),
    [
        (f"何か。\n{LINES}\n", "何か。", CHOICES),
        ("何か。\n\na　甲\n\nb 乙", "何か。", ["甲", "乙"]),
        ("a　とbの\n差は何か。\na　甲\nb　乙", "a　とbの\n差は何か。", ["甲", "乙"]),
        ("表\n| |値|\n|--|--|\n| a | 1 | 2 |\n| b | 3 | 4 |", "表\n| |値|\n|--|--|",
         ["1 | 2", "3 | 4"]),
        ("何か。\na　甲\nc　丙", "何か。\na　甲\nc　丙", []),
        ("何か。\na　甲\nb　乙\n以上。", "何か。\na　甲\nb　乙\n以上。", []),
        ("何か。\nb　乙\nc　丙", "何か。\nb　乙\nc　丙", []),
        ("何か。\na　甲", "何か。\na　甲", []),
        ("", "", []),
    ],
    ids=["indented", "blank-lines", "a-in-stem", "table", "gap", "text-behind", "no-a", "one",
         "empty"],
)  # fmt: skip
def test_where_a_text_is_divided(text, stem, choices):
    assert split_text(text) == (stem, tuple(choices))


def test_a_long_text_without_choices_is_read_in_time():
    lines = "|" * 200_000 + "\n" + " " * 200_000 + "\n" + "a　" * 200_000
    assert split_text(lines)[1] == ()
    rows = "\n".join(f"b　{number}" for number in range(200_000))
    assert split_text(rows)[1] == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": ["f"]}, '120A1: answer is ["f"]; give letters or one number'),
        ({"answer": ["a", "a"], "num_choices_to_select": 2},
         "120A1: num_choices_to_select is 2; the answer has 1"),
        ({"question_type": "essay"},
         "120A1: question_type is 'essay'; give one of multiple_choice, calculation"),
        ({"question_text": "1　何か。"}, "120A1: question_text has no choices; end it with lines"),
        ({"question_text": f"2　どれか。\n{LINES}"},
         "120A1: question_text does not begin with 1; begin it with its number"),
        ({"requires_image": None}, "120A1: requires_image is missing; give true or false"),
        ({"clinical_images": "a.png"}, "120A1: clinical_images is 'a.png'; give a list of texts"),
        ({"serial_group": {}}, "120A1: context_text is missing; give context_text as text"),
        ({"question_id": None}, "question_id is missing; give question_id as text"),
    ],
)  # fmt: skip
def test_a_damaged_record_is_named(tmp_path, change, message):
    folder = publish_jmle2026(tmp_path, change)
    with pytest.raises(FileError) as caught:
        read_questions(folder)
    assert str(caught.value).startswith(f"{folder / FILE}: {message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the file is missing; run: jmed-data fetch jmle2026 --dest"),
        (b"[]", "holds no question; run: jmed-data fetch jmle2026 --dest"),
        (b'[{"question', "not usable JSON (Unterminated string"),
        (b'[{"a": 1, "a": 2}]', "not usable JSON (the field 'a' stands twice)"),
        (b"[" * 100_000, "not usable JSON (maximum recursion depth exceeded"),
        (b'{"a": 1}', "a list of JSON objects is needed; bring the file anew"),
        (b"[1]", "a list of JSON objects is needed; bring the file anew"),
        (b"\xff", "byte 0xff is not UTF-8"),
    ],
    ids=["missing", "empty", "cut", "twice", "deep", "object", "numbers", "bytes"],
)
def test_a_damaged_file_is_named(tmp_path, content, message):
    folder = publish_jmle2026(tmp_path, {})
    (folder / FILE).unlink()
    if content is not None:
        (folder / FILE).write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_questions(folder)
    assert str(caught.value).partition(": ")[0].startswith(str(folder / FILE))
    assert message in str(caught.value)


def test_the_same_question_twice_is_refused(tmp_path):
    folder = publish_jmle2026(tmp_path, {}, {"question_id": "120A1", "number": 1,
                                             "question_text": f"1　何か。\n{LINES}"})  # fmt: skip
    with pytest.raises(FileError) as caught:
        read_questions(folder)
    assert f"120A1: problem_id '120A1' is already used in {folder / FILE};" in str(caught.value)


def test_the_real_400(real_recent):
    questions = read_questions(real_recent / "jmle2026")
    assert len({each.problem_id for each in questions}) == 400
    assert Counter(len(each.choices) for each in questions) == {5: 397, 0: 3}
    assert {each.problem_id: each.answer for each in questions if each.numeric} == {
        "120A74": ("0.40",), "120A75": ("315",), "120D75": ("28",),
    }  # fmt: skip
    assert Counter(len(each.answer) for each in questions) == {1: 370, 2: 28, 3: 2}
    assert sum(not each.text_only for each in questions) == 98
    assert sum(len(each.images) for each in questions) == 123
    assert len({each.case for each in questions if each.case}) == 20
    assert sum(bool(each.case) for each in questions) == 50
    assert sum(each.follow_up for each in questions) == 30
    assert {each.problem_id for each in DEFECTS} == {"120C71", "120F14"}


def test_nothing_of_a_real_text_is_lost_or_added(real_recent):
    """But white space and the bars of the two tables."""
    folder = real_recent / "jmle2026"
    published = json.loads((folder / FILE).read_text(encoding="utf-8"))
    for question, record in zip(read_questions(folder), published, strict=True):
        parts = zip(question.labels, question.choices, strict=True)
        again = f"{record['number']}{question.question}{''.join(map(''.join, parts))}"
        assert bare(again) == bare(record["question_text"]), question.problem_id


def bare(text: str) -> str:
    return "".join(text.split()).replace("|", "")


def test_the_published_outputs_are_right_as_often_as_published(real_recent):
    folder = real_recent / "jmle2026"
    answers = {each.problem_id: set(each.answer) for each in read_questions(folder)}
    found = {}
    for path in folder.glob("results/*.json"):
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
        given = {each["question_id"].replace("-", ""): each["predicted"] for each in results}
        found[path.stem] = sum(set(given[name]) == right for name, right in answers.items())
    assert found == {
        "openai_gpt-5.2": 388, "Qwen_Qwen3-32B_nothink": 326, "openai_gpt-oss-20b_low": 303,
    }  # fmt: skip


def test_the_exam_has_the_points_of_its_description(tmp_path, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "none"))
    clinical = {"question_id": "120B-26", "number": 26, "block": "B",
                "question_text": f"26　何か。\n{LINES}"}  # fmt: skip
    publish_jmle2026(tmp_path, {}, clinical)
    exam = load_exam("jmle2026")
    assert [each.points for each in exam.items] == [1, 3]
    assert exam.examples == ()
    assert "they are IgakuQA's, and igakuqa is not in" in exam.no_examples
