"""Copies with surrogates that ``jmed-data personal --replace`` wrote, and what they are copies of.

``report.json`` names every file that was searched and its copy, with the hashes of both;
``COPY.personal.json`` beside a copy names the hash of what it is a copy of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from pydantic import BaseModel, Field, ValidationError

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.data.personal.report_file import (
    COPIES,
    FINDINGS,
    NAMES,
    REPORT,
    SUFFIX,
    read_report_beside,
)
from jmedlora.data.trace.line_file import LineFile
from jmedlora.data.trace.sought_documents import (
    SoughtDocument,
    SoughtDocuments,
    document_of,
    is_path_of,
)

MOST_BYTES = 2**26
"""The largest report that is read: some 100,000 files."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy, as it was written.

    original: the SHA-256 of what it is a copy of; name: the path of that, "" where it is not known.
    sha256: of the copy. path: where the copy lies, None where it is gone; written: its path then.
    """

    original: str
    name: str
    sha256: str
    path: Path | None
    written: str


@dataclass(frozen=True, slots=True)
class DocumentSearch:
    """A search for personal data. document: the path that was searched; sha256: its content."""

    report: Path
    document: str
    sha256: str

    @property
    def has_findings(self) -> bool:
        """Whether what was found lies beside the report."""
        return (self.report.parent / FINDINGS).is_file()


@dataclass(slots=True)
class CopySearch:
    """What the reports say. notes: reports that cannot be read."""

    copies: list[Copy] = field(default_factory=list)
    searches: list[DocumentSearch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _of_content: dict[str, list[Copy]] = field(default_factory=dict)
    _of_name: dict[str, list[Copy]] = field(default_factory=dict)

    def add(self, copy: Copy) -> None:
        """Adds ``copy``."""
        self._of_content.setdefault(copy.original, []).append(copy)
        if copy.name:
            self._of_name.setdefault(PurePath(copy.name).name, []).append(copy)

    def of_content(self, sha256: str) -> list[Copy]:
        """The copies of a file with the hash ``sha256``."""
        return self._of_content.get(sha256, []) if sha256 else []

    def of_path(self, path: str) -> list[Copy]:
        """The copies of a file that lay at ``path`` (absolute), whatever its content was."""
        called = self._of_name.get(PurePath(path).name, [])
        return [each for each in called if is_path_of(each.name, path)]

    def searches_of(self, documents: Sequence[SoughtDocument]) -> list[DocumentSearch]:
        """The searches of ``documents``, by content or else by path."""
        hashes = {each.sha256 for each in documents if each.sha256}
        return [
            each
            for each in self.searches
            if each.sha256 in hashes or any(one.has_path(each.document) for one in documents)
        ]


class _CopyEntry(BaseModel):
    file: str
    sha256: str


class _FileEntry(BaseModel):
    file: str
    sha256: str
    copied: _CopyEntry | None = Field(default=None, alias="copy")


class _Report(BaseModel):
    searched: str
    files: list[_FileEntry]


def read_copies(reports: Sequence[Path]) -> CopySearch:
    """What ``reports`` say, ``report.json`` and those beside files. Other JSON is passed over."""
    found = CopySearch()
    for path in reports:
        if path.name == REPORT:
            _add_report(path, found)
        elif (report := read_report_beside(path)) is None:
            found.notes.append(f"{path}: is no report of a search that can be read")
        elif report.copy_of:
            copy = path.with_name(path.name.removesuffix(SUFFIX))
            there = copy if copy.is_file() else None
            found.add(Copy(report.copy_of, "", report.sha256, there, str(copy)))
    return found


def _add_report(path: Path, found: CopySearch) -> None:
    try:
        if path.stat().st_size > MOST_BYTES:
            found.notes.append(f"{path}: is too large for a report, and was not read")
            return
        report = _Report.model_validate(read_json(path))
    except ValidationError:
        return  # that of another program
    except (OSError, NotJsonError) as error:
        found.notes.append(f"{path}: cannot be read as a report of a search ({error})")
        return
    names = _names(path.parent / NAMES)
    for each in report.files:
        written = each.copied.file if each.copied else ""
        name = names.get(written, each.file)
        found.searches.append(DocumentSearch(path, name, each.sha256))
        if each.copied:
            place = _place(path, written)
            found.add(Copy(each.sha256, name, each.copied.sha256, place, written))


def _names(path: Path) -> dict[str, str]:
    """By copy the path of its original, which a report names masked."""
    if not path.is_file():
        return {}
    names = ((record.get("copy"), record.get("file")) for _, record in LineFile(path))
    return {c: f for c, f in names if isinstance(c, str) and isinstance(f, str)}


def _place(report: Path, written: str) -> Path | None:
    """Where a copy lies that was ``written`` beside ``report``, wherever that lies now."""
    parts = PurePath(written).parts
    starts = [number for number, part in enumerate(parts) if part == COPIES]
    places = (report.parent.joinpath(*parts[start:]) for start in starts)
    return next((each for each in places if ".." not in each.parts and each.is_file()), None)


def with_copies(sought: SoughtDocuments, copies: CopySearch) -> SoughtDocuments:
    """``sought``, and the copies of its documents, and the copies of these."""
    documents, notes = list(sought.documents), list(sought.notes)
    known = {(each.sha256, each.path, each.line) for each in documents}
    for document in documents:  # which grows
        for copy in _copies_of(document, copies):
            for each in _sought(copy, document, notes):
                if (key := (each.sha256, each.path, each.line)) not in known:
                    known.add(key)
                    documents.append(each)
    return SoughtDocuments(documents, notes)


def _copies_of(document: SoughtDocument, copies: CopySearch) -> Iterator[Copy]:
    yield from copies.of_content(document.sha256)
    yield from copies.of_path(document.path) if document.path else ()


def _sought(copy: Copy, document: SoughtDocument, notes: list[str]) -> Iterator[SoughtDocument]:
    """``copy`` as it was written, and as it is now where a person changed it."""
    line = None if document.line is None else _line_in_copy(document)
    name = str(copy.path or copy.written)
    whole = document.copy_of or document.name
    if copy.path is None:
        yield SoughtDocument(name, "", line, copy.sha256, copy_of=whole)
        return
    now = replace(document_of(name, copy.path, line, notes), copy_of=whole)
    yield now
    if now.sha256 != copy.sha256:
        yield replace(now, sha256=copy.sha256)


def _line_in_copy(document: SoughtDocument) -> int | None:
    """The line of a record in a copy, which has no lines without a record."""
    file = LineFile(Path(document.path))
    before = (file.records for line, _ in file if line == document.line)
    return next(before, document.line)
