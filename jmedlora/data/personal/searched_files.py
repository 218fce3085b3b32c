"""What is searched: documents of every type, and the texts of a training file's records."""

import copy
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import JSON_SPACE, Record, parse_object
from jmedlora.data.dataset import record_faults, record_kind
from jmedlora.data.documents.document_readers import (
    READERS,
    DocumentText,
    ReadFault,
    UnreadableDocumentError,
    decode,
)
from jmedlora.data.documents.find_documents import (
    FoundDocuments,
    find_files,
    no_document_fault,
    read_file,
    shown_name,
)

FIELDS = ("system", "instruction", "input", "output", "text")
MESSAGE_FIELDS = ("content", "thinking")
"""The fields of a record, and of each of its messages, that training reads."""
RECORDS = ".jsonl"
Keys = tuple[str | int, ...]
MOST_DEPTH = 50
"""Lists and objects in one another, in one field."""


@dataclass(frozen=True, slots=True)
class SearchedText:
    """A text that is searched as one.

    keys: where it stands in its record; empty for a document. pages: as those of DocumentText.
    is_trained_on: False for a field of a record that training does not read.
    """

    text: str
    keys: Keys = ()
    pages: tuple[tuple[int, int], ...] = ()
    is_trained_on: bool = True

    @property
    def field(self) -> str | None:
        """Its name for people, such as "output" or "messages[2].content" (from 1)."""
        written = "".join(
            f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in self.keys
        )
        return written.removeprefix(".") or None


@dataclass(frozen=True, slots=True)
class SearchedDocument:
    """What surrogates are stable in: a document, or one record. line: the record's, from 1."""

    texts: tuple[SearchedText, ...]
    line: int | None = None
    record: Record | None = None

    def with_texts(self, texts: Sequence[str]) -> Record:
        """A copy of the record with other ``texts``, in their order."""
        record = copy.deepcopy(self.record or {})
        for searched, text in zip(self.texts, texts, strict=True):
            place: Any = record
            for key in searched.keys[:-1]:
                place = place[key]
            place[searched.keys[-1]] = text
        return record


@dataclass(frozen=True, slots=True)
class SearchedFile:
    """A file that is searched.

    given: the path that it was found by. sha256: of its bytes, 64 hex digits. unsearched: fields
    of records that hold numbers, or text that is none, by how many records have them.
    """

    path: Path
    given: Path
    sha256: str
    encoding: str
    documents: tuple[SearchedDocument, ...]
    unsearched: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return shown_name(self.path)

    @property
    def below(self) -> Path:
        """Its path below the folder that it was found in; its name if it was named itself."""
        is_named = self.path == self.given
        return Path(self.path.name) if is_named else self.path.relative_to(self.given)

    @property
    def has_records(self) -> bool:
        """Whether it is a training file or another file of records."""
        return is_record_file(self.path)

    @property
    def characters(self) -> int:
        return sum(len(text.text) for document in self.documents for text in document.texts)


def is_record_file(path: Path) -> bool:
    """Whether ``path`` is, by its name, a file of one record a line."""
    return path.suffix.lower() == RECORDS


def read_searched_files(
    paths: Sequence[Path], *, leave_out: Path | None
) -> tuple[list[SearchedFile], FoundDocuments]:
    """The files at and below ``paths``, and what is to be told of them. Nothing is raised."""
    found = FoundDocuments()
    files = [
        searched
        for given, path in find_files(paths, found, leave_out=leave_out)
        if (searched := read_searched_file(path, given, found))
    ]
    if not files and not found.faults:
        found.faults.append(no_document_fault(paths[0]))
    return files, found


def read_searched_file(path: Path, given: Path, found: FoundDocuments) -> SearchedFile | None:
    """The texts of ``path``; None after a fault, which is added to ``found``."""
    is_records = is_record_file(path)
    read = read_file(path, _decoded if is_records else READERS[path.suffix.lower()], found)
    if read is None:
        return None
    raw, texts = read
    sha256 = hashlib.sha256(raw).hexdigest()
    if is_records:
        return _records(path, given, sha256, texts[0], found)
    documents = tuple(SearchedDocument((SearchedText(t.text, pages=t.pages),)) for t in texts)
    return SearchedFile(path, given, sha256, texts[0].encoding, documents)


