"""The paper's metrics against hand computation, difflib and the counts known for IgakuQA."""

import difflib
import itertools
import subprocess
import sys
import unicodedata
from math import comb, isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from jmed_metrics import (
    Readings,
    accuracy,
    exact_match,
    floors,
    gestalt,
    gestalt_score,
    mean_interval,
    nearest,
    other_readings,
    paired_interval,
    proportion_interval,
    score_response,
)
from jmed_metrics.normalize import composed
from jmed_metrics.similarity import upper_bound
from jmedlora.exams.registry import load_exam

DRUGS = ("アスピリン", "ヘパリン", "ワルファリン", "インスリン", "モルヒネ")


@pytest.mark.parametrize(
    ("response", "answer", "expected"),
    [
        # response, correct indices, (accuracy, exact match, Gestalt score)
        ("ヘパリン", [1], (1, 1, 1.0)),
        ("  ヘパリン\n", [1], (1, 1, 1.0)),  # outer white space does not count
        ("答えはヘパリンです", [1], (1, 1, 2 * 4 / 13)),  # 4 shared characters of 9 + 4
        ("ヘパリン", [0], (0, 0, 2 * 2 / 9)),  # リン is all that アスピリン shares
        ("ヘパリン,モルヒネ", [1, 4], (1, 1, 1.0)),
        ("モルヒネとヘパリン", [1, 4], (1, 1, 2 * 4 / 18)),  # the order costs similarity only
        (
            "ヘパリン",
            [1, 4],
            (0, 0, 2 * 4 / 13),
        ),  # the second nearest is ワルファリン, not モルヒネ
        ("", [1], (0, 0, 0.0)),
        (" \n", [1], (0, 0, 0.0)),
        ("xyz", [1], (0, 0, 0.0)),  # nothing similar: nothing was answered
        (",".join(DRUGS), [2], (1, 1, 2 * 6 / 34)),  # a list of all is nearest to the longest
    ],
)
def test_scores_by_hand(response, answer, expected):
    score = score_response(response, DRUGS, answer)
    assert (score.accuracy, score.exact_match, score.gestalt_score) == expected


