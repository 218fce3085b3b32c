"""The files from which a report was made, by their SHA-256: what a signature stands for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jmedlora.core.checksum import sha256
from jmedlora.recite.provenance import Recited
from jmedlora.report.load.recitals import Recital
from jmedlora.report.load.runs import samples_file
from jmedlora.report.recite.recitals import Asked

Role = Literal["train", "held out", "recipe", "canaries", "marked", "results", "answers"]
ROLES: tuple[Role, ...] = (
    "train", "held out", "recipe", "canaries", "marked", "results", "answers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file by role and name, "" where that is not known; answers go by their task.

    sha256: 64 hex digits. of_base: whether it is of the run of the base.
    """

    role: Role
    name: str
    sha256: str
    of_base: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """files: in the order of their roles. asked: when lm-eval wrote each run, as in its name."""

    files: tuple[HashedFile, ...]
    asked: tuple[str, ...]


def evidence(model: Asked, base: Asked | None) -> Evidence:
    """The evidence of ``model`` and its base, if asked. A file that several tasks used is once."""
    found = dict.fromkeys(_files(model, of_base=False))
    if base:
        found |= dict.fromkeys(each for each in _files(base, of_base=True) if each.of_base)
    asked = {each.run.stamp for one in (model, base) if one for each in one.recitals.values()}
    files = sorted(found, key=lambda each: (each.of_base, ROLES.index(each.role)))
    return Evidence(tuple(files), tuple(sorted(asked)))


def _files(model: Asked, *, of_base: bool) -> Iterator[HashedFile]:
    for recital in model.recitals.values():
        yield from _inputs(recital.noted)
        yield from _outputs(recital, of_base=of_base)


def _inputs(noted: Recited) -> Iterator[HashedFile]:
    for source in noted.trained:
        yield HashedFile("train", source.name, source.sha256)
    yield HashedFile("recipe", "", noted.recipe)
    if noted.part == "trained":
        return
    role: Role = "held out" if noted.part == "held_out" else "canaries"
    for source in noted.sources:
        yield HashedFile(role, source.name, source.sha256)
    if noted.marked:
        yield HashedFile("marked", "", noted.marked)


def _outputs(recital: Recital, *, of_base: bool) -> Iterator[HashedFile]:
    samples = samples_file(recital.run, recital.task)
    results = recital.run.path
    yield HashedFile("results", results.name, sha256(results), of_base)
    yield HashedFile("answers", recital.task, sha256(samples), of_base)