def _decoded(raw: bytes) -> list[DocumentText]:
    found = decode(raw)
    if not found.text.strip():
        raise UnreadableDocumentError(ReadFault(None, "is empty", "remove it or put records in it"))
    return [DocumentText(found.text, found.encoding)]


def _records(
    path: Path, given: Path, sha256: str, whole: DocumentText, found: FoundDocuments
) -> SearchedFile | None:
    """The records of a file; None if one of them is faulty, and all faults are added."""
    documents: list[SearchedDocument] = []
    unsearched: Counter[str] = Counter()
    faults: list[Fault] = []
    for number, line in enumerate(whole.text.split("\n"), start=1):
        if not line.strip(JSON_SPACE):
            continue
        record = _record(line, path, number)
        if isinstance(record, list):
            faults += record
        elif deep := _too_deep(record):
            what = f"'{deep}' has more than {MOST_DEPTH} lists or objects in one another"
            faults.append(Fault(path, number, None, what, "take the inner ones out"))
        else:
            trained = tuple(_texts(record))
            others, left = _other_texts(record, {text.keys for text in trained})
            documents.append(SearchedDocument((*trained, *others), number, record))
            unsearched.update(left)
    found.faults += faults
    searched = SearchedFile(path, given, sha256, whole.encoding, tuple(documents), unsearched)
    return None if faults else searched


def _record(line: str, path: Path, number: int) -> Record | list[Fault]:
    record = parse_object(line, path, number)
    if isinstance(record, Fault):
        return [record]
    kind = record_kind(record)
    if kind is None:
        what = "has neither 'instruction' and 'output' nor 'text'"
        return [Fault(path, number, None, what, "add them or delete the line")]
    return list(record_faults(record, path, number, kind)) or record


def _texts(record: Record) -> Iterator[SearchedText]:
    for name in FIELDS:
        if isinstance(record.get(name), str) and record[name].strip():
            yield SearchedText(record[name], (name,))
    for index, message in enumerate(record.get("messages") or ()):
        for name in MESSAGE_FIELDS:
            if name in message:
                yield SearchedText(message[name], ("messages", index, name))


def _other_texts(record: Record, trained: set[Keys]) -> tuple[list[SearchedText], set[str]]:
    """The other strings in ``record``, and the fields with what is no text to be searched."""
    texts: list[SearchedText] = []
    unsearched: set[str] = set()
    for keys, value in _values(record):
        if keys in trained or keys[0] == "messages":  # which hold their role besides
            continue
        if isinstance(value, str) and _is_text(value):
            texts.append(SearchedText(value, keys, is_trained_on=False))
        elif isinstance(value, int | float | str) and not isinstance(value, bool) and value != "":
            unsearched.add(str(keys[0]))
    return texts, unsearched


def _is_text(value: str) -> bool:
    """Whether there is something to search in it; half a surrogate pair is no text."""
    return bool(value.strip()) and not any("\ud800" <= each <= "\udfff" for each in value)


def _values(record: Record) -> Iterator[tuple[Keys, Any]]:
    """What ``record`` holds, at any depth, with its place, in the order of the line."""
    left: list[tuple[Keys, Any]] = [((), record)]
    while left:
        keys, value = left.pop()
        if isinstance(value, dict):
            left += [((*keys, key), each) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            left += [((*keys, index), each) for index, each in reversed(list(enumerate(value)))]
        else:
            yield keys, value


def _too_deep(record: Record) -> str:
    """The field of ``record`` that is nested deeper than MOST_DEPTH, or ""."""
    for name, value in record.items():
        level = [value]
        for _ in range(MOST_DEPTH + 1):
            level = [
                inner
                for each in level
                if isinstance(each, dict | list)
                for inner in (each.values() if isinstance(each, dict) else each)
            ]
        if level:
            return name
    return ""
