"""The documents that a command is given, with what is to be said of them on standard error."""

import sys
from collections.abc import Sequence
from pathlib import Path

from jmedlora.core.errors import UserError
from jmedlora.data.documents.find_documents import Document, FoundDocuments, find_documents

SHOWN_NOTES = 20


def usable_documents(
    paths: Sequence[Path], out: Path, *, skip: bool, undone: str
) -> list[Document]:
    """The documents below ``paths`` but not below ``out``; with ``skip``, those that can be used.

    Raises UserError, which begins with ``undone`` (what did not happen), if one is of no use.
    """
    if out.resolve() in {path.resolve() for path in paths}:
        raise UserError(f"--out {out}: is a folder that is read; choose another, or one inside it")
    found = find_documents(paths, leave_out=out)
    require_usable(found, len(found.documents), skip=skip, undone=undone)
    return found.documents


def require_usable(found: FoundDocuments, usable: int, *, skip: bool, undone: str) -> None:
    """Prints what is to be said of ``found``, with so many ``usable`` files.

    Raises UserError as usable_documents does.
    """
    print_notes(found.notes)
    if found.passed_over:
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(found.passed_over.items()))
        print(f"files of other types passed over: {kinds}", file=sys.stderr)
    for fault in found.faults:
        print(f"left out: {fault}" if skip else fault, file=sys.stderr)
    if found.faults and not (skip and usable):
        remedy = "" if skip else "; mend this, or go on without with --skip-unreadable"
        raise UserError(f"{undone}: not every document can be used{remedy}")


def print_notes(notes: Sequence[str]) -> None:
    """Prints the first ``notes`` and counts the rest."""
    for note in notes[:SHOWN_NOTES]:
        print(note, file=sys.stderr)
    if len(notes) > SHOWN_NOTES:
        print(f"… and {len(notes) - SHOWN_NOTES} more notes", file=sys.stderr)
