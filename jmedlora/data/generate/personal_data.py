"""Personal data in documents that are to be sent: the run stops, or surrogates are sent instead."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from jmedlora.core.display import counted
from jmedlora.core.errors import UserError, printable
from jmedlora.data.documents.find_documents import Document, shown_name
from jmedlora.data.personal.file_names import NameSearch
from jmedlora.data.personal.finding import Finding
from jmedlora.data.personal.replace import replace_findings, secret_of, weeks_of
from jmedlora.data.personal.report_file import dates_are_moved
from jmedlora.data.personal.search import (
    Finder,
    find_personal,
    line_of,
    masked,
    open_finder,
    without_dates,
)

Choice = Literal["stop", "replace", "allow"]
Handling = Literal["none found", "replaced", "allowed"]
"""What was done with a document's personal data, as plan and provenance tell it."""
NONE_FOUND: Handling = "none found"
SHOWN = 10
"""Findings that are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Documents that may be sent, and what was done with each; line: to print."""

    documents: list[Document]
    line: str


def check_documents(documents: Sequence[Document], choice: Choice) -> Checked:
    """The documents to send. Nothing has left the process before this returns.

    "stop" raises UserError if anything is found, and names it on standard error, masked. "replace"
    gives documents with surrogates, the same ones in every run: dates are moved by weeks that are
    drawn from the document's own text. "allow" searches nothing.
    """
    if choice == "allow":
        allowed = [replace(each, personal="allowed") for each in documents]
        return Checked(allowed, "personal data: not searched (--personal allow)")
    finder = _open_finder()
    named = _personal_names(documents, finder)
    found = [_search(document, finder) for document in documents]
    number = sum(map(len, found))
    where = f"{number} findings in {sum(map(bool, found))} of {len(documents)} documents"
    if number and choice == "stop":
        _name(documents, found)
        raise UserError(
            f"nothing was sent: personal data, {where}; remove it, or add --personal replace, or "
            "--personal allow to send it as it is"
        )
    checked = [_replaced(*each) for each in zip(documents, found, strict=True)]
    said = f"{where}, replaced" if number else f"none found in {len(documents)} documents"
    return Checked(checked, f"personal data: {said}{named}")


def _personal_names(documents: Sequence[Document], finder: Finder) -> str:
    """What is to be said of the names of files: they are not sent, but stay in what is written."""
    names = NameSearch(finder)
    paths = {each.path for each in documents}
    held = sum(any(part.found for part in names.parts(Path(shown_name(path)))) for path in paths)
    if not held:
        return ""
    files = counted(held, "file")
    return f"; the names of {files} hold some, and what generate writes names its documents"


def _open_finder() -> Finder:
    try:
        return open_finder()
    except UserError as error:
        raise UserError(f"{error}; or add --personal allow, which searches nothing") from error


def _search(document: Document, finder: Finder) -> list[Finding]:
    """The findings; the dates of a copy with surrogates were moved, and are none."""
    found = find_personal(finder, document.text)
    return without_dates(found) if dates_are_moved(document.path, document.sha256) else found


def _replaced(document: Document, found: Sequence[Finding]) -> Document:
    if not found:
        return replace(document, personal=NONE_FOUND)
    weeks = weeks_of(secret_of(document.text), "")
    (text,) = replace_findings([document.text], [found], weeks)
    return replace(document, text=text, personal="replaced")


def _name(documents: Sequence[Document], found: Sequence[Sequence[Finding]]) -> None:
    """Says on standard error what was found and where, without showing it."""
    named = [
        f"{_place(document, finding)}: {finding.kind}: "
        f"{masked(document.text[finding.start : finding.end])}"
        for document, findings in zip(documents, found, strict=True)
        for finding in findings
    ]
    for line in named[:SHOWN]:
        print(printable(line), file=sys.stderr)
    if len(named) > SHOWN:
        print(f"… and {len(named) - SHOWN} more; jmed-data personal lists them", file=sys.stderr)


def _place(document: Document, finding: Finding) -> str:
    """File and line: that of a record, or that in the text which is read of a document."""
    if document.line is not None:
        return document.name
    return f"{document.name}:{line_of(document.text, finding)}"
