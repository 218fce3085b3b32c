"""The short table of a terminal: a line for each model and step, its scores beside each other.

Scores, intervals and verdicts alone. What else a sheet holds is counted or named, never dropped
without a word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from jmedlora.core.display import counted
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.truncation import AT_LIMIT
from jmedlora.report.render.number_format import MISSING
from jmedlora.report.render.sheet import Head, Line, Sheet

if TYPE_CHECKING:
    from rich.text import Text

TITLE = "Scores with 95 % intervals"
GUESS = "chance"
"""The floor that stands in the heading: below it a score means nothing."""
LABEL = 28
"""Columns of the terminal that a name may always take beside its scores.

A longer one has a line of its own, unless all scores still fit beside it.
"""
STEPS = "Steps"
OF_A_RATE = NAMES[AT_LIMIT]
"""So begins a note on a rate, which the short table has not."""
IN_BRACKETS = re.compile(r" \([^()]*\)")
GAP = "  "
KEPT = ("rates", "floors", "differences", "signatures")
"""What the whole table has beside notes and warnings."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: its label, and the column whose scores stand beside it, if any."""

    label: str
    place: int | None


def brief(sheet: Sheet, width: int) -> "Iterator[Text]":
    """The lines of the short table, for a terminal of ``width`` columns.

    No name and no number is broken: where the scores do not fit beside each other, some stand below
    the others. A note and a warning are cut to one line. Needs rich.
    """
    from rich.text import Text

    yield Text(TITLE)
    for part in sheet.parts:
        scores = [line for line in part.lines if not line.is_rate]
        if part.title and scores:
            yield Text("")
            yield Text(f"{part.title}{_guess(sheet, scores)}", "bold")
            for places, lines in _of_the_same_columns(scores):
                yield from _grids(sheet, places, lines, width)
    yield Text("")
    notes = [note for note in sheet.notes if not note.startswith(OF_A_RATE)]
    yield from map(Text, remarks("note", notes, width))
    yield from map(Text, remarks("warning", sheet.warnings, width))


def rest(sheet: Sheet) -> str:
    """What the whole table has beside the short one, in words: "the rates, floors and …"."""
    has = (
        any(line.is_rate for part in sheet.parts for line in part.lines),
        bool(sheet.floor_names),
        any(cell.difference for part in sheet.parts for line in part.lines for cell in line.cells),
        bool(sheet.signatures),
    )
    names = [name for name, known in zip(KEPT, has, strict=True) if known]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _guess(sheet: Sheet, lines: Sequence[Line]) -> str:
    """Such as "; a guess: Accuracy .175": each score once, whatever the number of examples."""
    if GUESS not in sheet.floor_names:
        return ""
    at = sheet.floor_names.index(GUESS)
    known = dict.fromkeys(
        f"{line.label.rpartition(' (')[0]} {line.floors[at]}" for line in lines if line.floors[at]
    )
    return f"; a guess: {', '.join(known)}" if known else ""


def _of_the_same_columns(lines: Sequence[Line]) -> Iterator[tuple[list[int], list[Line]]]:
    """Lines whose scores are of the same columns, with these columns; the first lines first."""
    found: dict[tuple[int, ...], list[Line]] = {}
    for line in lines:
        places = tuple(at for at, cell in enumerate(line.cells) if cell.value != MISSING)
        found.setdefault(places, []).append(line)
    for places, alike in found.items():
        if places:
            yield list(places), alike


def _grids(
    sheet: Sheet, places: Sequence[int], lines: Sequence[Line], width: int
) -> "Iterator[Text]":
    """The scores of ``places``, as many beside each other as fit."""
    from rich.cells import cell_len
    from rich.text import Text

    texts = [_texts(line, places) for line in lines]
    used = sum(len(GAP) + each[-1].cell_len for each in texts)
    entries = list(_entries(sheet, places, most=max(LABEL, width - used)))
    first = STEPS if sheet.has_steps else ""
    label = max(cell_len(e.label) for e in (Entry(first, 0), *entries) if e.place is not None)
    for some in _fitting(texts, width - label):
        heading = Text(GAP, "dim").join([Text(padded(first, label)), *(each[-1] for each in some)])
        heading.rstrip()
        yield heading
        for entry in entries:
            shown = [] if entry.place is None else [each[entry.place] for each in some]
            row = Text(GAP).join([Text(padded(entry.label, label)), *shown])
            row.rstrip()
            yield row


def _entries(sheet: Sheet, places: Sequence[int], most: int) -> Iterator[Entry]:
    """The models in order, each above its columns, or beside its scores if it has one column.

    Where any has steps, each stands above: the labels are then short, and more scores fit.
    most: columns that a label may take beside its scores.
    """
    for model, group in groupby(places, key=lambda place: sheet.heads[place].model):
        of_model = list(group)
        alone = len(of_model) == 1 and not sheet.has_steps
        if not alone:
            yield Entry(model, None)
        for place in of_model:
            head = sheet.heads[place]
            shown = _named(head) if alone else f"  {_named(replace(head, model=''))}"
            yield from _entry(shown, place, most)


def _entry(label: str, place: int, most: int) -> Iterator[Entry]:
    from rich.cells import cell_len

    if cell_len(label) > most:
        yield Entry(label, None)
        label = ""
    yield Entry(label, place)


def _named(head: Head) -> str:
    return ", ".join(filter(None, [head.model, head.steps, head.note]))


def _texts(line: Line, places: Sequence[int]) -> "dict[int, Text]":
    """The cell of each of ``places``, and at -1 the heading; all equally wide."""
    from rich.text import Text

    cells = {place: line.cells[place] for place in places}
    value = max(len(cell.value) for cell in cells.values())
    interval = max(len(cell.interval) for cell in cells.values())
    verdict = max(len(cell.verdict) for cell in cells.values())
    found = {}
    for place, cell in cells.items():
        shown = Text(" " * (value - len(cell.value)))
        shown.append(cell.value, "bold" if cell.best else "")
        shown.append(f" {cell.interval:<{interval}}" if interval else "")
        shown.append(f" {cell.verdict:<{verdict}}" if verdict else "")
        found[place] = shown
    found[-1] = Text(line.label)
    widest = max(text.cell_len for text in found.values())
    for text in found.values():
        text.append(" " * (widest - text.cell_len))
    return found


def _fitting(columns: "list[dict[int, Text]]", width: int) -> "Iterator[list[dict[int, Text]]]":
    """The columns in order, as many together as ``width`` holds, but at least one."""
    some: list[dict[int, Text]] = []
    used = 0
    for each in columns:
        wide = len(GAP) + each[-1].cell_len
        if some and used + wide > width:
            yield some
            some, used = [], 0
        some.append(each)
        used += wide
    yield some


def remarks(kind: str, texts: Sequence[str], width: int) -> Iterator[str]:
    """How many there are, and each on one line."""
    if texts:
        yield f"{counted(len(texts), kind)}:"
    for text in texts:
        yield _on_one_line(f"  {text.removeprefix(f'{kind}: ')}", width)


def _on_one_line(text: str, width: int) -> str:
    """``text``; where it is too long, without what stands in brackets (which columns), then cut."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) > width:
        text = IN_BRACKETS.sub("", text)
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"


def padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))
