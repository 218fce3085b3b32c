"""Training and pretraining files that hold pairs or texts of the documents, in whatever order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.core.jsonl import Record
from jmedlora.data.trace.line_file import LineFile
from jmedlora.data.trace.places import Lines
from jmedlora.data.trace.provenance_search import ProvenanceSearch
from jmedlora.data.trace.text_digests import record_digests

MOST_TEXTS = 50
"""Records whose text is kept to be shown."""
LONGEST_TEXT = 300
BROKEN_SHOWN = 5


@dataclass(slots=True)
class TrainingFile:
    """A file with records of the documents. sha256: of its bytes. records: how many it has in all.

    ordinals: as lines, but lines without a record are not counted. itself: whether the file is one
    of the documents. copy_of: the file with such records that this one is a changed copy of, ""
    for none; which records of the copy are of the documents is not known.
    """

    path: Path
    sha256: str
    records: int
    lines: Lines
    ordinals: Lines
    itself: bool = False
    copy_of: str = ""


@dataclass(slots=True)
class TrainingSearch:
    """files: those with a hit. known: by its hash every file that was read, hit or not.

    texts: (path, line, text) of the first hits. notes: what could not be read.
    """

    files: list[TrainingFile] = field(default_factory=list)
    known: dict[str, Path] = field(default_factory=dict)
    texts: list[tuple[Path, int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def search_training_files(
    paths: Sequence[Path], provenance: ProvenanceSearch, changed_copies: Mapping[Path, str]
) -> TrainingSearch:
    """Reads ``paths`` once, a record at a time: what is copied, joined or shuffled is found too.

    changed_copies: by real path, copies that count whole, and what they are copies of.
    """
    found = TrainingSearch()
    for path in paths:
        file, lines, ordinals = LineFile(path), Lines(), Lines()
        for line, record in file:
            if _is_training(record) and _is_hit(record, provenance):
                lines.add(line)
                ordinals.add(file.records)
                if len(found.texts) < MOST_TEXTS:
                    found.texts.append((path, line, _text(record)))
        found.known[file.sha256] = path
        found.notes += _faults(file)
        itself = file.sha256 in provenance.sought.hashes
        copy_of = changed_copies.get(path.resolve(), "") if changed_copies else ""
        if lines.count or itself or copy_of:
            found.files.append(
                TrainingFile(path, file.sha256, file.records, lines, ordinals, itself, copy_of)
            )
    return found


def _is_training(record: Record) -> bool:
    """Whether it is trained on: what generate keeps of its requests has a key."""
    return "key" not in record


def _is_hit(record: Record, provenance: ProvenanceSearch) -> bool:
    if not provenance.digests.isdisjoint(record_digests(record)):
        return True
    source = record.get("source")
    return source is not None and bool(
        provenance.sought.way(source, record.get("source_sha256"), record.get("text"))
    )


def _text(record: Record) -> str:
    """What a person reads of a record, in short."""
    if isinstance(record.get("messages"), list):
        turns = [each.get("content") for each in record["messages"] if isinstance(each, dict)]
        parts = [each for each in turns if isinstance(each, str)]
    else:
        names = ("instruction", "input", "output", "text")
        parts = [record[name] for name in names if isinstance(record.get(name), str)]
    return "\n".join(parts)[:LONGEST_TEXT]


def _faults(file: LineFile) -> list[str]:
    said = [f"{file.fault}"] if file.fault else []
    if file.broken:
        first = ", ".join(map(str, file.broken[:BROKEN_SHOWN]))
        more = " …" if len(file.broken) > BROKEN_SHOWN else ""
        said.append(f"{file.path}: {len(file.broken)} lines are no JSON object ({first}{more})")
    return said
