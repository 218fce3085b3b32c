"""Cells of tables in plain text, below a head that says what numbers they hold."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from jmedlora.data.personal.recognisers.labels import LABEL

SEPARATORS = (
    re.compile(r"\t"),
    re.compile(r"[|│┃]"),
    re.compile(r",[^\S\n]?(?=\S)"),
    re.compile(r"[^\S\n]/[^\S\n]"),
    re.compile(r"[^\S\n]{2,}"),
    re.compile(r"[^\S\n]"),
)
"""What parts the cells of a line, the surest first."""
FEWEST_CELLS = 2
MOST_CELLS = 60
MARKS = 1
"""Characters beside the label of a column: ■検体番号."""
_VALUE = re.compile(r"(?=[^\s]{0,8}\d{2})[\dA-Z(/.-]", re.IGNORECASE)
"""What begins the cell behind a label that is not the head of a column."""
_RULE = re.compile(r"[\s|│┃+:=─━┼├┤┬┴┌┐└┘-]+")
_LINE = re.compile(r"[^\n]+")
_ASIDE = re.compile(r"[^\S\n]?\([^()\n]{1,12}\)")
Place = tuple[int, int]


def column_cells(text: str) -> Iterator[tuple[re.Match[str], int, int]]:
    """For each cell below a label: the label, and the cell's place in ``text`` without spaces."""
    separator: re.Pattern[str] | None = None
    columns: dict[int, re.Match[str]] = {}
    last = -1
    for line in _LINE.finditer(text):
        if line.start() > last + 1:
            columns = {}  # an empty line ends the table
        last = line.end()
        if _RULE.fullmatch(line[0]):
            continue
        head = _head(text, line.span())
        if head:
            separator, columns = head
        elif columns and separator:
            cells = _cells(text, line.span(), separator)
            if len(cells) < FEWEST_CELLS:
                columns = {}
            for number, label in columns.items():
                if number < len(cells) and cells[number][0] < cells[number][1]:
                    yield label, *cells[number]


def _head(text: str, line: Place) -> tuple[re.Pattern[str], dict[int, re.Match[str]]] | None:
    """What parts the cells of a line, and its labels by their columns; None where it has none."""
    for separator in SEPARATORS:
        cells = _cells(text, line, separator)
        if len(cells) >= FEWEST_CELLS + (separator is SEPARATORS[-1]):
            labels = {
                number: label
                for number, (cell, following) in enumerate(pairwise([*cells, (line[1], line[1])]))
                if (label := _label(text, cell)) and not _VALUE.match(text, *following)
            }
            return (separator, labels) if labels else None
    return None


def _label(text: str, cell: Place) -> re.Match[str] | None:
    """The label that fills a cell, but for a few marks and what stands in brackets behind it."""
    found = LABEL.search(text, *cell)
    if not found:
        return None
    aside = _ASIDE.match(text, found.end(), cell[1])
    beside = found.start() - cell[0] + cell[1] - (aside.end() if aside else found.end())
    return found if beside <= MARKS else None


def _cells(text: str, line: Place, separator: re.Pattern[str]) -> Sequence[Place]:
    """The places of the cells of a line, without the spaces around them."""
    cells, start = [], line[0]
    for found in separator.finditer(text, *line):
        cells.append(_stripped(text, start, found.start()))
        start = found.end()
        if len(cells) >= MOST_CELLS:
            break
    cells.append(_stripped(text, start, line[1]))
    return cells if len(cells) > 1 else []


def _stripped(text: str, start: int, end: int) -> Place:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
