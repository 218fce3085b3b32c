"""The whole way of a document: chunks, responses, pairs, training files, models, results."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.data.trace.copied_records import CopiedRecords
from jmedlora.data.trace.copy_search import DocumentSearch, read_copies, with_copies
from jmedlora.data.trace.evaluation_search import EvaluationSearch, search_evaluations
from jmedlora.data.trace.model_search import ModelSearch, search_models
from jmedlora.data.trace.provenance_search import Found, ProvenanceSearch
from jmedlora.data.trace.searched_folders import SearchedFolders, search_folders
from jmedlora.data.trace.sought_documents import SoughtDocument, SoughtDocuments
from jmedlora.data.trace.training_search import TrainingSearch, search_training_files

FORMAT = 1
"""The version of the JSON form."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What saw the documents.

    documents: those that were asked for, and their copies. searches: for personal data in them.
    notes: what could not be followed, in words.
    """

    documents: list[SoughtDocument]
    folders: tuple[Path, ...]
    provenance: list[Found]
    training: TrainingSearch
    models: ModelSearch
    evaluations: EvaluationSearch
    searches: list[DocumentSearch]
    notes: tuple[str, ...]

    @property
    def originals(self) -> list[SoughtDocument]:
        """The documents that were asked for."""
        return [each for each in self.documents if not each.copy_of]

    @property
    def copies(self) -> list[SoughtDocument]:
        """Their copies with surrogates."""
        return [each for each in self.documents if each.copy_of]

    @property
    def is_hit(self) -> bool:
        """Whether anything saw one of the documents."""
        return bool(
            self.searches
            or self.copies
            or self.provenance
            or any(file.lines.count or file.copy_of for file in self.training.files)
            or self.models.models
            or self.evaluations.evaluations
        )

    def as_record(self, *, texts: bool) -> dict[str, Any]:
        """Plain JSON types; with ``texts`` also some of the records."""
        record: dict[str, Any] = {
            "format": FORMAT,
            "documents": [
                {"name": each.name, "sha256": each.sha256 or None} for each in self.originals
            ],
            "searches": [
                {
                    "report": str(each.report),
                    "document": each.document,
                    "holds_findings": each.has_findings,
                }
                for each in self.searches
            ],
            "copies": [
                {"file": each.name, "sha256": each.sha256, "copy_of": each.copy_of}
                for each in self.copies
            ],
            "among": [str(each) for each in self.folders],
            "provenance": [
                {
                    "file": str(each.path),
                    "kind": each.kind,
                    "count": each.lines.count,
                    "lines": each.lines.ranges,
                    "ways": {way.value: count for way, count in each.ways.items()},
                }
                for each in self.provenance
            ],
            "training_files": [
                {
                    "file": str(each.path),
                    "sha256": each.sha256,
                    "records": each.records,
                    "count": each.lines.count,
                    "lines": each.lines.ranges,
                    "is_the_document": each.itself,
                    "changed_copy_of": each.copy_of or None,
                }
                for each in self.training.files
            ],
            "models": [
                {
                    "folder": str(each.folder.path),
                    "kind": each.folder.kind,
                    "state": each.folder.state,
                    "why": each.why,
                }
                for each in self.models.models.values()
            ],
            "results": [
                {"file": str(each.path), "model": each.model, "certain": each.certain}
                for each in self.evaluations.evaluations
            ],
            "not_followed": list(self.notes),
        }
        if texts:
            record["texts"] = [
                {"file": str(path), "line": line, "text": text}
                for path, line, text in self.training.texts
            ]
        return record


def trace_documents(sought: SoughtDocuments, folders: Sequence[Path]) -> Trace:
    """Follows the documents through ``folders``.

    JSON Lines files are read twice, a record at a time; those that name sources once or twice more,
    and all once more where records were copied with surrogates.
    Raises UserError for a folder that is not there.
    """
    searched = search_folders(folders)
    copies = read_copies(searched.reports)
    sought = with_copies(sought, copies)
    provenance = ProvenanceSearch(sought)
    provenance.search(searched.lines)
    copied = CopiedRecords(copies)
    training = search_training_files(searched.lines, provenance, copied.changed)
    while copied.follow(training, provenance):
        training = search_training_files(searched.lines, provenance, copied.changed)
    files = {file.sha256: str(file.path) for file in training.files}
    seen = {**sought.hashes, **copied.seen, **files}
    models = search_models(searched.models, seen, training.known)
    evaluations = search_evaluations(searched.results, models.models)
    notes = [
        *sought.notes,
        *searched.notes,
        *copies.notes,
        *provenance.notes,
        *training.notes,
        *models.notes,
        *evaluations.notes,
        *_unread(searched),
    ]
    found = list(provenance.found.values())
    return Trace(
        sought.documents,
        tuple(folders),
        found,
        training,
        models,
        evaluations,
        copies.searches_of(sought.documents),
        tuple(notes),
    )


def _unread(searched: SearchedFolders) -> list[str]:
    """A line for each folder with files of a form that is not read."""
    by_folder: dict[str, Counter[str]] = {}
    for (folder, suffix), count in searched.unread.items():
        by_folder.setdefault(folder, Counter())[suffix] += count
    return [
        f"{folder}: not read: {', '.join(f'{count} {suffix}' for suffix, count in kinds.items())} "
        "(prepared copies of training data, tables or archives)"
        for folder, kinds in by_folder.items()
    ]
