"""A table as one HTML file that needs nothing else: no script, no font, no network."""

from jmedlora.core.page_template import page_environment
from jmedlora.report.compare.table import Table
from jmedlora.report.render.paper_table import PaperTable
from jmedlora.report.render.sheet import paper_sheet, sheet_of


def render(table: Table, paper: PaperTable | None = None) -> str:
    """The page. Names and titles are escaped: they come from the files of others."""
    environment = page_environment("jmedlora.report.render")
    sheets = [sheet_of(table), *([paper_sheet(paper)] if paper else [])]
    return environment.get_template("table.html.jinja").render(sheets=sheets)
