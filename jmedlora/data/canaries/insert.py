"""A copy of a training file with canaries among its records, and the manifest beside it."""

import codecs
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.atomic_write import dump, write_file
from jmedlora.core.display import counted
from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.jsonl import JSON_SPACE
from jmedlora.data.canaries.draw import Drawn, draw_canaries, form_of, is_canary
from jmedlora.data.canaries.manifest import (
    FORMAT,
    MOST_CANARIES,
    Canary,
    HashedFile,
    Manifest,
    Reference,
    manifest_beside,
)
from jmedlora.data.dataset import Kind, TrainingFile, read_training_file


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many canaries: repetitions are dealt to them in turn; references stand in no file."""

    canaries: int
    repetitions: tuple[int, ...]
    references: int
    seed: int

    @property
    def times(self) -> list[int]:
        """How often each canary stands in the copy."""
        given = self.repetitions
        return [given[place % len(given)] for place in range(self.canaries)]


def add_canaries(source: Path, copy: Path, kind: Kind, wanted: Wanted) -> Manifest:
    """Writes ``copy``, which is ``source`` with canaries, and its manifest beside it.

    The lines of ``source`` stay byte for byte and in their order; the canaries stand at random
    places among them. Raises UserError: for a file with faults or with canaries, for a copy in the
    place of ``source``, and where something cannot be written.
    """
    _check(source, copy, wanted)
    file = _without_canaries(read_training_file(source, kind))
    drawn = _draw(file, wanted)
    content, places = _mixed(source.read_bytes(), drawn, wanted)
    hashed = hashlib.sha256(content).hexdigest()
    records = len(file.records) + sum(wanted.times)
    manifest = Manifest(
        format=FORMAT,
        source=HashedFile(name=source.name, sha256=file.sha256, records=len(file.records)),
        marked=HashedFile(name=copy.name, sha256=hashed, records=records),
        seed=wanted.seed,
        canaries=tuple(_canaries(drawn, places)),
        references=tuple(_references(drawn[wanted.canaries :])),
    )
    write_file(copy, content)
    write_file(manifest_beside(copy), dump(manifest.as_record()))
    return manifest


def _check(source: Path, copy: Path, wanted: Wanted) -> None:
    if copy.exists() and source.exists() and copy.samefile(source):
        raise UserError(f"{copy}: is the training file itself; give --out another name")
    if wanted.canaries < len(wanted.repetitions):
        what = f"{counted(len(wanted.repetitions), 'number')} of repetitions"
        raise UserError(
            f"--add {wanted.canaries}: {what} need at least as many canaries; add more, or give "
            "fewer numbers with --repeat"
        )
    if wanted.canaries + wanted.references > MOST_CANARIES:
        given = f"--add {wanted.canaries} --references {wanted.references}"
        raise UserError(f"{given}: give at most {MOST_CANARIES:,} together")


def _without_canaries(file: TrainingFile) -> TrainingFile:
    held = [line for line, record in file.records if is_canary(record)]
    if held:
        what, remedy = "is a canary: the file holds some already", "name the file without them"
        raise FileError([Fault(file.path, held[0], None, what, remedy)])
    return file


def _draw(file: TrainingFile, wanted: Wanted) -> list[Drawn]:
    """The canaries, the references behind them, in the form of the file's first record."""
    _, first = file.records[0]
    form = "text" if file.kind == "pretrain" else form_of(first)
    count = wanted.canaries + wanted.references
    return draw_canaries(count, form, wanted.seed, with_input="input" in first)


def _mixed(raw: bytes, drawn: Sequence[Drawn], wanted: Wanted) -> tuple[bytes, list[list[int]]]:
    """The content of the copy, and the 1-based lines of each canary in it."""
    own = [line for line in _lines(raw) if line.strip(JSON_SPACE.encode())]
    kinds = [-1] * len(own)
    for place, times in enumerate(wanted.times):
        kinds += [place] * times
    random.Random(wanted.seed).shuffle(kinds)  # noqa: S311 (an order that can be repeated)
    rest = iter(own)
    texts = [json.dumps(each.record, ensure_ascii=False).encode() for each in drawn]
    content = [next(rest) if kind < 0 else texts[kind] for kind in kinds]
    places: list[list[int]] = [[] for _ in range(wanted.canaries)]
    for line, kind in enumerate(kinds, start=1):
        if kind >= 0:
            places[kind].append(line)
    return b"".join(line + b"\n" for line in content), places


def _lines(raw: bytes) -> list[bytes]:
    return raw.removeprefix(codecs.BOM_UTF8).split(b"\n")


def _canaries(drawn: Sequence[Drawn], places: Sequence[Sequence[int]]) -> Iterator[Canary]:
    for each, lines in zip(drawn, places, strict=False):
        yield Canary(record=each.record, secret=each.secret, lines=tuple(lines))


def _references(drawn: Sequence[Drawn]) -> Iterator[Reference]:
    for each in drawn:
        yield Reference(record=each.record, secret=each.secret)
