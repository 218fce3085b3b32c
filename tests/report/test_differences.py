"""Differences between columns: from step 0, from any column, from the best of a row."""

import csv
import io
import itertools
import json
import re

import numpy as np
import pytest

from jmed_metrics import gestalt_score, paired_interval
from jmedlora.core.errors import UserError
from jmedlora.report.cli import main
from jmedlora.report.compare.baselines import BEST
from jmedlora.report.compare.table import shown_differences
from jmedlora.report.render import FORMATS
from jmedlora.report.render.number_format import fixed
from jmedlora.report.render.sheet import sheet_of
from tests.support.compared import DOCS, ask, row, table, titles
from tests.support.made_up_table import FROM_BEST
from tests.support.runs import answers, questions

ACCURACY = "Accuracy (0s)"
LATER = "2026-01-02T00-00-00.000000"
MANY = questions(60)


def models(folder, **rights):
    """Models none of which was trained, with so many right answers of 60."""
    for name, right in rights.items():
        ask(folder, right, docs=MANY, model=f"models/{name}")


def test_few_changed_answers_have_newcombes_interval(trained):
    first = row(table(trained / "results"), ACCURACY).cells[1].difference
    assert (first.gained, first.lost) == (7, 0)  # of 20, with 5 right before
    assert (first.low, first.high) == paired_interval(5, 7, 0, 8)


def test_where_every_answer_changed_alike_the_interval_has_a_width(tmp_path):
    ask(tmp_path, 0)
    ask(tmp_path, 20, adapter="out/x", step=9)
    found = row(table(tmp_path), ACCURACY).cells[1].difference
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == paired_interval(0, 20, 0, 0)[0] < 0.9


def test_a_difference_is_resampled_with_its_questions(tmp_path):
    ask(tmp_path, 10, docs=MANY)
    ask(tmp_path, 34, docs=MANY, adapter="out/x", step=9)
    found = row(table(tmp_path, resamples=4000), ACCURACY).cells[1].difference
    # 24 of 60 questions are gained and none lost: the resampled difference is binomial.
    drawn = np.random.default_rng(0).binomial(60, 24 / 60, size=100_000) / 60
    assert (found.low, found.high) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=1 / 60)
    assert found.against == "base, 0 steps"


def test_a_graded_difference_has_the_interval_of_its_own_values(tmp_path):
    texts = [answers(MANY, 10), answers(MANY, 30)]
    ask(tmp_path, 10, docs=MANY)
    ask(tmp_path, 30, docs=MANY, adapter="out/x", step=9)
    found = row(table(tmp_path, resamples=4000), "Gestalt score (0s)").cells[1].difference
    before, after = (
        np.array([gestalt_score(text, doc["choices"], doc["answer"])
                  for text, doc in zip(each, MANY, strict=True)])
        for each in texts
    )  # fmt: skip
    rng = np.random.default_rng(0)
    drawn = rng.choice(after - before, size=(4000, 60)).mean(axis=1)
    naive = np.percentile(drawn, [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx(naive, abs=0.08 * (naive[1] - naive[0]))


def test_any_column_can_be_the_one_compared_with(trained):
    found = table(trained / "results", against="base, 900 steps of LoRA")
    base, first, second = row(found, ACCURACY).cells
    assert first.difference is None
    assert (base.difference.gained, base.difference.lost) == (0, 7)
    assert second.difference.against == found.against == "base, 900 steps of LoRA"
    assert len(shown_differences(found.sections)) == found.tests == 12
    assert "against base, 900 steps of LoRA, Holm" in " ".join(sheet_of(found).foot)


@pytest.mark.parametrize("name", ["x-900", "out/x-900", "base, 900 steps of LoRA"])
def test_what_a_column_may_be_called(trained, name):
    path = str(trained / "results")
    assert main(["table", path, "--against", name, "--resamples", "50"]) == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x", "--against x: no such column; they are: base, 0 steps; base, 900 steps of LoRA; "),
        ("base", "--against base: fits several columns: base, 0 steps; base, 900 steps of LoRA; "),
    ],
)
def test_a_name_that_fits_none_or_several(trained, name, message, capsys):
    assert main(["table", str(trained / "results"), "--against", name]) == 1
    assert capsys.readouterr().err.startswith(f"jmed-report: {message}")


