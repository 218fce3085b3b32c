"""What a search says: lines to print, JSON, and the page that a review board can sign."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jmedlora.core.display import counted
from jmedlora.core.errors import Fault
from jmedlora.core.page_template import page_environment
from jmedlora.core.utc_time import utc_now
from jmedlora.data.documents.find_documents import FoundDocuments
from jmedlora.data.personal.file_names import NameSearch
from jmedlora.data.personal.finding import JAPANESE, Kind
from jmedlora.data.personal.measured import Measured, measured_lines
from jmedlora.data.personal.search import FileFindings, Located, counted_kinds

LIBRARIES = ("jmedlora", "ginza", "ja_ginza", "presidio_analyzer", "spacy")
SHOWN_FINDINGS = 500
"""On the page; all are in findings.jsonl."""
SHOWN_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy of a file. left: what a search of the copy finds, without the moved dates."""

    path: Path
    found: FileFindings

    @property
    def left(self) -> Counter[Kind]:
        return self.found.counts


@dataclass(frozen=True, slots=True)
class NotSearched:
    """What lies below the paths and was not searched. Paths are masked.

    left_out: files that cannot be used, and why. parts: folders, and parts of files that were
    searched, and why. other_types: how many files, by their ending. hidden: how many files and
    folders whose names begin with a dot.
    """

    left_out: Sequence[tuple[str, str]] = ()
    parts: Sequence[tuple[str, str]] = ()
    other_types: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 0

    @classmethod
    def of(cls, found: FoundDocuments, names: NameSearch) -> "NotSearched":
        """That of ``found``, with its paths masked by what ``names`` finds."""
        return cls(
            [(_masked_place(fault, names), fault.what) for fault in found.faults],
            [(names.masked(each.path), each.what) for each in found.unread],
            dict(sorted(found.passed_over.items())),
            found.hidden,
        )


def _masked_place(fault: Fault, names: NameSearch) -> str:
    return names.masked(fault.file) + ("" if fault.line is None else f":{fault.line}")


@dataclass(frozen=True, slots=True)
class Report:
    """A search. copies: one for each file, or none."""

    files: Sequence[FileFindings]
    copies: Sequence[Copy]
    measured: Measured
    not_searched: NotSearched

    @property
    def counts(self) -> Counter[Kind]:
        """How many findings of each kind, in all files."""
        return sum((file.counts for file in self.files), Counter())

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that were found, in the order of Kind."""
        counts = self.counts
        return [kind for kind in Kind if counts[kind]]


def versions() -> dict[str, str]:
    """The version of each library that finds."""
    return {library: version(library) for library in LIBRARIES}


def report_lines(report: Report) -> Iterator[str]:
    """Lines to print: what is missed, each file with findings, and the sum."""
    yield from measured_lines(report.measured)
    for file in report.files:
        if counts := file.counts:
            yield f"{file.file.name}: {counts.total()} ({counted_kinds(counts)})"
        if unsearched := file.file.unsearched:
            names = ", ".join(sorted(unsearched)[:SHOWN_FIELDS])
            more = ", …" * (len(unsearched) > SHOWN_FIELDS)
            yield f"{file.file.name}: fields that were not searched: {names}{more}"
    if named := sum((file.counts_in_name for file in report.files), Counter()):
        number = sum(bool(file.counts_in_name) for file in report.files)
        yield f"in the names of {counted(number, 'file')}: {counted_kinds(named)}"
    total = report.counts
    with_findings = sum(bool(file.counts) for file in report.files)
    said = f" ({counted_kinds(total)})" if total else ""
    places = f"{with_findings} of {counted(len(report.files), 'file')}"
    yield f"{counted(total.total(), 'finding')} in {places}{said}"


def copy_lines(copies: Sequence[Copy]) -> Iterator[str]:
    """Lines to print: what is left in the copies."""
    for copy in copies:
        if copy.left:
            yield f"{copy.path}: still holds {copy.left.total()} ({counted_kinds(copy.left)})"
    clean = sum(not copy.left for copy in copies)
    yield f"copies: {len(copies)}; searched again, nothing is found in {clean}"


def report_record(report: Report) -> dict[str, Any]:
    """The report as plain JSON types, without what was found itself."""
    copies: Sequence[Copy | None] = report.copies or [None] * len(report.files)
    return {
        "searched": utc_now(),
        "files": [_file_record(*each) for each in zip(report.files, copies, strict=True)],
        "findings": _counts(report.counts),
        "not_searched": {
            "left_out": [_place_record(*each) for each in report.not_searched.left_out],
            "parts": [_place_record(*each) for each in report.not_searched.parts],
            "other_types": dict(report.not_searched.other_types),
            "hidden": report.not_searched.hidden,
        },
        "measured": report.measured.model_dump(),
        "versions": versions(),
    }


def _place_record(place: str, why: str) -> dict[str, str]:
    return {"place": place, "why": why}


def _file_record(found: FileFindings, copy: Copy | None) -> dict[str, Any]:
    file = found.file
    record: dict[str, Any] = {
        "file": found.masked_name,
        "sha256": file.sha256,
        "encoding": file.encoding,
        "documents": len(file.documents),
        "characters": file.characters,
        "findings": _counts(found.counts),
        "findings_in_name": _counts(found.counts_in_name),
        "not_searched": dict(sorted(file.unsearched.items())),
    }
    if copy:
        record["copy"] = {
            "file": str(copy.path),
            "sha256": copy.found.file.sha256,
            "left": _counts(copy.left),
        }
    return record


def _counts(counts: Counter[Kind]) -> dict[str, int]:
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}


def render_page(report: Report, record: dict[str, Any]) -> str:
    """The page. Findings are masked: it can be shown to more people than findings.jsonl."""
    shown = _first(report.files, SHOWN_FINDINGS)
    page = page_environment("jmedlora.data.personal").get_template("personal.html.jinja")
    return page.render(
        report=report,
        record=record,
        shown=shown,
        total=report.counts.total(),
        japanese={kind.value: name for kind, name in JAPANESE.items()},
    )


def _first(files: Sequence[FileFindings], most: int) -> list[Located]:
    found: list[Located] = []
    for file in files:
        for located in file:
            if len(found) == most:
                return found
            found.append(located)
    return found
