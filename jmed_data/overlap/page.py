"""The hits as one HTML file to look at: no script, nothing loaded, whatever the records hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from jmed_data.overlap.questions import Sought
from jmed_data.overlap.report import Report
from jmed_data.overlap.search import Hit
from jmed_data.visible import language, visible

MOST = 200
"""Pairs that are shown: what a browser shows at once. All are in hits.jsonl."""
AROUND = 300
"""Characters of the record that are shown on both sides of the excerpt."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question beside a record. place: "file:line". before, after: what stands around it."""

    question: Sought
    place: str
    way: str
    containment: float
    ratio: float
    before: str
    excerpt: str
    after: str

    @classmethod
    def of(cls, hit: Hit, question: Sought, file: Path) -> "Pair":
        """What the page shows of ``hit``."""
        text, start, end = hit.passage.text, hit.start, hit.end
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        return cls(
            question,
            f"{file}:{hit.passage.line}",
            hit.way,
            hit.containment,
            hit.ratio,
            "…" * (start > AROUND) + before,
            hit.excerpt,
            after + "…" * (end + AROUND < len(text)),
        )


def page(report: Report, pairs: Sequence[Pair]) -> str:
    """The page, with the first of the report's pairs."""
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
    template = environment.get_template("overlap.html.jinja")
    return template.render(report=report, pairs=pairs)


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value  # Markup is escaped already
