"""A table as one HTML file that needs nothing else: no script, no font, no network."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from jmedlora.report.compare.table import Table
from jmedlora.report.render.paper_table import PaperTable
from jmedlora.report.render.sheet import paper_sheet, sheet_of


def render(table: Table, paper: PaperTable | None = None) -> str:
    """The page. Names and titles are escaped: they come from the files of others."""
    environment = Environment(
        loader=PackageLoader("jmedlora.report.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sheets = [sheet_of(table), *([paper_sheet(paper)] if paper else [])]
    return environment.get_template("table.html.jinja").render(sheets=sheets)
