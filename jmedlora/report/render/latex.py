"""A table in LaTeX: environments to put into a document, with booktabs."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from jmedlora.report.compare.table import Table
from jmedlora.report.render.number_format import MISSING
from jmedlora.report.render.paper_table import PaperTable
from jmedlora.report.render.pieces import pages
from jmedlora.report.render.sheet import paper_sheet, sheet_of

ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{char: rf"\{char}" for char in "{}$&%#_"},
}
SPECIAL = re.compile("|".join(map(re.escape, ESCAPED)))


def render(table: Table, paper: PaperTable | None = None) -> str:
    """The environments: one for each piece of the table that fits a page of A4, in portrait.

    With ``paper`` one more, with the paper's own table.
    """
    environment = Environment(
        loader=PackageLoader("jmedlora.report.render"),
        autoescape=False,  # noqa: S701 (that of HTML; every text goes through escape)
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"tex": escape, "number": number}
    sheets = [sheet_of(table), *([paper_sheet(paper)] if paper else [])]
    pieces = [piece for sheet in sheets for piece in pages(sheet)]
    return environment.get_template("table.tex.jinja").render(sheets=pieces)


def escape(text: str) -> str:
    """``text`` with every character that LaTeX would not print as it is replaced by its command."""
    return SPECIAL.sub(lambda found: ESCAPED[found.group()], text)


def number(text: str) -> str:
    """A number, or several, escaped and with signs as in mathematics; MISSING as a dash."""
    if text == MISSING:
        return "--"
    return re.sub(r"[-+]", lambda sign: f"${sign.group()}$", escape(text))
