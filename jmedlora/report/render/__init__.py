"""The formats of a table: each renders the same model, none computes."""

from collections.abc import Callable

from jmedlora.report.compare.table import Table
from jmedlora.report.render import csv_table, html, json_table, latex, markdown
from jmedlora.report.render.paper_table import PaperTable

FORMATS: dict[str, Callable[[Table, PaperTable | None], str]] = {
    "markdown": markdown.render,
    "latex": latex.render,
    "csv": csv_table.render,
    "html": html.render,
    "json": json_table.render,
}
"""By name: the whole file's text from a table and, where it is to stand apart, the paper's own."""
FILE_NAMES = {
    "markdown": "table.md",
    "latex": "table.tex",
    "csv": "table.csv",
    "html": "table.html",
    "json": "table.json",
}
