"""A trace on the terminal: the same sections as the page."""

from collections.abc import Iterator, Sequence

from jmedlora.core.display import counted, visible
from jmedlora.core.errors import printable
from jmedlora.data.trace.provenance_search import Found
from jmedlora.data.trace.trace import Trace
from jmedlora.data.trace.training_search import TrainingFile

MOST_NOTES = 30
"""Notes that are shown; all stand in the page and in the JSON file."""
NOTHING = "nothing in these folders saw it, as far as could be followed"


def terminal_lines(trace: Trace, *, texts: bool) -> Iterator[str]:
    """What is said of a trace; with ``texts`` also some of the records."""
    for document in trace.documents:
        yield _line(f"{document.name} (SHA-256 {document.sha256[:12] or 'unknown'})")
    yield from _section("Chunks, responses and pairs", map(provenance_line, trace.provenance))
    yield from _section("Training files", map(training_line, trace.training.files))
    models = trace.models.models.values()
    yield from _section(
        "Runs, adapters and models",
        (f"{each.folder.path} ({each.folder.kind}): {each.why}" for each in models),
    )
    found = trace.evaluations.evaluations
    yield from _section(
        "Results",
        (
            f"{each.path}: of {each.model}{'' if each.certain else ' (by its path)'}"
            for each in found
        ),
    )
    if texts:
        shown = (f"{path}:{line}: {text}" for path, line, text in trace.training.texts)
        yield from _section("Texts", shown)
    yield from _section("Not followed", _first(trace.notes))
    if not trace.is_hit:
        yield NOTHING


def provenance_line(found: Found) -> str:
    """One file with provenance, its hits, and how they are known."""
    ways = "; ".join(f"{count} by {way}" for way, count in found.ways.items())
    where = f"{found.path}: {found.lines.count} {found.kind}, lines {found.lines}"
    return f"{where} ({ways})" if ways else where


def training_line(file: TrainingFile) -> str:
    """One training file: how many of its records are of the documents, and which."""
    if not file.lines.count:
        return f"{file.path}: is the document itself (SHA-256 {file.sha256[:12]})"
    part = f"{file.lines.count} of {counted(file.records, 'record')}"
    return f"{file.path}: {part}, lines {file.lines} (SHA-256 {file.sha256[:12]})"


def _section(title: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield f"{title}:"
        yield from (_line(f"  {each}") for each in found)


def _first(notes: Sequence[str]) -> list[str]:
    rest = len(notes) - MOST_NOTES
    more = [f"… and {rest} more (--json and --html have all)"] if rest > 0 else []
    return [*notes[:MOST_NOTES], *more]


def _line(text: str) -> str:
    return printable(visible(text))
