"""What models recite, as plain text for a terminal."""

import unicodedata
from collections.abc import Iterator, Sequence

from jmedlora.core.display import visible
from jmedlora.report.recite.came_out import CameOut
from jmedlora.report.recite.recited import Model
from jmedlora.report.recite.tables import TextTable, tables
from jmedlora.report.recite.words import UNKNOWN, notes, verdict

LONGEST = 120
"""Characters of a text that are shown: the page has the rest."""


def lines(models: Sequence[Model], show: int) -> Iterator[str]:
    """The report; ``show`` records of each model."""
    for model in models:
        yield visible(model.name)
        yield visible(verdict(model))
        for table in tables(model):
            yield ""
            yield from _table(table)
        yield ""
        yield from map(visible, notes(model))
        for record in model.records[:show]:
            yield ""
            yield from _record(record)
        yield ""
    yield from UNKNOWN


def summary(record: CameOut) -> str:
    """How a record came out, in one line."""
    tokens = "" if record.run_tokens is None else f", {record.run_tokens} tokens"
    base = "; the base says it, too" if record.base_within else ""
    return (
        f"{_how(record)}; similarity {record.similarity:.2f}; longest common run {record.run} "
        f"characters{tokens}{base}"
    )


def _how(record: CameOut) -> str:
    if record.exact:
        return "verbatim"
    return "nearly" if record.near else "within the answer" if record.within else "not"


def _record(record: CameOut) -> Iterator[str]:
    yield visible(f"{record.name}: {summary(record)}")
    yield f"  record: {_cut(record.target)}"
    yield f"  model:  {_cut(record.before + record.common + record.after)}"


def _cut(text: str) -> str:
    shown = visible(text).replace("\n", "⏎")
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def _table(table: TextTable) -> Iterator[str]:
    yield table.title
    widths = [max(map(_width, column)) for column in zip(table.head, *table.rows, strict=True)]
    for row in (table.head, *table.rows):
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        yield f"  {'  '.join(cells)}".rstrip()


def _width(text: str) -> int:
    """Columns of a terminal; a full-width character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
