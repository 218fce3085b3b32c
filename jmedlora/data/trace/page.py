"""A trace as one HTML page to sign and file: no script, nothing loaded."""

from jmedlora.core.page_template import page_environment
from jmedlora.data.trace.terminal import NOTHING, changed_copy, copy_lines
from jmedlora.data.trace.trace import Trace


def render_page(trace: Trace, *, texts: bool) -> str:
    """The page; with ``texts`` also some of the records."""
    template = page_environment("jmedlora.data.trace").get_template("trace.html.jinja")
    return template.render(
        trace=trace,
        texts=texts,
        nothing=NOTHING,
        copies=list(copy_lines(trace)),
        changed_copy=changed_copy,
    )
