"""Intervals and tests against scipy's own and against tables worked out by hand."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from jmedlora.report.compare.statistics import bootstrap_intervals, holm, mcnemar, sign_flip


def answers(right: int, n: int) -> np.ndarray:
    return np.array([1.0] * right + [0.0] * (n - right))


def test_the_bootstrap_agrees_with_scipys():
    rng = np.random.default_rng(7)
    values = np.stack([answers(320, 1455), rng.beta(0.5, 3, 1455)], axis=1)
    ours = bootstrap_intervals(values)
    for column, (low, high) in enumerate(ours):
        theirs = scipy.stats.bootstrap(
            (values[:, column],), np.mean, method="percentile", n_resamples=10_000, batch=500,
            rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip
        # Both are simulations: their ends differ by some hundredths of the interval's width.
        assert low == pytest.approx(theirs.low, abs=0.05 * (high - low))
        assert high == pytest.approx(theirs.high, abs=0.05 * (high - low))


def test_the_bootstrap_of_few_questions_is_the_binomial_distribution():
    # The mean of 8 draws from 2 right of 8 is binomial(8, 1/4) / 8, whose 2.5 % and 97.5 %
    # quantiles are 0 and 5: P(0) = .100, P(<= 4) = .973, P(<= 5) = .996.
    assert bootstrap_intervals(answers(2, 8)[:, None]) == [(0.0, 5 / 8)]


def test_an_interval_does_not_change_with_its_neighbours():
    one, other = answers(40, 200), answers(90, 200)
    alone = bootstrap_intervals(one[:, None], resamples=1_000)
    beside = bootstrap_intervals(np.stack([other, one], axis=1), resamples=1_000)
    assert beside[1] == alone[0]
    assert bootstrap_intervals(one[:, None], resamples=1_000, seed=2) != alone


@pytest.mark.parametrize(
    ("gained", "lost", "expected"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (9, 2, 2 * (1 + 11 + 55) / 2**11),  # twice the chance of at most 2 of 11
        (0, 5, 2 / 2**5),
        (10, 0, 2 / 2**10),
    ],
)
def test_mcnemars_exact_test(gained, lost, expected):
    before = np.array([0.0] * gained + [1.0] * lost + [1.0, 0.0, 1.0])
    after = np.array([1.0] * gained + [0.0] * lost + [1.0, 0.0, 1.0])
    assert mcnemar(before, after) == pytest.approx(expected, rel=1e-12)


def test_the_sign_flip_test_agrees_with_scipys_exact_one():
    differences = np.array([0.9, 0.4, -0.1, 0.7, 0.3, 0.2, -0.2, 0.5, 0.6, 0.1])
    exact = scipy.stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    columns = np.stack([differences, -differences, differences - differences.mean()], axis=1)
    ours = sign_flip(columns, flips=50_000)
    assert ours[0] == pytest.approx(exact, abs=4 * np.sqrt(exact / 50_000))
    assert ours[1] == ours[0]
    assert ours[2] == 1.0  # every pattern is at least as far from 0 as no difference at all


def test_equal_sums_are_as_far():
    # Five equal differences: 2 of the 32 patterns reach the observed mean, p = 1/16 if none is
    # lost to rounding.
    p = sign_flip(np.full((5, 1), 0.1), flips=100_000)[0]
    assert p == pytest.approx(1 / 16, abs=0.003)


def test_a_p_value_is_never_zero():
    assert sign_flip(np.ones((400, 1)), flips=999) == [1 / 1000]


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 3×, 1× but ≥ .06, 2×, 4×
        ([0.5, 0.9], [1.0, 1.0]),
    ],
)
def test_holms_correction(p_values, expected):
    assert holm(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_keeps_the_order_and_never_lowers(p_values):
    corrected = holm(p_values)
    assert all(p <= c <= 1 for p, c in zip(p_values, corrected, strict=True))
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [corrected[i] for i in ranked] == sorted(corrected)
