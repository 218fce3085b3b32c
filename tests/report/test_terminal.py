"""The table in a terminal: narrow ones, bold scores, without rich."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.render import number_format as numbers
from jmedlora.report.render.terminal import print_table
from tests.support.made_up_table import FROM_BEST, TABLE, cells, printed, table_of_many

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(("whole", "name"), [(True, "table.txt"), (False, "table_short.txt")])
def test_golden_terminal(whole, name, capsys, monkeypatch):
    golden = (GOLDEN / name).read_text(encoding="utf-8")
    assert printed(capsys, monkeypatch, width=120, paper=whole, whole=whole) == golden


@pytest.mark.parametrize(
    ("width", "tables"),
    [
        (200, 1),  # all columns side by side
        (95, 3),  # one table a model
        (80, 4),  # without floors a model's two columns, with floors one
        (20, 5),  # narrower than any table: the terminal wraps
    ],
)
def test_a_narrow_terminal_loses_no_digit(width, tables, capsys, monkeypatch):
    out = printed(capsys, monkeypatch, width=width)
    assert out.count("Steps of (Q)LoRA") == tables
    assert out.count("answer   choices") == 1  # the floors beside the first
    assert [out.count(numbers.fixed(value)) for value in (0.18467, 0.35145)] == [1, 1]
    assert "…" not in out
    for _, row, _, cell in cells(TABLE):
        assert numbers.interval(cell, is_rate=row.is_rate) in out
        assert numbers.difference(cell.difference) in out


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("whole", [True, False])
def test_no_name_is_broken(whole, width, capsys, monkeypatch):
    out = printed(capsys, monkeypatch, width=width, whole=whole)
    assert [each.model for each in TABLE.columns if each.model not in out] == []


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_short_table_has_every_score_with_its_interval(width, capsys, monkeypatch):
    out = printed(capsys, monkeypatch, width=width, whole=False)
    for _, row, _, cell in cells(TABLE):
        shown = f"{numbers.fixed(cell.value)} {numbers.interval(cell, is_rate=False)}".strip()
        assert (shown in out) != row.is_rate


def test_what_the_short_table_leaves_out_is_named_or_counted(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    long = "template differs: ja (tiny A); alpaca (tiny B, 100 steps of LoRA)"
    of_a_rate = "Cut by length is not known for any model"
    notes = (
        "first",
        of_a_rate,
        "a note that is far too long for one line of a terminal as narrow as this",
    )
    print_table(replace(TABLE, notes=notes, warnings=(long,)), whole=False, page=Path("a/b.html"))
    out = capsys.readouterr().out
    *_, marks, rest, page = out.splitlines()
    assert out.splitlines()[-8:-3] == [
        "2 notes:",
        "  first",
        "  a note that is far too long for one line of a terminal as…",
        "1 warning:",
        "  template differs: ja; alpaca",  # whose they are is said by --all
    ]
    assert marks == "+ and -: above and below step 0 of the same model (p < .05, corrected)."
    assert rest == "--all also shows the rates, floors, differences and signatures."
    assert page == "The page with all of it: a/b.html"
    assert "lm_eval:" not in out
    assert "Tied" not in out


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (TABLE, "  1k LoRA           .186 [.180, .192] +"),
        (TABLE, "  900 QLoRA, alpaca   .180 [.160, .200] -"),
        (TABLE, "  1k LoRA             .239 [.218, .262]"),  # not told from step 0
        (FROM_BEST, "A-7B  .500 [.352, .648] best"),
        (FROM_BEST, "B     .475 [.329, .625] ?"),
        (FROM_BEST, "C     .200 [.105, .348] -"),
    ],
)
def test_the_verdict_stands_behind_the_interval(table, row, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    print_table(table, whole=False)
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert " ".join(row.split()) in shown


def test_three_scores_of_a_short_name_fit_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_table(table_of_many([4, 4, 4], 1, rows=3), whole=False)
    _, _, _, *lines = capsys.readouterr().out.splitlines()
    grid = lines[: lines.index("")]
    assert len(grid) == 1 + 3 + 12  # one grid: its head, the models, their steps
    assert max(map(len, grid)) <= 80


@pytest.mark.parametrize(
    ("models", "tables"),
    [([4, 4, 4], 6), ([1, 1], 2)],  # 1 beside the floors and 3 others, then 3 and 1; a model each
)
def test_a_terminal_of_80_columns(models, tables, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_table(table_of_many(models, 1), whole=True)
    grids = [line for line in capsys.readouterr().out.splitlines() if not line.strip(" ─")]
    assert sum("─" in line for line in grids) == tables
    assert max(map(len, grids)) <= 80


def test_the_best_are_bold_in_a_terminal(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out = printed(capsys, monkeypatch, width=200)
    assert set(re.findall(r"\x1b\[1m(\.\d+)\x1b", out)) == {".239", ".438", ".186", ".078"}


def test_without_rich(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ResultsError, match="table needs rich; run: pip install"):
        print_table(TABLE, whole=False)


@pytest.mark.parametrize(("width", "beside"), [(80, False), (120, True)])
def test_a_long_name_stands_beside_its_scores_where_all_fit(width, beside, capsys, monkeypatch):
    """A name of 48 columns; the score needs 26 and a gap of two."""
    name = "an-organisation/a-model-7b-instruct-of-some-date"
    monkeypatch.setenv("COLUMNS", str(width))
    columns = (replace(FROM_BEST.columns[0], model=name), *FROM_BEST.columns[1:])
    [section] = FROM_BEST.sections
    twice = replace(section, rows=2 * section.rows)
    print_table(replace(FROM_BEST, columns=columns, sections=(twice,)), whole=False)
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith(name)]
    assert (line.count(".500 [.352, .648] best") == 2) == beside
    assert (line == name) != beside
