"""The documents below the paths that a user names, in a fixed order, each read whole."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.core.errors import Fault
from jmedlora.data.documents.document_readers import READERS, DocumentText, UnreadableDocumentError

OUTPUT_FILES = {"plan.jsonl", "responses.jsonl"}
"""By these files a folder is known that generate wrote."""
READABLE_TYPES = ", ".join(sorted(READERS))


@dataclass(frozen=True, slots=True)
class Document:
    """One text of the file ``path``. line: that of a record in a JSON Lines file, from 1.

    sha256: of the file's bytes, 64 hex digits. encoding: what the file was in ("PDF" for one).
    personal: what was done with personal data in it, "" if it was not looked for.
    """

    path: Path
    line: int | None
    sha256: str
    encoding: str
    text: str
    personal: str = ""

    @property
    def name(self) -> str:
        """The file, with ``:line`` for a record."""
        shown = shown_name(self.path)
        return shown if self.line is None else f"{shown}:{self.line}"


@dataclass(frozen=True, slots=True)
class Unread:
    """A folder, or a part of a file, that is not read. what: it is, and why, in words."""

    path: Path
    what: str


@dataclass(slots=True)
class FoundDocuments:
    """What lies below the paths.

    passed_over: how many files of other types, by their ending. hidden: how many files and folders
    were passed over because their names begin with a dot. unread: what else is not read; the notes
    have it too.
    """

    documents: list[Document] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    unread: list[Unread] = field(default_factory=list)

    def leave_unread(self, path: Path, what: str) -> None:
        """Notes that ``path``, or a part of it, is not read: ``what`` says which, and why."""
        self.unread.append(Unread(path, what))
        self.notes.append(f"{shown_name(path)}: {what}")


def find_documents(paths: Sequence[Path], *, leave_out: Path) -> FoundDocuments:
    """Every document at or below ``paths``, in the order of their names, each file once.

    Hidden files, links to folders and what lies below ``leave_out`` (the output) are passed over.
    A file that is named itself must be of a known type. A link below a folder must lead to a file
    at or below ``paths``: others nobody meant to give. Nothing is raised: what cannot be used is a
    fault.
    """
    found = FoundDocuments()
    for _, file in find_files(paths, found, leave_out=leave_out):
        _read_document(file, found)
    if not found.documents and not found.faults:
        found.faults.append(no_document_fault(paths[0]))
    return found


def find_files(
    paths: Sequence[Path], found: FoundDocuments, *, leave_out: Path | None
) -> Iterator[tuple[Path, Path]]:
    """Every file at or below ``paths`` that can be read, with the path that it was found by.

    As find_documents; what is told of them is added to ``found``.
    """
    given = [path.resolve() for path in paths]
    seen: set[Path] = set()
    for path in paths:
        for file in _files_at(path, leave_out and leave_out.resolve(), found):
            target = file.resolve()
            if target in seen:
                continue
            seen.add(target)
            if any(target.is_relative_to(each) for each in given):
                yield path, file
            else:
                found.faults.append(_outside(file, target))


def no_document_fault(path: Path) -> Fault:
    """At ``path`` is nothing to read."""
    what = f"no document ({READABLE_TYPES}) is there"
    return Fault(path, None, None, what, "name a folder or files that hold text")


def read_file(
    path: Path, read: Callable[[bytes], list[DocumentText]], found: FoundDocuments
) -> tuple[bytes, list[DocumentText]] | None:
    """The bytes of ``path`` and the texts that ``read`` makes of them; None after a fault.

    Faults and notes are added to ``found``.
    """
    if not path.is_file():  # a pipe would be waited for, and a device never ends
        what = "is no regular file" if path.exists() else "is a link to nothing"
        found.faults.append(Fault(path, None, None, what, "remove it or put a document there"))
        return None
    try:
        raw = path.read_bytes()
        texts = read(raw)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        found.faults.append(Fault(path, None, None, what, "check its permissions"))
        return None
    except UnreadableDocumentError as error:
        found.faults += [Fault(path, f.line, None, f.what, f.remedy) for f in error.faults]
        return None
    if texts[0].encoding not in ("UTF-8", "PDF"):
        found.notes.append(f"{shown_name(path)}: read as {texts[0].encoding}")
    if texts[0].note:
        found.leave_unread(path, texts[0].note)
    return raw, texts


def shown_name(path: Path) -> str:
    """``path`` as text: a name may be any bytes."""
    return str(path).encode(errors="backslashreplace").decode()


def _files_at(path: Path, leave_out: Path | None, found: FoundDocuments) -> Iterator[Path]:
    if path.is_dir():
        yield from _files_below(path, leave_out, found)
    elif not path.exists():
        found.faults.append(Fault(path, None, None, "is not there", "check the path"))
    elif path.suffix.lower() not in READERS:
        what = f"'{path.suffix}' files are not read"
        found.faults.append(Fault(path, None, None, what, f"convert it to one of {READABLE_TYPES}"))
    else:
        yield path


def _files_below(root: Path, leave_out: Path | None, found: FoundDocuments) -> Iterator[Path]:
    def cannot_enter(error: OSError) -> None:
        what = f"cannot be entered ({error.strerror})"
        found.faults.append(Fault(Path(error.filename), None, None, what, "check its permissions"))

    for folder, folders, files in os.walk(root, onerror=cannot_enter):
        here = Path(folder)
        if OUTPUT_FILES.issubset(files):
            folders.clear()
            found.leave_unread(here, "holds what generate wrote, and is passed over")
            continue
        shown = [name for name in folders if not name.startswith(".")]
        found.hidden += sum(name.startswith(".") for name in (*folders, *files))
        for name in sorted(shown):
            if (here / name).is_symlink():
                found.leave_unread(here / name, "is a link to a folder, and is not followed")
        folders[:] = sorted(name for name in shown if (here / name).resolve() != leave_out)
        for name in sorted(files):
            suffix = Path(name).suffix.lower()
            if name.startswith("."):
                continue
            if suffix in READERS:
                yield here / name
            else:
                found.passed_over[suffix or "no ending"] += 1


def _outside(link: Path, target: Path) -> Fault:
    what = f"is a link to {target}, outside of what is given"
    return Fault(link, None, None, what, "remove it, or name that file or its folder too")


def _read_document(path: Path, found: FoundDocuments) -> None:
    read = read_file(path, READERS[path.suffix.lower()], found)
    if read is None:
        return
    raw, texts = read
    digest = hashlib.sha256(raw).hexdigest()
    found.documents += [
        Document(path, text.line, digest, text.encoding, text.text) for text in texts
    ]