def test_several_columns_of_step_0_are_named_not_chosen_from(tmp_path):
    ask(tmp_path, 5)
    ask(tmp_path, 9, stamp=LATER)
    ask(tmp_path, 12, adapter="out/x", step=9)
    found = table(tmp_path)
    assert not shown_differences(found.sections)
    assert found.warnings[-1] == (
        "No difference is shown for base, 9 steps of LoRA: 2 columns are step 0 of it: base, 0 "
        "steps, 2026-01-01T00-00-00; base, 0 steps, 2026-01-02T00-00-00; name one (table: "
        "--against, responses: --baseline), leave the others out, or give them a model name of "
        "their own in a labels file."
    )
    assert not [note for note in found.notes if note.startswith("No difference")]
    chosen = table(tmp_path, against="base, 0 steps, 2026-01-02T00-00-00")
    assert row(chosen, ACCURACY).cells[2].difference.gained == 3
    assert not chosen.warnings


def test_responses_name_them_too(tmp_path, capsys):
    ask(tmp_path, 5)
    ask(tmp_path, 9, stamp=LATER)
    ask(tmp_path, 12, adapter="out/x", step=9)
    assert main(["responses", str(tmp_path / "results"), "--only", "all"]) == 0
    assert "2 columns are step 0 of it" in capsys.readouterr().out


def test_untrained_models_are_compared_with_the_best_of_each_row(tmp_path):
    models(tmp_path, a=40, b=38, c=5)
    found = table(tmp_path, resamples=400)
    assert (titles(found), found.against) == (["a", "b", "c"], BEST)
    best, close, far = row(found, ACCURACY).cells
    assert (best.best, best.not_told_apart, best.difference) == (True, False, None)
    assert (close.best, close.not_told_apart, close.difference.against) == (False, True, "a")
    assert (far.best, far.not_told_apart) == (False, False)
    assert (far.difference.gained, far.difference.lost) == (0, 35)
    assert far.difference.p_holm < 0.001
    assert not [note for note in found.notes if note.startswith("No difference")]


def test_the_correction_from_the_best_counts_every_pair(tmp_path):
    """The best is chosen by the same answers, so any pair may come to be tested."""
    models(tmp_path, a=40, b=38, c=5)
    found = table(tmp_path, resamples=400)
    shown = shown_differences(found.sections)
    assert (len(shown), found.tests) == (2 * 3, 3 * 3)  # three scores; no test of a rate
    least = min(shown, key=lambda each: each.p)
    assert least.p_holm == pytest.approx(9 * least.p)


def test_equal_scores_are_both_the_best(tmp_path):
    models(tmp_path, a=30, b=range(30, 60), c=2)
    one, other, _ = row(table(tmp_path, resamples=400), ACCURACY).cells
    assert (one.best, other.best, other.not_told_apart) == (True, True, False)


def test_a_model_that_was_not_trained_stands_beside_some_that_were(trained):
    ask(trained, 15, model="models/gpt")
    found = table(trained / "results")
    assert titles(found)[-1] == "gpt"
    assert [head.steps for head in sheet_of(found).heads] == ["0", "900 LoRA", "3k LoRA", "-"]
    assert [bool(c.difference) for c in row(found, ACCURACY).cells] == [False, True, True, False]


@pytest.mark.parametrize("name", ["markdown", "latex", "html"])
def test_two_untrained_models_give_a_clean_page(tmp_path, name):
    models(tmp_path, a=40, b=38)
    text = FORMATS[name](table(tmp_path, resamples=200), None)
    for word in ("step 0", "Steps", "0 steps", "LoRA"):
        assert word not in text
    assert "differences from the best of the row" in text or name == "markdown"


