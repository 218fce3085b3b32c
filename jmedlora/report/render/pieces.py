"""A sheet in pieces: what is too wide or too high for one table, as several tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil

from jmedlora.report.render.sheet import Line, Part, Sheet

COLUMNS = 6
"""As many columns with intervals as a page of A4 holds beside the floors."""
NAME = 12
"""As many letters of a model's name as one column is wide."""
SECTIONS = 2
PAGE = 60
"""As many printed lines as a page of A4 holds beside the head and what stands below."""
LINES = 30
"""About half a page: more than SECTIONS sections share a table only up to so many printed lines."""


def with_columns(sheet: Sheet, places: Sequence[int], *, floors: bool) -> Sheet:
    """``sheet`` with its columns at ``places`` only, and without its floors unless ``floors``."""

    def cut(line: Line) -> Line:
        cells = tuple(line.cells[place] for place in places)
        return replace(line, cells=cells, floors=line.floors if floors else ())

    return replace(
        sheet,
        heads=tuple(sheet.heads[place] for place in places),
        floor_names=sheet.floor_names if floors else (),
        parts=tuple(Part(part.title, tuple(map(cut, part.lines))) for part in sheet.parts),
    )


def pages(sheet: Sheet) -> list[Sheet]:
    """``sheet`` as tables for pages of A4: whole, or numbered in their titles.

    More than COLUMNS columns: by model, floors beside the first. More than SECTIONS sections, or
    PAGE lines: one each. Small neighbours share a table. The last table gets what the sheet has
    below it.
    """
    pieces = [
        with_columns(rows, places, floors=not index)
        for rows in _by_section(sheet)
        for index, places in enumerate(_by_model(sheet))
    ]
    if len(pieces) == 1:
        return [sheet]
    titles = [f"{sheet.title} ({number} of {len(pieces)})" for number in range(1, len(pieces) + 1)]
    *first, last = [
        replace(piece, title=title) for piece, title in zip(pieces, titles, strict=True)
    ]
    return [
        *(replace(each, notes=(), warnings=(), foot=(), signatures=()) for each in first),
        last,
    ]


def _by_model(sheet: Sheet) -> list[list[int]]:
    """The places of the columns that share a table."""
    has_intervals = any(line.below for part in sheet.parts for line in part.lines)
    if len(sheet.heads) <= COLUMNS or not has_intervals:
        return [list(range(len(sheet.heads)))]
    groups = [
        (model, places[start : start + COLUMNS])
        for model, places in sheet.groups
        for start in range(0, len(places), COLUMNS)
    ]
    widths = [max(len(places), ceil(len(model) / NAME)) for model, places in groups]
    return [
        [place for group in packed for place in groups[group][1]]
        for packed in _packed(widths, COLUMNS)
    ]


def _by_section(sheet: Sheet) -> Iterator[Sheet]:
    """The sheet with the sections that share a table; the training hours below the last ones."""
    sections = [part for part in sheet.parts if part.title]
    heights = [_height(part) for part in sections]
    if len(sections) <= SECTIONS and (len(sections) < SECTIONS or sum(heights) <= PAGE):
        yield sheet
        return
    packs = _packed(heights, LINES)
    for pack in packs:
        rest = sheet.parts[len(sections) :] if pack is packs[-1] else ()
        yield replace(sheet, parts=(*(sections[place] for place in pack), *rest))


def _height(part: Part) -> int:
    return 1 + sum(1 + len(line.below) for line in part.lines)


def _packed(sizes: Sequence[int], most: int) -> list[list[int]]:
    """The places of ``sizes`` in order, as many together as ``most`` holds, but at least one."""
    packs: list[list[int]] = []
    for place, size in enumerate(sizes):
        if packs and size + sum(sizes[each] for each in packs[-1]) <= most:
            packs[-1].append(place)
        else:
            packs.append([place])
    return packs
