"""``jmed-report responses``: the same questions side by side across models, as a page to read."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.manual_page import add_command, positive, whole
from jmedlora.core.display import language, markdown, visible
from jmedlora.report.commands.run_options import add_run_options
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.comparability import warnings
from jmedlora.report.compare.comparison import read_columns
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.table import DIGITS, baseline
from jmedlora.report.load.results import ResultsError
from jmedlora.report.responses.side_by_side import AnsweredQuestion, Part, parts

MOST = 200
"""Questions of one exam that are shown unless more are asked for: what a browser shows at once."""
REMEDY = "To see others use --only, --limit and --ids."
ONLY = ("all", "changed", "gained", "lost")
SUFFIXES = {"markdown": "md", "html": "html"}


@dataclass(frozen=True, slots=True)
class View:
    """A part of the page: what is shown of it, and in words what is left out ("" if nothing)."""

    part: Part
    questions: tuple[AnsweredQuestion, ...]
    left_out: str


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Adds the subcommand to the parser."""
    parser = add_command(
        commands,
        _run,
        "responses",
        "Show what each model answered to the same questions, and what it gained and lost. The "
        "correct choices, each response and its scores, side by side, for tasks that are answered "
        "in text. The page holds the exam's questions: mind its terms before passing it on.",
        example="jmed-report responses results --only lost --out pages",
        sections={
            "reads": "results_*.json, and beside it the samples of --log_samples\n"
            "run_card.json or trainer_state.json beside an adapter, for names and steps",
            "writes": "with --out: responses.md and responses.html, no script in it; else the "
            "page on standard output",
        },
        see="jmed-report table; docs/report.md",
    )
    add_run_options(parser)
    parser.add_argument("--task", help="only this one, such as igakuqa or jmed_treatment")
    parser.add_argument("--shots", type=whole, help="only with so many worked examples")
    parser.add_argument("--ids", type=_ids, help="only these questions, separated by commas")
    parser.add_argument(
        "--only", choices=ONLY, help=f"only these; default: all, or changed if more than {MOST}"
    )
    parser.add_argument(
        "--baseline", metavar="COLUMN", help="compare with this one (default: step 0 of each model)"
    )
    parser.add_argument(
        "--limit",
        type=positive,
        help=f"most questions of an exam (default: {MOST}; --ids: no limit)",
    )
    parser.add_argument("--out", type=Path, help="folder for responses.md and responses.html")
    parser.add_argument(
        "--format", choices=list(SUFFIXES), help="default: both with --out, else markdown"
    )


def _run(args: argparse.Namespace) -> int:
    found = read_columns(args.results, args.labels)
    bases = [_base(found, index, args.baseline) for index in range(len(found))]
    selected = _selected(parts(found, bases), args.task, args.shots)
    views = [view(part, args.ids, args.only, args.limit) for part in _with(selected, args.ids)]
    if args.out is None:
        print(page(args.format or "markdown", views, warnings(found)), end="")
        return 0
    for name in [args.format] if args.format else SUFFIXES:
        path = args.out / f"responses.{SUFFIXES[name]}"
        write_file(path, page(name, views, warnings(found)))
        print(path)
    return 0


def view(part: Part, ids: Sequence[str] | None, only: str | None, limit: int | None) -> View:
    """What to show of ``part``: at most MOST questions, those that changed first of all.

    ids: these, and no limit but a given one. only: in ONLY; None lets their number decide.
    """
    places = [n for n in part.order if not ids or part.docs[n].get("problem_id") in ids]
    most = limit if limit is not None else len(places) if ids else MOST
    if only in ("changed", "gained", "lost") and not part.has_baseline:
        raise ResultsError(
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
    is_html = name == "html"
    environment = Environment(
        loader=PackageLoader("jmedlora.report.responses"),
        autoescape=select_autoescape(["html.jinja"]),
        finalize=_shown_in_html if is_html else _shown_in_markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["language"] = language
    environment.filters["score"] = lambda value: f"{value:.{DIGITS}f}"
    environment.filters["mark"] = lambda value: f"{value:.{DIGITS if value % 1 else 0}f}"
    template = environment.get_template(f"responses.{SUFFIXES[name]}.jinja")
    return template.render(views=views, warnings=warned, names=NAMES)


def _shown_in_html(value: object) -> object:
    return visible(value) if type(value) is str else value  # Markup is escaped already


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


def _base(found: list[Column], index: int, given: str | None) -> int | None:
    """The column that the one at ``index`` is compared with. Raises ResultsError if unknown."""
    if given is None:
        return baseline(found, index)
    base = next((n for n, each in enumerate(found) if given in (each.title, each.name)), None)
    if base is None:
        titles = "; ".join(each.title for each in found)
        raise ResultsError(f"--baseline {given}: no such column; they are: {titles}")
    return None if base == index else base


def _selected(found: list[Part], task: str | None, shots: int | None) -> list[Part]:
    """The parts that were asked for. Raises ResultsError if there is none."""
    chosen = [
        part
        for part in found
        if task in (None, part.subject, *(cell.measured.task for cell in part.cells))
        and shots in (None, part.shots)
    ]
    if not chosen:
        known = ", ".join(f"{part.subject} with {part.shots} shots" for part in found) or "none"
        raise ResultsError(f"no such task was answered in text in these runs; they hold: {known}")
    return chosen


def _with(found: list[Part], ids: Sequence[str] | None) -> list[Part]:
    """The parts that hold any of ``ids``. Raises ResultsError for one that none holds."""
    if ids is None:
        return found
    held = [{doc.get("problem_id") for doc in part.docs} for part in found]
    for name in ids:
        if not any(name in each for each in held):
            raise ResultsError(f"--ids: {name} is none of the questions; check its spelling")
    return [part for part, each in zip(found, held, strict=True) if each & set(ids)]


def _ids(text: str) -> list[str]:
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise argparse.ArgumentTypeError("names no question")
    return found
