"""The table in a terminal: narrow ones, bold scores, without rich."""

import re
import sys
from pathlib import Path

import pytest

from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.render import number_format as numbers
from jmedlora.report.render.terminal import print_table
from tests.support.made_up_table import TABLE, cells, printed, table_of_many

GOLDEN = Path(__file__).parent.parent / "golden"


def test_golden_terminal(capsys, monkeypatch):
    golden = (GOLDEN / "table.txt").read_text(encoding="utf-8")
    assert printed(capsys, monkeypatch, width=120, paper=True) == golden


@pytest.mark.parametrize(
    ("width", "tables"),
    [
        (200, 1),  # all columns side by side
        (85, 3),  # one table a model
        (60, 4),  # without floors a model's two columns, with floors one
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


@pytest.mark.parametrize(
    ("models", "tables"),
    [([4, 4, 4], 6), ([1, 1], 2)],  # 1 beside the floors and 3 others, then 3 and 1; a model each
)
def test_a_terminal_of_80_columns(models, tables, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_table(table_of_many(models, 1))
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
        print_table(TABLE)
