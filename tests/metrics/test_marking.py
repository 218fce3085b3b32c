"""What an answer is worth, by both rules."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmed_metrics.marking import Mark, answer_value, as_published, mark, mark_officially
from tests.support.answers import fragments

FIVE = tuple("abcde")


@pytest.mark.parametrize(
    ("form", "digits", "expected"),
    [
        ("解答：①②Torr", "26", "26"),
        ("解答：①.②", "21", "2.1"),
        ("解答：①.②", "8.5", "8.5"),
        ("解答：①.②", "04", "0.4"),
        ("解答：①②.③/人口1,000対", "100", "10.0"),
        ("解答：1, ①②③ kcal", "130", "1130"),
        ("値を求めよ。", "2.1", "2.1"),  # no format
        ("解答：①②", "216", "216"),  # not as many places
        ("解答：①..②", "21", "21"),  # no number
    ],
)
def test_the_value_of_marked_digits(form, digits, expected):
    assert answer_value(f"求めよ。{form}", digits) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "form", "answer", "right"),
    [
        ("2.1", "解答：①.②", "21", True),
        ("21", "解答：①.②", "21", True),  # its digits
        ("2.10", "解答：①.②", "21", True),
        ("2", "解答：①.②", "21", False),
        ("12", "解答：①.②", "1.2", True),
        ("7.2", "解答：①.②③", "7.20", True),
        ("0.4", "解答：①.②", "04", True),
        ("4", "解答：①.②", "04", False),
        ("10", "解答：①②.③", "100", True),
        ("1.00", "解答：①②.③", "100", False),  # its value counts, not its digits
        ("1,130kcal", "解答：1, ①②③ kcal", "130", True),
        ("130", "解答：1, ①②③ kcal", "130", True),
        ("", "解答：①②", "26", False),
    ],
)
def test_numeric_questions(text, form, answer, right):
    found = mark(text, problem_id="112C66", question=form, labels=(), answers=[(answer,)])
    assert (found.correct, found.unparsed) == (right, not text)
    assert mark_officially(text, problem_id="112C66", answer=(answer,)).correct == (text == answer)


@pytest.mark.parametrize(
    ("text", "problem_id", "answer", "default", "official"),
    [
        ("a", "112A1", ["a"], True, True),
        ("c,a", "112A1", ["a", "c"], True, True),
        ("a, c", "112A1", ["a", "c"], True, False),
        ("Ａ", "112A1", ["a"], True, False),
        ("aです", "112A1", ["a"], True, False),
        ("a", "112A1", ["a", "c"], False, False),
        ("a,c", "112A1", ["a"], False, False),
        ("a,a", "112A1", ["a"], True, False),
        ("", "112A1", ["a"], False, False),
        ("a", "112B30", ["a or d"], True, True),
        ("d", "112B30", ["a or d"], True, True),
        ("a,d", "112B30", ["a or d"], False, False),
        ("b", "112B30", ["a or d"], False, False),
        ("a or d", "112B30", ["a or d"], False, True),  # to the letter
        ("b", "116A71", ["e"], True, True),
        ("", "116A71", ["e"], True, True),
    ],
)
def test_both_rules(text, problem_id, answer, default, official):
    answers = [["a"], ["d"]] if answer == ["a or d"] else [answer]
    found = mark(text, problem_id=problem_id, question="", labels=FIVE, answers=answers)
    assert found.correct == default
    found = mark_officially(text, problem_id=problem_id, answer=answer, answers=answers)
    assert found.correct == official


@pytest.mark.parametrize(
    ("text", "labels", "answers", "right"),
    [
        ("a", FIVE, [["a"], ["c"]], True),
        ("c", FIVE, [["a"], ["c"]], True),
        ("a,c", FIVE, [["a"], ["c"]], False),  # either, not both
        ("c,b", FIVE, [["a"], ["b", "c"]], True),
        ("1.5", (), [["1.4"], ["1.5"]], True),
        ("1.6", (), [["1.4"], ["1.5"]], False),
    ],
)
def test_every_accepted_answer_is_right(text, labels, answers, right):
    found = mark(text, problem_id="119E28", question="", labels=labels, answers=answers)
    assert found.correct == right


def test_forbidden_choices():
    common = {"problem_id": "112A1", "answer": ["a"]}
    asked = {"problem_id": "112A1", "question": "", "labels": FIVE, "answers": [["a"]]}
    found = mark("b,d", forbidden=["c", "d"], **asked)
    assert found == Mark(("b", "d"), correct=False, forbidden=("d",))
    found = mark("a: ×\nb: ×\nc: ○\nd: ×", forbidden=["b"], **asked)
    assert found == Mark((), correct=False, forbidden=())  # rejected, not taken
    # The published list is malformed in places: ["cd"] is no letter that could be taken.
    assert mark_officially("b,d", forbidden=["cd"], **common).forbidden == ()
    assert mark_officially("b,d", forbidden=["d"], **common).forbidden == ("d",)


@pytest.mark.parametrize(
    ("text", "unparsed"),
    [("a", False), ("a,c", False), ("1.2", False), ("a, c", True), ("aです", True), ("", True)],
)
def test_unparsed_by_the_published_rule(text, unparsed):
    assert mark_officially(text, problem_id="112A1", answer=["a"]).unparsed == unparsed


def test_responses_as_published():
    assert as_published(" Ａ，Ｃ\n") == "a,c"
    assert as_published("①２") == "①2"  # the scripts left circled digits alone


@settings(max_examples=200)
@given(fragments | st.text(), st.sampled_from([(), FIVE]))
def test_any_text_can_be_marked(text, labels):
    answer = ["a"] if labels else ["21"]
    mark(text, problem_id="112A1", question="解答：①.②", labels=labels, answers=[answer])
    mark_officially(as_published(text), problem_id="112A1", answer=answer)
