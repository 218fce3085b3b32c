"""A table of an examination as texts, the same for every format that people read."""

from collections.abc import Iterable
from dataclasses import dataclass

from jmedlora.core.errors import LONGEST_NAME, shortened
from jmedlora.core.page_template import page_environment
from jmedlora.report.render.console import consoles, plain_table
from jmedlora.report.render.markdown import escape
from jmedlora.report.render.sheet import printable

UNBOUNDED = 100_000
"""Columns: a narrower terminal wraps a table rather than losing digits or names."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a title above and notes below."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def name(text: str) -> str:
    """A name from a file of others for a cell or a sentence: one line, not too long."""
    return shortened(printable(text), LONGEST_NAME)


def print_sheets(found: Iterable[Sheet], command: str = "exam") -> None:
    """Prints them in the terminal. Raises ResultsError, naming ``command``, without rich."""
    console, wide = consoles(command, UNBOUNDED)
    from rich.text import Text

    for sheet in found:
        table = plain_table(sheet.headings)
        for row in sheet.rows:
            table.add_row(*map(Text, row))
        console.print(sheet.title, soft_wrap=True, markup=False)
        if sheet.rows:
            wide.print(table)
        for note in sheet.notes:
            console.print(note, soft_wrap=True, markup=False)
        console.print()


def markdown(found: Iterable[Sheet]) -> str:
    """The same as Markdown."""
    return "\n\n".join("\n\n".join(_blocks(sheet)) for sheet in found) + "\n"


def page(found: Iterable[Sheet]) -> str:
    """The same as one HTML page that needs nothing else; whatever files wrote comes out as text."""
    environment = page_environment("jmedlora.report.exam")
    return environment.get_template("exam.html.jinja").render(sheets=list(found))


def _blocks(sheet: Sheet) -> list[str]:
    rows = [tuple(map(escape, row)) for row in sheet.rows]
    lines = [sheet.headings, ("---", *("--:" for _ in sheet.headings[1:])), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = map(escape, sheet.notes)
    return [f"**{escape(sheet.title)}**", *([table] if sheet.rows else []), *notes]
