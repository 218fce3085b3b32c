"""Whether a model was trained on the files that it was asked from, by their hashes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from jmedlora.core.display import counted
from jmedlora.core.errors import printable
from jmedlora.recite.provenance import Source
from jmedlora.report.load.recitals import Recital
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.training_files import Files, read_trainings
from jmedlora.report.recite.recitals import Asked

SHOWN = 12
"""Hex digits of a hash in a message."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How the files that were asked from stand to those that the model was trained on.

    is_known: whether a run card tells the training files; then those named as ``train`` are among
    them. unasked: files that were trained on together with those, and were not asked from.
    trainings: the files of each training by their SHA-256, the last training first.
    """

    is_known: bool
    unasked: tuple[str, ...]
    trainings: tuple[Files, ...]


def origin(model: Asked) -> Origin:
    """What the run cards of ``model`` say of the files that it was asked from.

    Raises ResultsError if it was not trained on a file named as ``train``, or was on one that is
    held out. The training file without canaries counts as asked where the copy was trained on.
    """
    trainings = read_trainings(model.lineage)
    if not trainings:
        return Origin(is_known=False, unasked=(), trainings=())
    recitals = list(model.recitals.values())
    marked = {each.noted.unmarked: each.noted.marked for each in recitals if each.noted.unmarked}
    named = {source.sha256 for each in recitals for source in each.noted.trained}
    asked = {*named, *(marked.get(digest) for digest in named)}
    trained = {digest for files in trainings for digest in files.values()}
    for recital in recitals:
        for fault in _faults(recital, trained, marked):
            raise ResultsError(printable(f"{recital.run.path}: {model.lineage.name} {fault}"))
    unasked = [
        name
        for files in trainings
        if asked & set(files.values())
        for name, digest in files.items()
        if digest not in asked
    ]
    return Origin(is_known=True, unasked=tuple(unasked), trainings=trainings)


def _faults(recital: Recital, trained: set[str], marked: Mapping[str, str | None]) -> Iterator[str]:
    """What of ``recital`` does not fit the hashes of the files ``trained`` on."""
    noted = recital.noted

    def was_trained(digest: str) -> bool:
        return digest in trained or marked.get(digest) in trained

    for source in noted.trained:
        if not was_trained(source.sha256):
            yield (
                f"was not trained on {_shown(source)}, which {recital.task} was given as train: "
                f"its run card tells {counted(len(trained), 'other file')}; ask for the file that "
                "it was trained on. If that is a copy with canaries, name the copy, or ask "
                "jmed_recite_canaries, too"
            )
    if noted.part == "held_out":
        for source in noted.sources:
            if was_trained(source.sha256):
                what = f"was trained on {_shown(source)}, which {recital.task} holds out"
                yield f"{what}; hold out a file that it did not see"
    if noted.marked and noted.marked not in trained:
        yield (
            f"was not trained on the copy with the canaries that {recital.task} asked for; name "
            "the manifest beside the file that it was trained on"
        )


def _shown(source: Source) -> str:
    return f"{PurePath(source.name).name} (SHA-256 {source.sha256[:SHOWN]}…)"
