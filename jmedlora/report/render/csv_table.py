"""A table as tidy CSV (RFC 4180, with line feeds): one line a score, nothing rounded."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.table import Cell, Row, Section, Table
from jmedlora.report.render.paper_table import PaperTable
from jmedlora.report.render.sheet import printable

Value = str | int | float | None
FORMULA = tuple("=+-@＝＋－＠")
"""A cell that begins so is computed by one spreadsheet or another."""


def render(table: Table, _paper: PaperTable | None = None) -> str:
    """A line for each score that is there; what is not known is empty.

    The paper's table never stands in it: scores that do not compare would be read in one column.
    """
    return csv_text(list(_lines(table)))


def csv_text(lines: Sequence[Mapping[str, Value]]) -> str:
    """``lines``, which have the same fields, below a line of their names; "" without any.

    A text that a spreadsheet would take for a formula begins with an apostrophe, which it reads as
    "this is text" (OWASP, "CSV Injection"); so that none begins behind a tab or a line break, these
    become spaces. Numbers stay as they are.
    """
    if not lines:
        return ""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _plain(value) for key, value in line.items()} for line in lines)
    return text.getvalue()


def _lines(table: Table) -> Iterator[dict[str, Value]]:
    for section in table.sections:
        for row in section.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                if cell:
                    yield _line(table.floor_names, section, row, column, cell)


def _line(
    floor_names: Sequence[str], section: Section, row: Row, column: Column, cell: Cell
) -> dict[str, Value]:
    found = cell.difference
    return {
        "section": section.title,
        "questions": section.questions,
        "name": row.name,
        "metric": row.metric,
        "shots": row.shots,
        "is_rate": row.is_rate,
        "model": column.model,
        "steps": column.steps,
        "step": column.step,
        "kind": column.kind,
        "hours": column.hours,
        "note": column.note,
        "value": cell.value,
        "low": cell.low,
        "high": cell.high,
        "interval": cell.method or None,
        "difference": found.value if found else None,
        "difference_low": found.low if found else None,
        "difference_high": found.high if found else None,
        "against": found.against if found else None,
        "p": found.p if found else None,
        "p_holm": found.p_holm if found else None,
        "test": found.test if found else None,
        "gained": found.gained if found else None,
        "lost": found.lost if found else None,
        "best": cell.best,
        "not_told_apart": cell.not_told_apart,
        **{name.replace(" ", "_"): row.floors.get(name) for name in floor_names},
        "signature": _signature(section, row, column),
    }


def _plain(value: Value) -> Value:
    """Truth in lower case, as most readers know it; no formula; what is no number as unknown."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = printable(value)
        return f"'{text}" if text.startswith(FORMULA) else text
    return None if isinstance(value, float) and not isfinite(value) else value


def _signature(section: Section, row: Row, column: Column) -> str | None:
    """The signature of the score; None for a score over several tasks, which has one of each."""
    asked = [name for name, shots in column.measured if shots == row.shots]
    subject = max((name for name in asked if _is_of(section.title, name)), key=len, default=None)
    return None if subject is None else str(column.measured[subject, row.shots].signature)


def _is_of(title: str, subject: str) -> bool:
    """Whether a section is over a subject, or over a part of it ("igakuqa, year 2018")."""
    return title == subject or title.startswith(f"{subject}, ")
