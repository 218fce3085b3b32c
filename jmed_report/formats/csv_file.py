"""A table as tidy CSV (RFC 4180, with line feeds): one line a score, nothing rounded."""

import csv
import io
from collections.abc import Iterator
from math import isfinite

from jmed_report.columns import Column
from jmed_report.formats.paper import PaperTable
from jmed_report.table import Cell, Row, Section, Table

Value = str | int | float | None


def render(table: Table, _paper: PaperTable | None = None) -> str:
    """A line for each score that is there; what is not known is empty.

    The paper's table never stands in it: scores that do not compare would be read in one column.
    """
    lines = list(_lines(table))
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _plain(value) for key, value in line.items()} for line in lines)
    return text.getvalue()


def _lines(table: Table) -> Iterator[dict[str, Value]]:
    for section in table.sections:
        for row in section.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                if cell:
                    yield _line(table, section, row, column, cell)


def _line(table: Table, section: Section, row: Row, column: Column, cell: Cell) -> dict[str, Value]:
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
        "difference": found.value if found else None,
        "p": found.p if found else None,
        "p_holm": found.p_holm if found else None,
        "test": found.test if found else None,
        "gained": found.gained if found else None,
        "lost": found.lost if found else None,
        "best": cell.best,
        **{name.replace(" ", "_"): row.floors.get(name) for name in table.floor_names},
        "signature": _signature(table, section, row, column),
    }


def _plain(value: Value) -> Value:
    """Truth in lower case, as most readers know it; what is no number as unknown."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if isinstance(value, float) and not isfinite(value) else value


def _signature(table: Table, section: Section, row: Row, column: Column) -> str | None:
    """The one signature that the score can have; None for a score over several tasks."""
    of_column = [each for each in table.signatures if each[0] == column.title]
    subjects = {subject for _, subject, _ in of_column if _is_of(section.title, subject)}
    subject = max(subjects, key=len, default=None)
    found = [line for _, name, line in of_column if name == subject and _shots(line) == row.shots]
    return found[0] if len(found) == 1 else None


def _is_of(title: str, subject: str) -> bool:
    """Whether a section is over a subject, or over a part of it ("igakuqa, year 2018")."""
    return title == subject or title.startswith(f"{subject}, ")


def _shots(line: str) -> int | None:
    """The worked examples that a signature names: 1 of "shots:1" and of "shots:1-463d7bc7d5ad"."""
    found = next((part for part in line.split("|") if part.startswith("shots:")), "")
    number = found.removeprefix("shots:").partition("-")[0]
    return int(number) if number.isdecimal() else None
