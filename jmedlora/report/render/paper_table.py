"""The paper's own Table 1, a reference to stand apart from scores of one's own."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "paper_table.json"


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """A model of the paper. steps: of (Q)LoRA, "" for one that was not trained."""

    model: str
    steps: str


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One metric at some shots. values: one a column, from 0 to 1, None where "-" is printed.

    best: the two values that the paper prints bold.
    """

    name: str
    metric: str
    shots: int
    values: tuple[float | None, ...]
    best: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PaperTable:
    """The paper's table as printed. hours: of training, one a column. notes: how far it compares.

    It has no intervals: the paper does not say over how many questions its scores are.
    """

    title: str
    source: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[PaperRow, ...]
    hours: tuple[float | None, ...]
    notes: tuple[str, ...]


@cache
def reference() -> PaperTable:
    """The table that comes with the package."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return PaperTable(
        title=found["title"],
        source=found["source"],
        columns=tuple(PaperColumn(**column) for column in found["columns"]),
        rows=tuple(
            PaperRow(**{**row, "values": tuple(row["values"]), "best": tuple(row["best"])})
            for row in found["rows"]
        ),
        hours=tuple(found["hours"]),
        notes=tuple(found["notes"]),
    )
