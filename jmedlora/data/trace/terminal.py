"""A trace on the terminal: the same sections as the page."""

from collections.abc import Iterator, Sequence

from jmedlora.core.display import counted, visible
from jmedlora.core.errors import printable
from jmedlora.data.personal.report_file import FINDINGS
from jmedlora.data.trace.provenance_search import Found
from jmedlora.data.trace.trace import Trace
from jmedlora.data.trace.training_search import TrainingFile

MOST_NOTES = 30
"""Notes that are shown; all stand in the page and in the JSON file."""
NOTHING = "nothing in these folders saw it, as far as could be followed"


def terminal_lines(trace: Trace, *, texts: bool) -> Iterator[str]:
    """What is said of a trace; with ``texts`` also some of the records."""
    for document in trace.originals:
        yield _line(f"{document.name} (SHA-256 {document.sha256[:12] or 'unknown'})")
    yield from _section("Searches and copies", copy_lines(trace))
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
    said = []
    if file.lines.count:
        part = f"{file.lines.count} of {counted(file.records, 'record')}"
        said.append(f"{part}, lines {file.lines}")
    if file.itself:
        said.append("is the document itself, or a copy of it")
    if file.copy_of:
        said.append(changed_copy(file.copy_of))
    return f"{file.path}: {'; '.join(said)} (SHA-256 {file.sha256[:12]})"


def changed_copy(original: str) -> str:
    """That a training file is a copy of ``original``, and its records are not those of it."""
    return (
        f"a copy of {original}, changed since it was written: which of its records are of the "
        "documents is not known"
    )


def copy_lines(trace: Trace) -> Iterator[str]:
    """Who searched a document for personal data, and its copies with surrogates."""
    for each in trace.searches:
        beside = f"; {FINDINGS} beside it holds what was found" if each.has_findings else ""
        yield f"{each.report}: searched {each.document}{beside}"
    for copy in trace.copies:
        yield f"{copy.name}: a copy of {copy.copy_of} (SHA-256 {copy.sha256[:12]})"


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
