"""A table in Markdown, as GitHub shows it."""

import html
import re

from jmedlora.report.compare.table import Table
from jmedlora.report.render.number_format import MARK
from jmedlora.report.render.paper_table import PaperTable
from jmedlora.report.render.sheet import Line, Sheet, Shown, paper_sheet, sheet_of

SPECIAL = re.compile(r"([\\`*_\[\]|~$#])")


def render(table: Table, paper: PaperTable | None = None) -> str:
    """The table, the sentences below it and its signatures; then the paper's table, if given."""
    parts = [_sheet(sheet_of(table))]
    if paper:
        sheet = paper_sheet(paper)
        parts.append(f"## {escape(sheet.title)}\n\n{_sheet(sheet)}")
    return "\n".join(parts)


def escape(text: str) -> str:
    """``text`` so that it shows as it is: neither Markdown nor HTML nor a cell's border."""
    return SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def _sheet(sheet: Sheet) -> str:
    floors = [""] * len(sheet.floor_names)
    head = [head.model for head in sheet.heads]
    steps = ["<br>".join(map(escape, filter(None, [h.steps, h.note]))) for h in sheet.heads]
    lines = [
        _row("", *map(escape, head), *sheet.floor_names),
        _row("---", *["---:"] * (len(head) + len(floors))),
    ]
    if any(steps):
        lines.append(_row(sheet.steps_label, *steps, *floors))
    for part in sheet.parts:
        if part.title:
            lines.append(_row(f"**{escape(part.title)}**", *[""] * len(head), *floors))
        lines += [_line(line) for line in part.lines]
    return "\n".join([*lines, *_below(sheet), ""])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line) -> str:
    return _row(escape(line.label), *map(_cell, line.cells), *line.floors)


def _cell(cell: Shown) -> str:
    value, *below = map(_number, filter(None, [cell.value, *cell.below]))
    shown = f"**{value}**" if cell.best else value
    return "<br>".join([f"{shown} {cell.mark}".rstrip(), *below])


def _number(text: str) -> str:
    """A number, or several; the brackets of intervals need no escape."""
    return html.escape(text).replace(MARK, rf"\{MARK}")


def _below(sheet: Sheet) -> list[str]:
    """Paragraphs, then the signatures as they are: an indented block, which no text can end."""
    paragraphs = [f"\n{escape(text)}" for text in (*sheet.notes, *sheet.warnings, *sheet.foot)]
    if not sheet.signatures:
        return paragraphs
    return [*paragraphs, "\nSignatures:\n", *(f"    {line}" for line in sheet.signatures)]
