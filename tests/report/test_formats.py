"""What the formats of a table have in common: golden files, numbers, names."""

from dataclasses import replace
from pathlib import Path

import pytest

from jmedlora.report.compare.table import Cell
from jmedlora.report.render import FILE_NAMES, FORMATS, html, markdown
from jmedlora.report.render import number_format as numbers
from jmedlora.report.render.legend import signature_lines
from jmedlora.report.render.paper_table import reference
from jmedlora.report.render.sheet import sheet_of
from tests.support.made_up_table import TABLE, column, table_of, table_of_one

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize("name", FORMATS)
def test_golden_files(name):
    golden = (GOLDEN / FILE_NAMES[name]).read_bytes()
    assert FORMATS[name](TABLE, reference()).encode() == golden


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.2184, ".218"),
        (0.9996, "1.000"),  # rounded first
        (1, "1.000"),
        (0, ".000"),
        (-0.0101, "-.010"),
        (-0.0004, ".000"),  # no minus before nothing
        (10.05, "10.050"),
        (float("nan"), "n/a"),  # other harness tasks may have it
    ],
)
def test_scores_as_the_paper_prints_them(value, expected):
    assert numbers.fixed(value) == expected


@pytest.mark.parametrize(
    ("p", "expected"),
    [(0.0, "p<.001*"), (0.001, "p=.001*"), (0.0123, "p=.012*"), (0.05, "p=.050"), (0.31, "p=.31"),
     (1.0, "p=1.00")],
)  # fmt: skip
def test_p_values(p, expected):
    assert numbers.p_value(p) == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [(None, "-"), (0.0, "0.0"), (0.01, "<0.1"), (4.61, "4.6")]
)
def test_hours(hours, expected):
    assert numbers.hours(hours) == expected


@pytest.mark.parametrize("name", ["markdown", "latex", "html"])
def test_names_hold_no_control_character_and_no_line_break(name):
    text = FORMATS[name](TABLE, None)
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line.startswith("\\input{x}")]


def test_the_tests_are_counted_and_named():
    assert (
        "p: McNemar's exact test (Accuracy); sign-flip permutation test (Gestalt score), against "
        "step 0 of the same model, Holm-corrected over the 3 tests of this table; * p &lt; .05. "
        "The intervals are not corrected."
    ) in html.render(TABLE).replace("&#39;", "'")


def test_no_tests_no_sentence():
    text = markdown.render(table_of_one("medqa", Cell(0.5)))
    assert "p:" not in text
    assert "Bold:" not in text
    assert "Floors" not in text
    assert "Training hours" not in text
    assert "Signatures" not in text


@pytest.mark.parametrize(
    ("kinds", "label", "steps"),
    [
        (["", "LoRA", "QLoRA"], "Steps of (Q)LoRA", ["2k", "2k LoRA", "2k QLoRA"]),
        (["full", "LoRA"], "Steps of training", ["2k full", "2k LoRA"]),
    ],
)
def test_the_row_of_the_steps(kinds, label, steps):
    sheet = sheet_of(table_of([column("model", "2k", 2000, kind) for kind in kinds]))
    assert (sheet.steps_label, [head.steps for head in sheet.heads]) == (label, steps)


ZERO, FIRST, SECOND = "model, 0 steps", "model, 900 steps", "model, 3k steps"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(ZERO, "x"), (FIRST, "x"), (SECOND, "x")], ["x (all columns)"]),
        # the order of the columns, not of the alphabet
        (
            [(ZERO, "y"), (FIRST, "y"), (SECOND, "x")],
            [f"y ({ZERO} · {FIRST})", f"x ({SECOND})"],
        ),
        ([(ZERO, "x")], [f"x ({ZERO})"]),
    ],
)
def test_signatures_name_their_columns(found, expected):
    of_another = ("another model, 0 steps", "medqa", "z")  # a column without the subject
    lines = [*((title, "igakuqa", line) for title, line in found), of_another]
    table = replace(TABLE, signatures=tuple(lines))
    assert signature_lines(table) == [*expected, "z (another model, 0 steps)"]
