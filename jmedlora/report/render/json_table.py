"""A table as JSON: everything that it holds, nothing rounded."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from jmedlora.core.atomic_write import dump
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.table import Table
from jmedlora.report.render.paper_table import PaperTable

COLUMN_FIELDS = ("model", "steps", "step", "kind", "hours", "name")


def render(table: Table, paper: PaperTable | None = None) -> str:
    """An object with columns, sections, warnings, notes, signatures; under "paper" the paper's.

    What is not known, or is no number, is null.
    """
    found = {
        "columns": [_column(column) for column in table.columns],
        "sections": [asdict(section) for section in table.sections],
        "warnings": table.warnings,
        "notes": table.notes,
        "signatures": [
            {"column": column, "subject": subject, "signature": line}
            for column, subject, line in table.signatures
        ],
        "seed": table.seed,
        "resamples": table.resamples,
        "against": table.against,
        "tests": table.tests,
        "paper": asdict(paper) if paper else None,
    }
    return dump(_numbers(found))


def _column(column: Column) -> dict[str, Any]:
    """What names the column; the answers that it was computed from stay where they are."""
    return {
        "title": column.title,
        **{name: getattr(column, name) for name in COLUMN_FIELDS},
        "variant": "|".join(column.way),
        "note": column.note,
    }


def _numbers(value: Any) -> Any:
    """``value`` with null for NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _numbers(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
