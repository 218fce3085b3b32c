"""The cases of IgakuQA's serial questions: each follow-up gets that of its series."""

import json
from collections import Counter

import pytest

from jmedlora.exams.documents import choices_document, letters_document
from jmedlora.exams.readers import igakuqa, igakuqa_whole
from jmedlora.exams.readers.igakuqa_cases import case_of, with_cases
from jmedlora.exams.schema import Question
from tests.support.commands import write_jsonl
from tests.support.published import publish, publish_notes

HEAD = "次の文を読み、{}の問いに答えよ。"
THESE = HEAD.format("以下")


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("32歳の男性。咳がある。まず行うのはどれか。", "32歳の男性。咳がある。"),
        ("咳がある。行うのはどれか。2つ選べ。", "咳がある。"),
        ("咳がある。行うのはどれか", "咳がある。"),
        ("部位はどこか。咳がある。まず行うのは何か。 ", "部位はどこか。咳がある。"),
        ("表を示す。\n\n値\n1\nどれか。", "表を示す。\n\n値\n1"),
        ("測定した。値はどれか。\n\n右\n左\n（単位mmHg）", "測定した。"),
        ("尤度比。　個数3　→　12.5この患者で適切なのはどれか。", "尤度比。　個数3　→　12.5"),
        ("咳がある。", ""),
        ("どれか。", ""),
        ("", ""),
    ],
)
def test_the_case_ends_before_what_is_asked(text, case):
    assert case_of(text) == case


def test_a_long_text_is_cut_in_time():
    assert case_of("。" * 300_000 + "あ" * 300_000) == ""
    assert len(case_of("1" * 300_000 + "。どれか。")) == 300_001


def cases(**texts: str) -> dict[str, str]:
    questions = [Question(name, text, (), (), "exam") for name, text in texts.items()]
    found = with_cases(questions, texts)
    assert [each.question for each in found] == list(texts.values())
    return {each.problem_id[3:]: each.case for each in found}


def series(section: str, first: int, head: str) -> dict[str, str]:
    """Four questions, of which the first is that of a series."""
    ids = [f"112{section}{first + place}" for place in range(4)]
    return dict.fromkeys(ids, "何か。") | {ids[0]: f"{head}咳がある。何か。"}


@pytest.mark.parametrize(
    ("section", "head", "case"),
    [
        ("B", THESE, ["", "{}", "", ""]),
        ("C", THESE, ["", "{}", "{}", ""]),
        ("E", THESE, ["", "{}", "", ""]),
        ("F", THESE, ["", "{}", "{}", ""]),
        ("C", HEAD.format("51、52"), ["", "{}", "", ""]),
        ("B", HEAD.format("51〜53"), ["", "{}", "{}", ""]),
        ("B", HEAD.format("51～53"), ["", "{}", "{}", ""]),
        ("B", HEAD.format("51〜50"), ["", "", "", ""]),
        ("B", "ところで" + THESE, ["", "", "", ""]),
    ],
)
def test_which_questions_follow(section, head, case):
    found = cases(**series(section, 51, head))
    assert list(found.values()) == [each.format(f"{head}咳がある。") for each in case]


def test_a_first_question_that_is_not_asked_still_gives_its_case(tmp_path, monkeypatch):
    """It needs an image, so that it is not in the text-only list."""
    root = publish_notes(publish(tmp_path, questions=3)) / "igakuqa"
    path = root / "data" / "2018" / "112-C.jsonl"
    first, *others = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    first |= {"problem_text": f" {THESE}咳がある。何か。", "text_only": False}
    write_jsonl(path, first, *others)
    for questions in (igakuqa.read_text_questions(root), igakuqa_whole.read_questions(root)):
        found = {each.problem_id: each for each in questions if each.case}
        assert set(found) == {"112C2", "112C3"}
        assert found["112C2"].case == f"{THESE}咳がある。"
        assert "case" not in {*choices_document(found["112C2"]), *letters_document(found["112C2"])}
    english = igakuqa.read_text_questions(root, language="en")
    assert not any(each.case for each in english)
    assert [each.problem_id for each in english if each.follow_up] == ["112C2", "112C3"]


def test_the_real_series(real_data):
    """Twenty a year: 50 pairs in B and E, 50 triples in C and F."""
    root = real_data / "igakuqa"
    whole = igakuqa_whole.read_questions(root)
    following = [each for each in whole if each.case]
    assert len(following) == 150
    assert following == [each for each in whole if each.follow_up]
    assert Counter(each.section for each in following) == {"B": 25, "C": 50, "E": 25, "F": 50}
    assert len({each.case for each in following}) == 100
    assert Counter(each.year for each in following) == dict.fromkeys(range(2018, 2023), 30)
    text_only = {each.problem_id: each.case for each in igakuqa.read_text_questions(root)}
    of_whole = {each.problem_id: each.case for each in following}
    found = {name: case for name, case in text_only.items() if case}
    assert len(found) == 132
    assert all(of_whole[name] == case for name, case in found.items())


def test_every_real_case_is_the_beginning_of_its_first_question(real_data):
    """And what is cut off is short, and asks."""
    whole = {each.problem_id: each for each in igakuqa_whole.read_questions(real_data / "igakuqa")}
    firsts = [each for each in whole.values() if each.question.lstrip().startswith("次の文を読み")]
    assert len(firsts) == 100
    for first in firsts:
        name = f"{first.problem_id[:4]}{int(first.problem_id[4:]) + 1}"
        case, text = whole[name].case, first.question.strip()
        assert first.case == ""
        assert text.startswith(case)
        asked = text.removeprefix(case).strip()
        assert len(case) > 150
        assert asked.split("\n")[0].rstrip("。 ").endswith(("か", "選べ")), first.problem_id
        assert asked.count("。") <= 2
