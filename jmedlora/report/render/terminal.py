"""A table in the terminal: the short one, or the whole, a model below the other if need be."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.report.compare.table import Table
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.render.brief import brief, rest
from jmedlora.report.render.legend import short_foot
from jmedlora.report.render.paper_table import PaperTable
from jmedlora.report.render.pieces import with_columns
from jmedlora.report.render.sheet import Sheet, Shown, paper_sheet, sheet_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

LABEL_WIDTH = 22
CELL_WIDTH = 12
"""Least width of a score's column; words and numbers make it wider and never fold."""
UNBOUNDED = 100_000


def print_table(
    table: Table, paper: PaperTable | None = None, *, whole: bool, page: Path | None = None
) -> None:
    """Prints ``table``, and the paper's own table apart from it.

    whole: with rates, floors, differences and signatures; else the short table, with what the whole
    one has named. page: the file that has all of it, if there is one. Raises ResultsError without
    rich.
    """
    try:
        from rich.console import Console
    except ImportError as error:
        raise ResultsError("table needs rich; run: pip install 'jmedlora[report]'") from error
    width = Console().width
    console = Console(highlight=False, width=UNBOUNDED)  # the terminal wraps what is still too wide
    sheet = sheet_of(table)
    if whole:
        _print_whole(sheet, console, width)
    else:
        for line in (*brief(sheet, width), *short_foot(table)):
            console.print(line, soft_wrap=True, markup=False)
    if paper:
        console.print()
        _print_whole(paper_sheet(paper), console, width)
    if not whole:
        for text in _where_the_rest_is(sheet, page):
            console.print(text, soft_wrap=True, markup=False)


def _print_whole(sheet: Sheet, console: "Console", width: int) -> None:
    console.print(sheet.title, markup=False)
    for piece in _pieces(sheet, console, width):
        console.print(_grid(piece))
    for text in _below(sheet):
        console.print(text, soft_wrap=True, markup=False)


def _where_the_rest_is(sheet: Sheet, page: Path | None) -> Iterator[str]:
    if known := rest(sheet):
        yield f"--all also shows the {known}."
    yield f"The page with all of it: {page}" if page else "--out DIR writes a page with all of it."


def _below(sheet: Sheet) -> tuple[str, ...]:
    return (*sheet.notes, *sheet.warnings, *sheet.foot, *sheet.signatures, "")


def _pieces(sheet: Sheet, console: "Console", width: int) -> list[Sheet]:
    """All columns if they fit, else whole models, as many as fit; the floors beside the first.

    The columns of one model that do not fit beside each other are several pieces.
    """

    def fits(piece: Sheet) -> bool:
        return console.measure(_grid(piece)).maximum <= width

    if fits(sheet):
        return [sheet]
    pieces: list[list[int]] = []
    for _, places in sheet.groups:
        if pieces and fits(with_columns(sheet, [*pieces[-1], *places], floors=len(pieces) == 1)):
            pieces[-1] += places
            continue
        pieces.append([])
        for place in places:
            wider = with_columns(sheet, [*pieces[-1], place], floors=len(pieces) == 1)
            if pieces[-1] and not fits(wider):
                pieces.append([])
            pieces[-1].append(place)
    return [with_columns(sheet, each, floors=not index) for index, each in enumerate(pieces)]


def _grid(sheet: Sheet) -> "Grid":
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD)
    grid.add_column("", width=LABEL_WIDTH, overflow="fold")
    for place, head in enumerate(sheet.heads):
        width = _cell_width(sheet, place)
        grid.add_column(Text(head.model), width=width, overflow="fold", justify="right")
    for name in sheet.floor_names:
        grid.add_column(name.replace(" ", "\n"), justify="right", no_wrap=True)
    steps = (Text(f"{head.steps}\n{head.note}".strip()) for head in sheet.heads)
    if sheet.has_steps or sheet.has_notes:
        grid.add_row(sheet.steps_label, *steps)
    for part in sheet.parts:
        grid.add_section()
        if part.title:
            grid.add_row(Text(part.title, "bold"))
        for line in part.lines:
            grid.add_row(Text(line.label), *map(_cell, line.cells), *line.floors)
    return grid


def _cell_width(sheet: Sheet, place: int) -> int:
    from rich.cells import cell_len

    texts = [
        text
        for part in sheet.parts
        for line in part.lines
        for cell in [line.cells[place]]
        for text in (*_lines(cell), f"{cell.value} {cell.mark}")
    ]
    words = sheet.heads[place].model.split()
    return max([CELL_WIDTH, *map(len, texts), *map(cell_len, words)])


def _cell(cell: Shown) -> "Text":
    from rich.text import Text

    value, *below = _lines(cell)
    shown = Text(value, "bold" if cell.best else "")
    if cell.mark:
        shown.append(f" {cell.mark}", "not bold")
    return Text("\n").join([shown, *map(Text, below)])


def _lines(cell: Shown) -> list[str]:
    return list(filter(None, [cell.value, *cell.below]))
