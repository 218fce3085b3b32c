"""The formats of a table: each renders the same model, none computes."""

from collections.abc import Callable

from jmed_report.formats import csv_file, html, json_file, latex, markdown
from jmed_report.formats.paper import PaperTable
from jmed_report.table import Table

FORMATS: dict[str, Callable[[Table, PaperTable | None], str]] = {
    "markdown": markdown.render,
    "latex": latex.render,
    "csv": csv_file.render,
    "html": html.render,
    "json": json_file.render,
}
"""By name: the whole file's text from a table and, where it is to stand apart, the paper's own."""
FILE_NAMES = {
    "markdown": "table.md",
    "latex": "table.tex",
    "csv": "table.csv",
    "html": "table.html",
    "json": "table.json",
}
