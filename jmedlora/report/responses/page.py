"""The page that shows responses side by side, as Markdown or HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from jmedlora.core.display import markdown
from jmedlora.core.errors import UserError
from jmedlora.core.page_template import page_environment
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.table import DIGITS
from jmedlora.report.responses.folding import folded
from jmedlora.report.responses.side_by_side import AnsweredQuestion, Part

MOST = 200
"""Questions of one exam that are shown unless more are asked for: what a browser shows at once."""
REMEDY = "To see others use --only, --limit and --ids."
SUFFIXES = {"markdown": "md", "html": "html"}
"""The formats of the page, and how the names of their files end."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of the page: what is shown of it, and in words what is left out ("" if nothing)."""

    part: Part
    questions: tuple[AnsweredQuestion, ...]
    left_out: str


def view(part: Part, ids: Sequence[str] | None, only: str | None, limit: int | None) -> View:
    """What to show of ``part``: at most MOST questions, those that changed first of all.

    ids: these, and no limit but a given one. only: in ONLY; None lets their number decide.
    """
    places = [n for n in part.order if not ids or part.docs[n].get("problem_id") in ids]
    most = limit if limit is not None else len(places) if ids else MOST
    if only in ("changed", "gained", "lost") and not part.has_baseline:
        raise UserError(
            f"--only {only}: {part.subject} has no step 0 to compare with; name a --baseline"
        )
    if only is None:
        only = "changed" if len(places) > most and part.has_baseline else "all"
    if only != "all":
        changes = part.changes[only]
        places = [n for n in places if changes[n]]
    shown = places[:most]
    questions = tuple(part.question(n) for n in shown)
    return View(part, questions, _left_out(part, only, len(places), len(shown)))


def page(name: str, views: Sequence[View], warned: Sequence[str]) -> str:
    """The page as "markdown" or "html"; whatever models and exams wrote comes out as text."""
    environment = page_environment("jmedlora.report.responses")
    if name == "markdown":
        environment = environment.overlay(autoescape=False, finalize=_shown_in_markdown)
    environment.filters["score"] = lambda value: f"{value:.{DIGITS}f}"
    environment.filters["mark"] = lambda value: f"{value:.{DIGITS if value % 1 else 0}f}"
    environment.filters["folded"] = folded
    template = environment.get_template(f"responses.{SUFFIXES[name]}.jinja")
    return template.render(views=views, warnings=warned, names=NAMES)


def _shown_in_markdown(value: object) -> str:
    return markdown(str(value))


def _left_out(part: Part, only: str, found: int, shown: int) -> str:
    """What is not shown, and how to see it; "" if all questions are shown."""
    total = len(part.docs)
    if shown == total:
        return ""
    number = f"the first {shown} of {found}" if shown < found else str(found)
    which = f" that a model {_DID[only]}" if only != "all" else ""
    return f"Shown here, of {total} questions: {number}{which}. {REMEDY}"


_DID = {"changed": "gained or lost", "gained": "gained", "lost": "lost"}
