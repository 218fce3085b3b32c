"""Tables with a title above and notes below, the same in every format that people read."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jmedlora.core.errors import LONGEST_NAME, shortened
from jmedlora.core.page_template import page_environment
from jmedlora.report.render.console import consoles, plain_table
from jmedlora.report.render.markdown import escape
from jmedlora.report.render.sheet import printable

SHOWN = 5
"""Ids of questions that a note names before it counts the rest."""
UNBOUNDED = 100_000
"""Columns: a narrower terminal wraps a table rather than losing digits or names."""


@dataclass(frozen=True, slots=True)
class PlainSheet:
    """A table with a title above and notes below."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def name(text: str) -> str:
    """A name from a file of others for a cell or a sentence: one line, not too long."""
    return shortened(printable(text), LONGEST_NAME)


def some_of(ids: Sequence[str]) -> str:
    """The first SHOWN of ``ids``, and how many there are more."""
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return f"{', '.join(ids[:SHOWN])}{more}"


def print_sheets(found: Iterable[PlainSheet], command: str = "exam") -> None:
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


def markdown(found: Iterable[PlainSheet]) -> str:
    """The same as Markdown."""
    return "\n\n".join("\n\n".join(_blocks(sheet)) for sheet in found) + "\n"


def page(found: Iterable[PlainSheet], pictures: Iterable[tuple[str, bytes]] = ()) -> str:
    """The same as one HTML page that needs nothing else; whatever files wrote comes out as text.

    pictures: SVGs that stand behind the first table, each with what it shows in words. A browser
    runs nothing that an SVG in a picture holds.
    """
    environment = page_environment("jmedlora.report.render")
    shown = [(words, b64encode(svg).decode("ascii")) for words, svg in pictures]
    return environment.get_template("sheets.html.jinja").render(sheets=list(found), pictures=shown)


def _blocks(sheet: PlainSheet) -> list[str]:
    rows = [tuple(map(escape, row)) for row in sheet.rows]
    lines = [sheet.headings, ("---", *("--:" for _ in sheet.headings[1:])), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = map(escape, sheet.notes)
    return [f"**{escape(sheet.title)}**", *([table] if sheet.rows else []), *notes]
