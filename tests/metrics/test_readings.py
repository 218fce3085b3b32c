"""The other readings of the paper's scores, by hand and on the real questions with two answers."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import astuple
from math import isnan
from statistics import fmean

import pytest

from jmed_metrics import Readings, chance_accuracy_any, other_readings, score_response
from jmedlora.exams.registry import load_exam

DRUGS = ("アスピリン", "ヘパリン", "ワルファリン", "インスリン", "モルヒネ")


@pytest.mark.parametrize(
    ("response", "answer", "expected"),
    [
        # response, correct indices, (nearest among the answers, any answer, answers joined)
        ("ヘパリン", [1], (1, 1, 1)),
        ("ワルファリン", [1], (0, 0, 0)),
        ("ヘパリン", [1, 4], (1, 1, 0)),  # one of two
        ("ヘパリン,モルヒネ", [1, 4], (1, 1, 1)),
        (" ヘパリン,モルヒネです。\n", [4, 1], (1, 1, 1)),
        ("モルヒネ,ヘパリン", [1, 4], (1, 1, 0)),  # another order
        ("ヘパリン、モルヒネ", [1, 4], (1, 1, 0)),  # another comma
        ("ヘパリ", [1, 4], (1, 0, 0)),  # near it, but without its text
        ("インスリンとモルヒネ", [1, 4], (0, 1, 0)),  # 5 of 15 characters against 4 of 14
        ("", [1, 4], (0, 0, 0)),
        ("xyz", [1, 4], (0, 0, 0)),  # similar to no choice
    ],
)
def test_by_hand(response, answer, expected):
    assert astuple(other_readings(response, DRUGS, answer)) == expected


@pytest.mark.parametrize("answer", [[], [5], [1, 1]])
def test_what_cannot_be_scored_is_refused(answer):
    with pytest.raises(ValueError, match="give distinct indices between 0 and 4"):
        other_readings("ヘパリン", DRUGS, answer)


def test_the_chance_of_one_choice():
    assert chance_accuracy_any([(DRUGS, [1]), (DRUGS, [1, 4])]) == pytest.approx(0.3)
    assert isnan(chance_accuracy_any([]))


def naive(response: str, choices: Sequence[str], answer: Sequence[int]) -> Readings:
    """The same by difflib alone."""
    values = [difflib.SequenceMatcher(None, response, text).ratio() for text in choices]
    best = values.index(max(values))
    texts = [choices[index] for index in sorted(answer)]
    return Readings(
        accuracy_any=int(max(values) > 0 and best in answer),
        exact_match_any=int(any(text in response for text in texts)),
        exact_match_joined=int(",".join(texts) in response),
    )


def one(_: int, choices: Sequence[str], answer: Sequence[int]) -> str:
    return choices[answer[0]]


def reversed_order(_: int, choices: Sequence[str], answer: Sequence[int]) -> str:
    return ",".join(choices[index] for index in reversed(answer))


def half_right(number: int, choices: Sequence[str], answer: Sequence[int]) -> str:
    """The right choices on every second question, else those behind them."""
    chosen = answer if number % 2 == 0 else sorted((index + 1) % 5 for index in answer)
    return "、".join(choices[index] for index in chosen)


@pytest.mark.parametrize(
    ("answers_with", "accuracies", "exact_matches"),
    [
        # accuracy as a set, nearest; exact match with every text, any, joined
        (one, (0.671, 1.0), (0.551, 1.0, 0.551)),
        (reversed_order, (0.9695, 1.0), (1.0, 1.0, 0.551)),
        (half_right, (0.488, 0.569), (0.501, 0.617, 0.277)),
    ],
)
def test_jjsimqa_by_every_reading(
    real_data, answers_with: Callable[..., str], accuracies, exact_matches
):
    """253 of the 459 questions have one correct choice: that is .551."""
    taken, others = [], []
    for number, item in enumerate(load_exam("jjsimqa").items):
        response = answers_with(number, item.choices, item.indices).strip()
        taken.append(score_response(response, item.choices, item.indices))
        others.append(other_readings(response, item.choices, item.indices))
        assert others[-1] == naive(response, item.choices, item.indices)
        if len(item.indices) == 1:
            same = taken[-1].accuracy, taken[-1].exact_match, taken[-1].exact_match
            assert astuple(others[-1]) == same
    found = fmean(each.accuracy for each in taken), fmean(each.accuracy_any for each in others)
    assert found == pytest.approx(accuracies, abs=0.0005)
    found = (
        fmean(each.exact_match for each in taken),
        fmean(each.exact_match_any for each in others),
        fmean(each.exact_match_joined for each in others),
    )
    assert found == pytest.approx(exact_matches, abs=0.0005)


@pytest.mark.parametrize(
    ("exam", "several", "of", "chance"),
    [("igakuqa", 223, 1455, 0.237), ("jjsimqa", 206, 459, 0.290)],
)
def test_how_many_questions_have_several_answers(real_data, exam, several, of, chance):
    items = load_exam(exam).items
    assert (sum(len(each.indices) > 1 for each in items), len(items)) == (several, of)
    found = chance_accuracy_any((each.choices, each.indices) for each in items)
    assert found == pytest.approx(chance, abs=0.0005)
