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
    found = mark(text, question=form, labels=(), answers=[(answer,)])
    assert (found.correct, found.unparsed) == (right, not text)
    assert mark_officially(text, answer=(answer,)).correct == (text == answer)


@pytest.mark.parametrize(
    ("text", "answer", "default", "official"),
    [
        ("a", ["a"], True, True),
        ("c,a", ["a", "c"], True, True),
        ("a, c", ["a", "c"], True, False),
        ("ac", ["a", "c"], True, False),  # as many letters as are asked for
        ("ac", ["a"], False, False),
        ("Ａ", ["a"], True, False),
        ("aです", ["a"], True, False),
        ("a", ["a", "c"], False, False),
        ("a,c", ["a"], False, False),
        ("a,a", ["a"], True, False),
        ("", ["a"], False, False),
        ("a", ["a or d"], True, True),
        ("d", ["a or d"], True, True),
        ("a,d", ["a or d"], False, False),
        ("b", ["a or d"], False, False),
        ("a or d", ["a or d"], False, True),  # to the letter
    ],
)
def test_both_rules(text, answer, default, official):
    answers = [["a"], ["d"]] if answer == ["a or d"] else [answer]
    found = mark(text, question="", labels=FIVE, answers=answers)
    assert found.correct == default
    assert mark_officially(text, answer=answer, answers=answers).correct == official


@pytest.mark.parametrize("text", ["b", "", "<think>bか", "e"])
def test_where_every_answer_is_right(text):
    found = mark(text, question="", labels=FIVE, answers=[["e"]], every_answer_right=True)
    assert found.correct
    assert mark_officially(text, answer=["e"], every_answer_right=True).correct


@pytest.mark.parametrize(
    ("text", "chosen", "cut"),
    [
        ("<think>答えはaだ。</think>bだと思います", ("b",), False),
        ("答えはaだ。</think>\n\n【回答】b", ("b",), False),  # the template began to think
        ("<think>aは違う。答えはb", (), True),
        ("<think>答えはa</think>", (), False),  # finished, and nothing said
        ("【回答】b\n<think>いや、答えはa", (), True),
        ("analysis答えはaassistantfinal【回答】b", ("b",), False),
        ("【回答】b（「<think>」は使わない）", ("b",), False),
    ],
)
def test_thinking_is_not_read(text, chosen, cut):
    found = mark(text, question="", labels=FIVE, answers=[["b"]], forbidden=["a"])
    assert found == Mark(chosen, correct=chosen == ("b",), forbidden=(), cut=cut)
    assert found.unparsed == (not chosen and not cut)


def test_numbers_in_thinking_are_not_read():
    asked = {"question": "解答：①.②", "labels": (), "answers": [("34",)]}
    assert mark("<think>①1 ②2</think>3.4", **asked).chosen == ("3.4",)
    assert mark("<think>答え: 3.4", **asked).cut


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
    found = mark(text, question="", labels=labels, answers=answers)
    assert found.correct == right


def test_forbidden_choices():
    common = {"answer": ["a"]}
    asked = {"question": "", "labels": FIVE, "answers": [["a"]]}
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
    assert mark_officially(text, answer=["a"]).unparsed == unparsed


def test_responses_as_published():
    assert as_published(" Ａ，Ｃ\n") == "a,c"
    assert as_published("①２") == "①2"  # the scripts left circled digits alone


@settings(max_examples=200)
@given(fragments | st.text(), st.sampled_from([(), FIVE]))
def test_any_text_can_be_marked(text, labels):
    answer = ["a"] if labels else ["21"]
    mark(text, question="解答：①.②", labels=labels, answers=[answer])
    mark_officially(as_published(text), answer=answer)
