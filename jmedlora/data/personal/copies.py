"""Copies of searched files with surrogates in place of what was found."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.errors import FileError, UserError
from jmedlora.data.documents.find_documents import FoundDocuments
from jmedlora.data.personal.file_names import neutral_paths
from jmedlora.data.personal.replace import replace_findings, weeks_of
from jmedlora.data.personal.report_file import COPIES
from jmedlora.data.personal.search import FileFindings, NamePart
from jmedlora.data.personal.searched_files import SearchedFile, read_searched_file

SAME_NAME = (".txt", ".md", ".jsonl")
"""Types whose copies keep their names; others are texts, with ".txt" behind the name."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What the weeks by which dates are moved are drawn from; it is written nowhere."""

    value: bytes

    @classmethod
    def of(cls, seed: int | None) -> "Secret":
        """The secret of ``seed``, for the same copies again; a random one without a seed."""
        return cls(secrets.token_bytes(32) if seed is None else f"seed {seed}".encode())


def copy_paths(
    files: Sequence[SearchedFile], names: Sequence[Sequence[NamePart]], out: Path
) -> list[Path]:
    """Where the copy of each file goes: below ``out`` as it lies below the folder it was found in.

    names: the parts of each path; those with personal data are replaced. Raises UserError if two
    would have one name.
    """
    paths = [out / COPIES / _copy_name(path) for path in neutral_paths(files, names)]
    seen: dict[Path, str] = {}
    for path, file in zip(paths, files, strict=True):
        if (first := seen.setdefault(path, file.name)) != file.name:
            second = file.name
            raise UserError(
                f"{path}: would be the copy of {first} and {second}; search one at a time"
            )
    return paths


def copy_content(found: FileFindings, secret: Secret) -> bytes:
    """The file's text or records in UTF-8, with surrogates. All else stays as it is."""
    written = []
    for document, findings in zip(found.file.documents, found.found, strict=True):
        name = f"{_copy_name(found.file.below)}:{document.line}"
        texts = [text.text for text in document.texts]
        replaced = replace_findings(texts, findings, weeks_of(secret.value, name))
        if document.record is None:
            written += replaced
        else:
            written.append(json.dumps(document.with_texts(replaced), ensure_ascii=False) + "\n")
    # Half a surrogate pair, in a field that is not searched, stays the escape that it was.
    return "".join(written).encode(errors="backslashreplace")


def read_copy(path: Path) -> SearchedFile:
    """A copy, to be searched again. Raises FileError."""
    found = FoundDocuments()
    file = read_searched_file(path, path, found)
    if file is None:
        raise FileError(found.faults)
    return file


def _copy_name(path: Path) -> Path:
    kept = path.suffix.lower() in SAME_NAME
    return path if kept else path.with_name(f"{path.name}.txt")