@pytest.mark.parametrize(("response", "of"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
def test_how_characters_are_put_together_does_not_count(response, of):
    """ガ is one character or two: the right answer has all three scores in either form."""
    choices = [unicodedata.normalize(of, each) for each in ("ガンシクロビル", "アシクロビル", "ピ")]
    for answer in range(3):
        text = unicodedata.normalize(response, f"{choices[answer]}")
        score = score_response(text, choices, [answer])
        assert (score.accuracy, score.exact_match, score.gestalt_score) == (1, 1, 1.0)
        assert other_readings(text, choices, [answer]) == Readings(1, 1, 1)
    other = score_response(unicodedata.normalize("NFD", "ヒ\u3099"), ["ビ", "ピ"], [1])
    assert (other.accuracy, other.exact_match) == (0, 0)  # a mark is not ignored


@given(
    st.text(alphabet="かは\u3099\u309aガe\u0301\u1112\u1161\u11ab한肺 ", max_size=60),
    st.integers(0, 40),
)
def test_composed_is_nfc(text, times):
    """Also where texts are long; 30 marks in a row is what Unicode's Stream-Safe Text has."""
    long = "肺が" * times + text
    assert composed(long) == unicodedata.normalize("NFC", long)


@pytest.mark.parametrize(
    ("response", "k", "chosen", "tied"),
    [
        ("ab", 1, (0,), True),  # abx and abz are equally near
        ("ac", 1, (2,), False),
        ("ab", 2, (0, 1), False),
        ("q", 1, (), False),
    ],
)
def test_ties_go_to_the_earlier_choice(response, k, chosen, tied):
    found = nearest(response, ("abx", "abz", "acx"), k)
    assert (found.chosen, found.tied) == (chosen, tied)


def test_the_argument_order_is_response_then_choice():
    # The example of difflib's own documentation: ratio is not symmetric.
    assert gestalt("tide", "diet") == 0.25
    assert gestalt("diet", "tide") == 0.5
    assert gestalt_score("tide", ("diet", "x"), [0]) == 0.25


def test_wrappers_agree_with_the_dataclass():
    score = score_response("ワルファ", DRUGS, [2], ended_by_length=True)
    assert accuracy("ワルファ", DRUGS, [2]) == score.accuracy == 1
    assert exact_match("ワルファ", DRUGS, [2]) == score.exact_match == 0
    assert gestalt_score("ワルファ", DRUGS, [2]) == score.gestalt_score == 0.8
    assert (score.chosen, score.empty, score.ended_by_length) == ((2,), False, True)
    assert score_response("", DRUGS, [2]).empty
    assert score_response("a", DRUGS, [2]).ended_by_length is None


@pytest.mark.parametrize("answer", [[], [5], [-1], [1, 1]])
def test_an_impossible_answer_is_refused(answer):
    with pytest.raises(ValueError, match="give distinct indices between 0 and 4"):
        score_response("ヘパリン", DRUGS, answer)


def test_an_empty_choice_is_refused():
    with pytest.raises(ValueError, match="an empty text occurs in every response"):
        score_response("x", ["", "b"], [0])


@pytest.mark.parametrize("k", [0, 6])
def test_an_impossible_number_of_choices_is_refused(k):
    with pytest.raises(ValueError, match=f"k={k}: choose between 1 and 5"):
        nearest("ヘパリン", DRUGS, k)


texts = st.one_of(
    st.text(alphabet="あいう、肺炎ab,🩺👩‍⚕️ ", max_size=12),
    st.text(alphabet="糖尿病心不全", min_size=190, max_size=320),  # beyond autojunk's 200
    st.text(max_size=20),
)


def naive(response, choices, answer):
    """The definitions of section 3.2, computed without any short cut."""

    def ratio(text):
        return difflib.SequenceMatcher(None, response, text).ratio()

    response = response.strip()
    if not response:
        return 0, 0, 0.0
    values = [ratio(choice) for choice in choices]
    ranked = sorted(range(len(choices)), key=lambda i: -values[i])  # stable: the earlier first
    chosen = sorted(ranked[: len(answer)]) if any(values) else None
    gold = [choices[i] for i in sorted(answer)]
    return (
        int(chosen == sorted(answer)),
        int(all(text in response for text in gold)),
        ratio(",".join(gold)),
    )


@settings(max_examples=400, deadline=None)
@given(
    response=texts,
    choices=st.lists(texts.filter(bool), min_size=2, max_size=6),
    data=st.data(),
)
def test_equal_to_naive_difflib(response, choices, data):
    indices = st.integers(0, len(choices) - 1)
    answer = data.draw(st.lists(indices, min_size=1, max_size=3, unique=True))
    score = score_response(response, choices, answer)
    expected = naive(response, choices, answer)
    assert (score.accuracy, score.exact_match, score.gestalt_score) == expected


@settings(max_examples=400, deadline=None)
@given(first=texts, second=texts)
def test_the_bound_is_never_exceeded(first, second):
    exact = difflib.SequenceMatcher(None, first, second).ratio()
    assert gestalt(first, second) == exact
    assert upper_bound(first, second) >= exact


@pytest.mark.parametrize(
    ("respond", "expected"),
    [
        # counts and mean known for the 1,455 questions: accuracy, exact match, Gestalt score
        (lambda item: ",".join(item.choices[i] for i in item.indices), (1448, 1455, 1.0)),
        (lambda item: ",".join(item.choices), (304, 1455, 0.3514)),
        (lambda _: "", (0, 0, 0.0)),
        (lambda item: item.choices[0], (248, 224, 0.3331)),
    ],
    ids=["gold", "all choices", "empty", "first choice"],
)
def test_known_answers_on_igakuqa(real_data, respond, expected):
    items = load_exam("igakuqa").items
    scores = [score_response(respond(item), item.choices, item.indices) for item in items]
    assert sum(score.accuracy for score in scores) == expected[0]
    assert sum(score.exact_match for score in scores) == expected[1]
    assert round(sum(score.gestalt_score for score in scores) / len(scores), 4) == expected[2]


def test_floors_on_igakuqa(real_data):
    found = floors((item.choices, item.indices) for item in load_exam("igakuqa").items)
    assert found.chance_accuracy == pytest.approx((1232 / 5 + 180 / comb(5, 2) + 43 / 10) / 1455)
    assert round(found.chance_accuracy, 4) == 0.1847
    assert found.echo_accuracy == pytest.approx(304 / 1455)
    assert found.echo_exact_match == 1.0
    assert round(found.echo_gestalt_score, 4) == 0.3514


def test_floors_of_nothing_are_not_a_number():
    assert isnan(floors([]).chance_accuracy)


@pytest.mark.parametrize(
    ("share", "n", "expected"),
    [
        (0.0, 10, (0.0, 0.27753)),  # Wilson's upper limit at 0 is z²/(n + z²), z = 1.959964
        (0.5, 10, (0.23659, 0.76341)),
        (1.0, 10, (0.72247, 1.0)),
    ],
)
def test_wilson_interval(share, n, expected):
    assert proportion_interval(share, n) == pytest.approx(expected, abs=1e-5)


def test_mean_interval_is_cut_to_the_range():
    assert mean_interval(0.5, 0.1) == pytest.approx((0.5 - 0.1959964, 0.5 + 0.1959964))
    assert mean_interval(0.01, 0.1)[0] == 0.0
    assert mean_interval(0.99, 0.1)[1] == 1.0


def test_the_metrics_need_neither_torch_nor_lm_eval():
    code = "import jmed_metrics, sys; print([m for m in ('torch', 'lm_eval') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_paired_interval_where_no_answer_differs():
    # 5 of 10 right both times: Wilson's interval of .5 is .5 -+ .26341, and phi is
    # (25 - 10 / 2) / 25 = .8, so each end lies sqrt(2 (1 - .8)) .26341 = .16659 from 0.
    assert paired_interval(5, 0, 0, 5) == pytest.approx((-0.16659, 0.16659), abs=1e-5)


def test_the_paired_interval_turns_with_the_question():
    low, high = paired_interval(20, 9, 2, 9)
    assert low < 7 / 40 < high
    assert paired_interval(20, 2, 9, 9) == pytest.approx((-high, -low))


@pytest.mark.parametrize(
    ("both", "gained", "lost"), [(0.4, 0.05, 0.0), (0.4, 0.1, 0.05), (0.1, 0.02, 0.02)]
)
def test_the_paired_interval_holds_its_level(both, gained, lost):
    """The chance that it holds the truth, summed over every outcome of 14 questions."""
    shares, n = (both, gained, lost, 1 - both - gained - lost), 14
    held = 0.0
    for a, b, c in itertools.product(range(n + 1), repeat=3):
        if a + b + c <= n:
            low, high = paired_interval(a, b, c, n - a - b - c)
            if low - 1e-12 <= gained - lost <= high + 1e-12:
                held += multinomial.pmf((a, b, c, n - a - b - c), n, shares)
    assert held > 0.94
