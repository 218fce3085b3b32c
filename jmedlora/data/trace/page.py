"""A trace as one HTML page to sign and file: no script, nothing loaded."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from jmedlora.core.display import language, visible
from jmedlora.data.trace.terminal import NOTHING
from jmedlora.data.trace.trace import Trace


def render_page(trace: Trace, *, texts: bool) -> str:
    """The page; with ``texts`` also some of the records."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html.jinja"]),
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["language"] = language
    template = environment.get_template("trace.html.jinja")
    return template.render(trace=trace, texts=texts, nothing=NOTHING)


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value  # Markup is escaped already
