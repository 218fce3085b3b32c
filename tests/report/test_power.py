"""``jmed-report power``, held against simulations with the table's test and Connor's formula."""

import json
from math import sqrt

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from jmedlora.report.cli import main
from jmedlora.report.compare.power import (
    least_difference,
    mcnemar_power,
    needed_questions,
    needed_repeats,
    sampling_factor,
)
from jmedlora.report.compare.statistics import mcnemar
from tests.support.compared import ask


@pytest.mark.parametrize(
    ("questions", "discordance", "difference"), [(40, 0.3, 0.2), (200, 0.25, 0.1)]
)
def test_the_power_is_that_of_the_tables_test(questions, discordance, difference):
    rng = np.random.default_rng(3)
    drawn = rng.random((3000, questions))
    gained = drawn < (discordance + difference) / 2
    before, after = (drawn < discordance) & ~gained, gained
    simulated = np.mean(
        [
            mcnemar(b.astype(float), a.astype(float)) < 0.05
            for b, a in zip(before, after, strict=True)
        ]
    )
    exact = mcnemar_power(questions, discordance, difference, 0.05)
    assert simulated == pytest.approx(exact, abs=4 * sqrt(exact * (1 - exact) / 3000))


def test_without_a_difference_the_power_is_below_the_level():
    # Six questions, all discordant: only 0 or 6 of 6 has p = 2 / 64 < .05.
    assert mcnemar_power(6, 1.0, 0.0, 0.05) == pytest.approx(2 / 64)
    assert binomtest(0, 6).pvalue < 0.05 < binomtest(1, 6).pvalue
    assert all(mcnemar_power(n, 0.3, 0.0, 0.05) < 0.05 for n in (30, 300, 3000))


def connor(difference: float, discordance: float, alpha: float) -> float:
    """Questions for 80 % power by the normal approximation (Connor 1987)."""
    root = norm.ppf(1 - alpha / 2) * sqrt(discordance)
    root += norm.ppf(0.8) * sqrt(discordance - difference**2)
    return root**2 / difference**2


@pytest.mark.parametrize(
    ("questions", "discordance", "alpha"),
    [(459, 0.25, 0.05), (1455, 0.25, 0.05), (1455, 0.35, 0.05 / 12), (20_000, 0.3, 0.05)],
)
def test_the_smallest_difference_is_a_little_above_connors(questions, discordance, alpha):
    found = least_difference(questions, discordance, alpha)
    assert 0.93 * questions < connor(found, discordance, alpha) < questions
    assert needed_questions(found, discordance, alpha) == pytest.approx(questions, rel=0.02)


def test_the_exams_of_the_paper():
    """3.7 to 4.7 points on IgakuQA and 6.7 to 8.4 on JJSIMQA where 25 to 40 % are discordant."""
    found = [[least_difference(n, d, 0.05) for d in (0.25, 0.4)] for n in (1455, 459)]
    assert np.round(found, 3).tolist() == [[0.037, 0.047], [0.067, 0.084]]


def test_what_cannot_be_shown():
    assert least_difference(5, 1.0, 0.05) is None  # 5 of 5 has p = .0625
    assert needed_questions(0.2, 0.1, 0.05) is None  # a difference needs as much discordance
    assert needed_questions(1e-5, 0.5, 0.05) is None


def test_repeats_lessen_what_is_sampling():
    assert sampling_factor(4, 0.5) == 0.5 + 0.5 / 4
    assert sampling_factor(4, 0.0) == 1.0
    # 1,000 questions for 1,250: 1 / 1.25 = .5 + .5 / r, so r = 1.67, that is 2.
    assert needed_repeats(1000, 1250, 0.5) == 2
    assert needed_repeats(1000, 900, 0.5) == 1
    assert needed_repeats(1000, 2000, 0.5) is None  # half of the variance stays


def test_the_discordance_of_runs(tmp_path, capsys):
    # Accuracy: 5, 12 and the last 9 of 20 right; one differs from another on 7, 14 and 19.
    for model, right in (("a", 5), ("b", 12), ("c", range(11, 20))):
        ask(tmp_path, right, model=f"models/{model}")
    assert main(["power", str(tmp_path / "results"), "--tests", "3", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["pairs"]
    assert [(each["pair"]["name"], each["pair"]["discordance"]) for each in found[:2]] == [
        ("igakuqa, Accuracy (0s), most alike of 3 pairs", 7 / 20),
        ("igakuqa, Accuracy (0s), least alike", pytest.approx(19 / 20, abs=0.051)),
    ]
    assert not any("Gestalt" in each["pair"]["name"] for each in found)
    assert all(each["alone"] < each["corrected"] for each in found if each["corrected"])


def test_assumed_numbers_in_the_terminal(capsys):
    given = ["--questions", "1455", "--discordance", "0.3", "--difference", "0.03"]
    assert main(["power", *given, "--within", "0.5", "--repeats", "4"]) == 0
    out = capsys.readouterr().out
    assert ["assumed", "1,455", ".300", ".032", "1,675", "12"] in map(str.split, out.splitlines())
    assert "falls to 0.62 of itself with 4 samples" in " ".join(out.split())
    assert main(["power", *given, "--tests", "12"]) == 0
    out = capsys.readouterr().out
    assert "of 12 tests" in out
    assert "One sample a question does not tell how far" in " ".join(out.split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "give either RESULTS, or --questions and --discordance"),
        (["--questions", "9"], "--questions and --discordance need each other"),
        (["--questions", "9", "--discordance", "0.2", "--repeats", "2"], "give --within too"),
    ],
)
def test_what_is_missing_is_said(args, message, capsys):
    assert main(["power", *args]) == 1
    assert message in capsys.readouterr().err


def test_one_model_has_no_pair(tmp_path, capsys):
    ask(tmp_path, 5)
    assert main(["power", str(tmp_path / "results")]) == 1
    assert "hold no two models with a right-or-wrong score" in capsys.readouterr().err
