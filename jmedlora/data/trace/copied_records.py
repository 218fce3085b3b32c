"""From records of training files to the same records in copies with surrogates.

A copy has the records of its original in the same order, one a line; so their place tells them.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.data.trace.copy_search import Copy, CopySearch
from jmedlora.data.trace.line_file import LineFile
from jmedlora.data.trace.provenance_search import ProvenanceSearch
from jmedlora.data.trace.text_digests import record_digests
from jmedlora.data.trace.training_search import TrainingSearch


@dataclass(frozen=True, slots=True)
class _Original:
    """What was copied. places: of its records of the documents, from 1, None where they are not
    known. records: how many it has, None where that is not known.
    """

    path: Path
    places: Iterable[int] | None
    records: int | None = None

    def digests_in(self, copy: Path, sha256: str) -> set[bytes] | None:
        """What the same records of ``copy`` hold; None where it is not what was written."""
        if self.places is None:
            return None
        wanted, file = set(self.places), LineFile(copy)
        found = {
            digest
            for _, record in file
            if file.records in wanted
            for digest in record_digests(record)
        }
        is_whole = file.sha256 == sha256 and self.records in (None, file.records)
        return found if is_whole else None


@dataclass(slots=True)
class CopiedRecords:
    """Copies of training files with records of the documents.

    seen: by SHA-256 what a copy is, in words, whether it is there or not. changed: by real path,
    copies that are not what was written, or whose original is not, and what they are copies of.
    """

    copies: CopySearch
    seen: dict[str, str] = field(default_factory=dict)
    changed: dict[Path, str] = field(default_factory=dict)

    def follow(self, training: TrainingSearch, provenance: ProvenanceSearch) -> bool:
        """Adds to ``provenance`` what the copies of ``training`` hold; whether that was anything.

        What is added may stand in other files, which have copies too: search and follow again.
        """
        before = len(provenance.digests), len(self.changed)
        for copy, original in self._copies(training, provenance):
            self.seen[copy.sha256] = f"a copy of {original.path}"
            if place := training.known.get(copy.sha256) or copy.path:
                digests = original.digests_in(place, copy.sha256)
                if digests is None:
                    self.changed[place.resolve()] = str(original.path)
                else:
                    provenance.digests.update(digests)
        return before != (len(provenance.digests), len(self.changed))

    def _copies(
        self, training: TrainingSearch, provenance: ProvenanceSearch
    ) -> Iterator[tuple[Copy, _Original]]:
        for file in training.files:
            where = None if file.copy_of else file.ordinals
            if file.copy_of or file.lines.count:
                original = _Original(file.path, where, file.records)
                yield from ((copy, original) for copy in self.copies.of_content(file.sha256))
            for copy in self.copies.of_path(os.path.abspath(file.path)):  # noqa: PTH100
                if copy.original not in training.known:  # the file was changed since it was copied
                    yield copy, _Original(file.path, None)
        for path, lines in provenance.stated.items():
            if not path.is_file():  # it was deleted, and its copy was not
                for copy in self.copies.of_path(os.path.abspath(path)):  # noqa: PTH100
                    yield copy, _Original(path, lines)
