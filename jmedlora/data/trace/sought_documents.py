"""The documents that are traced: by the hash of their bytes, by their path, by their text."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePath

from jmedlora.core.errors import UserError
from jmedlora.data.documents.document_readers import (
    READERS,
    DocumentText,
    UnreadableDocumentError,
)

HASH = re.compile("[0-9a-f]{64}")
RECORD = re.compile(r"(?P<path>.+\.jsonl):(?P<line>[0-9]{1,9})", re.IGNORECASE | re.DOTALL)
"""A record of a JSON Lines file, as ``jmed-data generate`` names it."""
GRAM = 24
"""Characters of a text that are looked for in a document at once; shorter texts tell too little."""


class Way(StrEnum):
    """How a record is known to be of a document. The values are printed."""

    CONTENT = "same content (SHA-256)"
    COPY = "same content as a copy with surrogates (SHA-256)"
    PATH = "same path, other content: the document was changed since"
    TEXT = "same text, under the name of another document"


@dataclass(frozen=True, slots=True)
class SoughtDocument:
    """One document, or one record of a JSON Lines file.

    name: as it was given. path: absolute, "" for a hash. line: of the record; None: all of it.
    sha256: of the file's bytes, "" where it is not there. texts: what can be read of it. copy_of:
    the name of the document that it is a copy of, with surrogates; "" for none.
    """

    name: str
    path: str
    line: int | None
    sha256: str
    texts: tuple[str, ...] = ()
    copy_of: str = ""

    def is_record(self, source: str) -> bool:
        """Whether ``source``, a name that generate gave, is that of the record that is sought."""
        return self.line is None or source.endswith(f":{self.line}")

    def has_path(self, source: str) -> bool:
        """Whether ``source`` may be the path of the document, seen from some folder above it."""
        return bool(self.path) and is_path_of(_without_line(source), self.path)


@dataclass(slots=True)
class SoughtDocuments:
    """All that are traced. notes: what could not be done with some of them."""

    documents: list[SoughtDocument]
    notes: list[str] = field(default_factory=list)
    _by_name: dict[str, list[SoughtDocument]] = field(default_factory=dict)
    _plain: list[str] = field(default_factory=list)
    _grams: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for each in self.documents:
            for name in (each.sha256, PurePath(each.path).name):
                self._by_name.setdefault(name, []).append(each)
        self._plain = [_plain(text) for document in self.documents for text in document.texts]
        self._grams = {hash(gram) for text in self._plain for gram in _grams_of(text)}

    @property
    def hashes(self) -> dict[str, str]:
        """By SHA-256 the whole files that are sought, and not records alone, in words."""
        return {
            each.sha256: f"a copy of {each.copy_of}" if each.copy_of else "the document itself"
            for each in reversed(self.documents)  # a copy may be what the document is
            if each.sha256 and each.line is None
        }

    def way(self, source: object, sha256: object, text: object = None) -> Way | None:
        """How a record is known that names ``source`` and its hash, and perhaps holds its ``text``.

        None where it is not of any document that is sought.
        """
        name = source if isinstance(source, str) else ""
        same = [each for each in self._called(sha256) if each.is_record(name)]
        if same:
            return Way.COPY if all(each.copy_of for each in same) else Way.CONTENT
        if any(each.is_record(name) and each.has_path(name) for each in self._called(_file(name))):
            return Way.PATH
        return Way.TEXT if isinstance(text, str) and self.holds(text) else None

    def _called(self, name: object) -> list[SoughtDocument]:
        """The documents with the hash, or in a file of the name, ``name``."""
        return self._by_name.get(name, []) if isinstance(name, str) and name else []

    def holds(self, text: str) -> bool:
        """Whether ``text``, of GRAM characters at least, stands in one of the documents."""
        plain = _plain(text)
        if len(plain) < GRAM or hash(plain[:GRAM]) not in self._grams:
            return False
        return any(plain in each for each in self._plain)


def is_path_of(name: str, path: str | Path) -> bool:
    """Whether ``name`` may be ``path``, an absolute one, seen from some folder above it."""
    parts = PurePath(os.path.normpath(name)).parts
    wanted = tuple(part for part in parts if part != "..")
    return bool(wanted) and PurePath(path).parts[-len(wanted) :] == wanted


def seek_documents(names: Sequence[str]) -> SoughtDocuments:
    """The documents called ``names``: files, folders of them, records, or hashes.

    Raises UserError for a folder that holds none.
    """
    notes: list[str] = []
    found = [each for name in names for each in _documents_of(name, notes)]
    return SoughtDocuments(found, notes)


def _documents_of(name: str, notes: list[str]) -> Iterator[SoughtDocument]:
    path = Path(name)
    if path.is_dir():
        files = [each for each in sorted(path.rglob("*")) if _is_document(each)]
        if not files:
            raise UserError(f"{name}: this folder holds no document; name the documents")
        for each in files:
            yield document_of(str(each), each, None, notes)
    elif HASH.fullmatch(name) and not path.exists():
        yield SoughtDocument(name, "", None, name)
    elif (record := RECORD.fullmatch(name)) and not path.exists():
        yield document_of(name, Path(record["path"]), int(record["line"]), notes)
    else:
        yield document_of(name, path, None, notes)


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in READERS and path.is_file()


def document_of(name: str, path: Path, line: int | None, notes: list[str]) -> SoughtDocument:
    """The document at ``path``, or its record at ``line``. ``notes`` gets what cannot be done."""
    where = os.path.abspath(path)  # noqa: PTH100 (links keep their name)
    if not path.is_file():
        notes.append(f"{name}: is not there, so only records that name its path are found")
        return SoughtDocument(name, where, line, "")
    raw = path.read_bytes()
    texts = [each for each in _texts(name, path, raw, notes) if line in (None, each.line)]
    if line is not None and not texts:
        notes.append(f"{name}: the file holds no such record now")
    digest = hashlib.sha256(raw).hexdigest()
    return SoughtDocument(name, where, line, digest, tuple(each.text for each in texts))


def _texts(name: str, path: Path, raw: bytes, notes: list[str]) -> list[DocumentText]:
    reader = READERS.get(path.suffix.lower())
    try:
        return reader(raw) if reader else []
    except UnreadableDocumentError as error:
        notes.append(f"{name}: its text cannot be read ({error}), so only its hash is looked for")
        return []


def _without_line(source: str) -> str:
    """The path of a source, which names a record of a JSON Lines file with its line."""
    record = RECORD.fullmatch(source)
    return record["path"] if record else source


def _file(source: str) -> str:
    return PurePath(_without_line(source)).name


def _plain(text: str) -> str:
    """``text`` without white space: chunks are cut at it, and files differ in it."""
    return "".join(text.split())


def _grams_of(text: str) -> Iterator[str]:
    return (text[start : start + GRAM] for start in range(len(text) - GRAM + 1))
