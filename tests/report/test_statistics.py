"""Intervals and tests against scipy's own and against tables worked out by hand."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from jmedlora.report.compare.statistics import (
    bootstrap_intervals,
    design_effect,
    holm,
    mcnemar,
    sign_flip,
)


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


def test_clusters_of_one_question_change_nothing():
    values = answers(40, 200)[:, None]
    alone = bootstrap_intervals(values, np.arange(200), resamples=500)
    assert alone == bootstrap_intervals(values, resamples=500)


def test_cases_are_drawn_whole():
    # Four questions as two pairs that are right or wrong together: the mean of two draws from
    # two pairs is 0, 1/2 or 1 with chances 1/4, 1/2, 1/4, so both ends are at the range's.
    paired = np.array([1.0, 1.0, 0.0, 0.0])[:, None]
    assert bootstrap_intervals(paired, np.array([0, 0, 1, 1])) == [(0.0, 1.0)]


def test_the_bootstrap_by_case_agrees_with_a_naive_one():
    rng = np.random.default_rng(5)
    clusters = np.sort(rng.integers(60, size=150))
    clusters = np.unique(clusters, return_inverse=True)[1]
    values = rng.beta(0.5, 3, 150) + 0.2 * (clusters % 3)
    parts = [values[clusters == each] for each in range(clusters.max() + 1)]
    means = []
    for _ in range(4000):
        drawn = [parts[each] for each in rng.integers(len(parts), size=len(parts))]
        means.append(np.concatenate(drawn).mean())
    ((low, high),) = bootstrap_intervals(values[:, None], clusters)
    naive = np.percentile(means, [2.5, 97.5])
    assert (low, high) == pytest.approx(naive, abs=0.06 * (high - low))
    # The design effect is the ratio of the two bootstraps' variances.
    alone = rng.choice(values, size=(4000, 150)).mean(axis=1)
    effect = design_effect(values, clusters)
    assert effect == pytest.approx(np.var(means) / np.var(alone), rel=0.12)


@pytest.mark.parametrize(
    ("values", "clusters", "expected"),
    [
        # Pairs that agree: the squared totals are twice those of questions alone, and
        # 4 clusters / 3 stand against 8 questions / 7.
        ([1, 1, 0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 2, 2, 3, 3], 2 * (4 / 3) / (8 / 7)),
        ([1, 0, 1, 0], [0, 0, 1, 1], 0.0),  # pairs that never agree in all
        ([1, 0, 0, 1], [0, 1, 2, 3], 1.0),  # no case
        ([1, 1, 1, 1], [0, 0, 1, 1], None),  # nothing varies
        ([1, 0, 1, 0], [0, 0, 0, 0], None),  # one case
    ],
)
def test_the_design_effect(values, clusters, expected):
    found = design_effect(np.array(values, dtype=float), np.array(clusters))
    assert found == (None if expected is None else pytest.approx(expected))


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


def test_holm_counts_what_might_have_been_tested():
    assert holm([0.01, 0.004], 6) == pytest.approx([0.05, 0.024])  # 5 x and 6 x


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_keeps_the_order_and_never_lowers(p_values):
    corrected = holm(p_values)
    assert all(p <= c <= 1 for p, c in zip(p_values, corrected, strict=True))
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [corrected[i] for i in ranked] == sorted(corrected)
