"""The terminal, by rich: what the commands that print tables have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jmedlora.report.load.results_file import ResultsError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def consoles(command: str, width: int) -> "tuple[Console, Console]":
    """The terminal, and the same at least ``width`` columns wide, for tables.

    A narrower terminal then wraps a table rather than losing digits. A name like ``model:free:`` is
    printed as it is, and no emoji is made of it. Raises ResultsError, naming ``command``, without
    rich.
    """
    try:
        import rich.console
    except ImportError as error:
        message = f"{command} needs rich; run: pip install 'jmedlora[report]'"
        raise ResultsError(message) from error
    console = rich.console.Console(highlight=False, emoji=False)
    wide = rich.console.Console(highlight=False, emoji=False, width=max(console.width, width))
    return console, wide


def plain_table(headings: Sequence[str]) -> "Table":
    """A table without rows: the first column left, the others right, none folded."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left", no_wrap=True)
    return table
