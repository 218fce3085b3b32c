"""What comes out verbatim or nearly, what a loss tells, and exposure: values worked out by hand."""

from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from jmed_metrics.intervals import difference_interval, paired_interval
from jmed_metrics.membership import auc_interval, exposure, membership_auc
from jmed_metrics.recitation import (
    edit_similarity,
    least_distance,
    near_verbatim,
    verbatim,
    within,
)

TEXT = "心臓には血液の逆流を防ぐ四つの弁がある"  # 19 characters


@pytest.mark.parametrize(
    ("continuation", "characters", "expected"),
    [
        (TEXT, 19, (True, True, 1.0)),
        (f"\n {TEXT}。", 19, (True, True, 1.0)),
        (TEXT, 20, (False, False, 1.0)),  # the text is too short to count
        (TEXT[:18] + "い", 10, (True, True, 1.0)),
        (f"腎{TEXT[1:]}", 10, (False, True, 0.9)),  # one of ten replaced
        (f"腎蔵{TEXT[2:]}", 10, (False, False, 0.8)),
        (TEXT[:9], 10, (False, True, 0.9)),  # one of ten missing
        ("", 10, (False, False, 0.0)),
    ],
)
def test_verbatim_and_near(continuation, characters, expected):
    found = (
        verbatim(continuation, TEXT, characters),
        near_verbatim(continuation, TEXT, characters),
        edit_similarity(continuation, TEXT, characters),
    )
    assert found == pytest.approx(expected)


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_what_is_verbatim_is_near(continuation, text):
    assert not verbatim(continuation, text, 5) or near_verbatim(continuation, text, 5)


@pytest.mark.parametrize(
    ("continuation", "expected"),
    [
        (TEXT, True),
        (f"はい、{TEXT}", True),
        (f"お答えします。\n\n腎{TEXT[1:]}", True),  # one of ten replaced, behind a preface
        (f"回答: {TEXT[9:]}", True),  # the last ten
        (f"回答: {TEXT[10:]}", False),
        (f"はい、腎蔵{TEXT[2:10]}", False),
        ("", False),
    ],
)
def test_within(continuation, expected):
    assert within(continuation, TEXT, 10) is expected


def test_a_short_text_is_not_within():
    assert not within(TEXT, TEXT, 20)


@given(st.text("ab", max_size=12), st.text("ab", max_size=12), st.integers(1, 12))
def test_what_is_near_is_within(continuation, text, characters):
    near = near_verbatim(continuation, text, characters)
    assert not near or within(continuation, text, characters)


@given(st.text("abc", max_size=9), st.text("abc", max_size=12))
def test_the_least_distance_is_that_of_the_closest_part(part, text):
    places = range(len(text) + 1)
    parts = [text[start:end] for start in places for end in places if start <= end]
    assert least_distance(part, text) == min(Levenshtein.distance(part, each) for each in parts)


def test_the_least_distance_takes_a_moment():
    """4,000 characters against 400, both of one letter and of many."""
    assert least_distance("あ" * 400, "あ" * 4000) == 0
    assert least_distance("あ" * 400, "い" * 4000) == 400


@pytest.mark.parametrize(
    ("trained", "held_out", "expected"),
    [
        ([1, 2], [3, 4], 1.0),
        ([3, 4], [1, 2], 0.0),
        ([1, 3], [2, 4], 0.75),  # 1 < 2, 1 < 4, 3 < 4 of four pairs
        ([1], [1], 0.5),
        ([1, 2, 2], [2, 3], 5 / 6),  # 3 + 2 of 6 pairs in order or tied: (1 + 1/2 + 1/2 + 3) / 6
    ],
)
def test_auc(trained, held_out, expected):
    assert membership_auc(trained, held_out) == pytest.approx(expected)


def test_auc_interval_holds_its_level():
    """The losses are normal ones, whose true area is known: .5 and Φ(2 / √2) = .9214."""
    rng = np.random.default_rng(0)
    for shift, truth in ((0.0, 0.5), (2.0, 0.92135)):
        held = 0
        for _ in range(300):
            auc = membership_auc(rng.normal(-shift, 1, 20), rng.normal(0, 1, 20))
            low, high = auc_interval(auc, 20, 20)
            held += low <= truth <= high
        assert held >= 0.92 * 300


def test_auc_interval_is_made_as_its_source_says():
    """Each limit is its own standard error times 1.96 from the area found."""
    for auc, (m, n) in product((0.0, 0.3, 0.874, 1.0), ((58, 22), (5, 5))):
        low, high = auc_interval(auc, m, n)
        assert 0 <= low <= auc <= high <= 1
        assert low < high
        for limit in {low, high} - {auc}:
            q = 1 + ((m + n) / 2 - 1) * ((1 - limit) / (2 - limit) + limit / (1 + limit))
            error = (limit * (1 - limit) * q / (m * n)) ** 0.5
            assert abs(limit - auc) == pytest.approx(1.959964 * error, rel=1e-4)


def test_exposure():
    references = [10.0, 20.0, 30.0]
    assert exposure(5.0, references) == 2.0  # first of four
    assert exposure(15.0, references) == 1.0
    assert exposure(10.0, references) == 1.0  # a tie is none of the canary's
    assert exposure(99.0, references) == 0.0
    ranks = [exposure(value, range(1, 256)) for value in np.arange(256) + 0.5]
    assert max(ranks) == 8
    assert np.mean(ranks) == pytest.approx(log2(np.e), abs=0.03)  # of an untrained canary


def test_the_difference_of_differences_has_a_width_at_complete_separation():
    """All of ten trained records come out after, none before; of ten held-out ones none at all."""
    trained, held_out = paired_interval(0, 10, 0, 0), paired_interval(0, 0, 0, 10)
    low, high = difference_interval(1.0, trained, 0.0, held_out)
    assert 0.4 < low < 1.0 <= high
    assert low == pytest.approx(1 - ((1 - trained[0]) ** 2 + held_out[1] ** 2) ** 0.5)


def test_the_difference_of_two_shares_is_newcombes():
    """His table II, 56/70 - 48/80, method 10: .0524 to .3339."""
    low, high = difference_interval(0.8, (0.692, 0.877), 0.6, (0.490, 0.700))
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=2e-3)