def test_two_untrained_models_in_a_terminal(tmp_path, capsys):
    """README: jmed-report table resultsA resultsB."""
    for folder, right in (("resultsA", 40), ("resultsB", 38)):
        path = ask(tmp_path / folder, right, docs=MANY, model=f"models/{folder[-1]}")
    assert path.is_file()
    paths = [str(tmp_path / folder) for folder in ("resultsA", "resultsB")]
    assert main(["table", *paths, "--resamples", "200"]) == 0
    short = capsys.readouterr().out
    assert re.search(r"^A +\.667 \[\S+ \S+\] best ", short, re.MULTILINE)
    assert re.search(r"^B +\.633 \[\S+ \S+\] \? ", short, re.MULTILINE)
    assert main(["table", *paths, "--all", "--resamples", "200"]) == 0
    out = capsys.readouterr().out
    assert ".667 best" in out
    assert ".633 ?" in out
    assert "step" not in out.partition("Signatures")[0].replace("Holm's step", "")


def test_csv_and_json_hold_the_numbers(tmp_path):
    models(tmp_path, a=40, b=38, c=5)
    found = table(tmp_path, resamples=400)
    _, close, far = row(found, ACCURACY).cells
    lines = [line for line in csv.DictReader(io.StringIO(FORMATS["csv"](found, None)))
             if line["name"] == ACCURACY]  # fmt: skip
    assert [line["not_told_apart"] for line in lines] == ["false", "true", "false"]
    assert [line["against"] for line in lines] == ["", "a", "a"]
    assert float(lines[2]["difference_high"]) == far.difference.high
    data = json.loads(FORMATS["json"](found, None))
    cells = data["sections"][0]["rows"][0]["cells"]
    assert [each["not_told_apart"] for each in cells] == [False, True, False]
    assert cells[1]["difference"]["low"] == close.difference.low
    assert (data["against"], data["tests"]) == (BEST, 9)
    assert [each["steps"] for each in data["columns"]] == ["", "", ""]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "markdown",
            ["**.500** best<br>", "| .475 ?<br>[.329, .625]<br>-.025 p=1.00<br>[-.100, "],
        ),
        ("latex", [r"\textbf{.500} {\scriptsize best}", r".475 {\scriptsize ?}"]),
        ("html", ["<strong>.500</strong> best<small>", "<td>.475 ?<small>"]),
    ],
)
def test_the_marks_stand_behind_the_value(name, expected):
    text = FORMATS[name](FROM_BEST, None)
    assert [each for each in expected if each not in text] == []
    assert "?: the test does not tell it from the best" in text


def test_five_equal_models_are_rarely_told_apart():
    """From the best of five, with every pair counted, a false difference comes in 5 % at most."""
    from jmedlora.report.compare.statistics import holm, mcnemar

    rng, false = np.random.default_rng(0), 0
    for _ in range(400):
        easy = np.where(rng.random(300) < 0.5, 0.8, 0.2)
        values = (rng.random((5, 300)) < easy).astype(float)
        best = int(np.argmax(values.sum(axis=1)))
        p_values = [mcnemar(values[best], values[n]) for n in range(5) if n != best]
        false += min(holm(p_values, len(list(itertools.combinations(range(5), 2))))) < 0.05
    assert false / 400 < 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


def test_an_interval_is_that_of_scores(tmp_path, capsys):
    """The table and jmed-report scores show the same ends."""
    path = ask(tmp_path, 5, docs=DOCS)
    found = table(tmp_path, seed=1234, resamples=10_000)
    assert main(["scores", str(path)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    for name, metric in ((ACCURACY, "accuracy"), ("Gestalt score (0s)", "gestalt_score")):
        cell = row(found, name).cells[0]
        (shown,) = [each for each in rows if each[:1] == [metric]]
        assert shown[2:5] == [fixed(cell.low), "to", fixed(cell.high)]


def test_an_unknown_name_is_a_users_error(trained):
    with pytest.raises(UserError, match="no such column"):
        table(trained / "results", against="nothing")
