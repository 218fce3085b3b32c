"""From a document to its chunks, responses and pairs, by what ``jmed-data`` noted of them.

Chunks are known by the plan (``plan.jsonl``), which names document, hash and text; responses and
pairs by the key of their request too, because a document may have been renamed since.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jmedlora.core.jsonl import Record
from jmedlora.data.parse.read_response import read_response
from jmedlora.data.trace.line_file import LineFile
from jmedlora.data.trace.places import Lines
from jmedlora.data.trace.sought_documents import SoughtDocuments, Way
from jmedlora.data.trace.text_digests import pair_digest, record_digests, text_digest

NAMES_A_SOURCE = b'"source'
"""What every line holds that names a document."""
PLAN, RESPONSES, PAIRS, REJECTED = "chunks asked about", "responses", "pairs", "texts not used"


@dataclass(slots=True)
class Found:
    """The lines of one file that are of the documents. ways: how they are known, and how many."""

    path: Path
    kind: str
    lines: Lines = field(default_factory=Lines)
    ways: Counter[Way] = field(default_factory=Counter)

    def add(self, line: int, way: Way | None) -> None:
        self.lines.add(line)
        if way:
            self.ways[way] += 1


@dataclass(slots=True)
class ProvenanceSearch:
    """What is known of the documents after the files with provenance were read.

    found: by path and kind. keys: of the requests that showed a chunk. digests: of pairs and texts
    that came of the documents. stated: by training file, the lines that the provenance names.
    """

    sought: SoughtDocuments
    found: dict[tuple[Path, str], Found] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    digests: set[bytes] = field(default_factory=set)
    stated: dict[Path, set[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def search(self, paths: Sequence[Path]) -> None:
        """Reads ``paths``, JSON Lines files of any kind, in a memory that hits alone need."""
        named = [path for path in paths if self._find_chunks(path)]
        for path in named:  # a response may be known by the plan of another folder
            self._find(path, _is_response, RESPONSES, self._add_response)
        for path in named:
            self._find(path, _is_pair, PAIRS, self._add_pair)
            self._find(path, _is_reject, REJECTED, lambda *_: None)
        self._read_stated()

    def _find_chunks(self, path: Path) -> bool:
        """Adds the chunks of a plan and the texts of pretraining; whether it names any source."""
        names = False
        for line, record in LineFile(path).holding(NAMES_A_SOURCE):
            names = names or "source" in record
            if not isinstance(record.get("text"), str) or _is_reject(record):
                continue
            way = self._way(record, record["text"])
            if way and isinstance(record.get("key"), str):
                self.keys.add(record["key"])
                self._hit(path, PLAN, line, way)
            elif way:
                self.digests.add(text_digest(record["text"]))
        return names

    def _find(self, path: Path, is_kind: Any, kind: str, add: Any) -> None:
        for line, record in LineFile(path).holding(NAMES_A_SOURCE):
            if is_kind(record):
                way = self._way(record)
                if way or record["key"] in self.keys:
                    self._hit(path, kind, line, way)
                    add(path, record)

    def _way(self, record: Record, text: str | None = None) -> Way | None:
        return self.sought.way(record.get("source"), record.get("source_sha256"), text)

    def _hit(self, path: Path, kind: str, line: int, way: Way | None) -> None:
        self.found.setdefault((path, kind), Found(path, kind)).add(line, way)

    def _add_response(self, _: Path, record: Record) -> None:
        self.keys.add(record["key"])
        finish = record.get("finish_reason")
        reading = read_response(record["content"], finish if isinstance(finish, str) else None)
        self.digests.update(pair_digest(each.instruction, each.output) for each in reading.pairs)

    def _add_pair(self, path: Path, record: Record) -> None:
        file = path.parent / Path(record["file"]).name
        self.stated.setdefault(file, set()).add(record["line"])

    def _read_stated(self) -> None:
        """Adds the pairs at the lines that the provenance names, where they still stand there.

        A file that was changed since holds other pairs there. What tells it is a response.
        """
        answered = {path.parent for path, kind in self.found if kind == RESPONSES}
        for path, lines in self.stated.items():
            if not path.is_file():
                self.notes.append(f"{path}: is not there; it held {len(lines)} pairs")
                continue
            strange = [
                line
                for line, digests in _digests_at(path, lines)
                if path.parent in answered and not self.digests.intersection(digests)
            ]
            if strange:
                self.notes.append(
                    f"{path}: {len(strange)} of {len(lines)} lines that its provenance names hold "
                    "other pairs: the file was changed since"
                )
            if path.parent not in answered:
                for _, digests in _digests_at(path, lines):
                    self.digests.update(digests)


def _digests_at(path: Path, lines: set[int]) -> Iterator[tuple[int, list[bytes]]]:
    for line, record in LineFile(path):
        if line in lines:
            yield line, list(record_digests(record))


def _is_response(record: Record) -> bool:
    return isinstance(record.get("key"), str) and isinstance(record.get("content"), str)


def _is_pair(record: Record) -> bool:
    is_named = isinstance(record.get("file"), str) and isinstance(record.get("key"), str)
    return is_named and isinstance(record.get("line"), int)


def _is_reject(record: Record) -> bool:
    return isinstance(record.get("key"), str) and "reason" in record
