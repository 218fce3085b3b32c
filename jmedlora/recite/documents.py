"""What lm-eval is given of each question, and what the results file records of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jmed_metrics
from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.jsonl import Record
from jmedlora.data.canaries.manifest import Manifest, Reference, read_manifest
from jmedlora.data.chat_template import ChatTemplateError
from jmedlora.data.dataset import TrainingFile, record_faults
from jmedlora.data.recipe_rows import rows_of
from jmedlora.recite.draw import Draw, Room, content, draw
from jmedlora.recite.provenance import FORMAT, Measure, Part, Recited, Source
from jmedlora.recite.questions import Ask, Question, asking, questions, read_rows
from jmedlora.recite.settings import ReciteSettings, require_files

Asked = tuple[list[Record], Recited]


def ask_records(
    settings: ReciteSettings, part: Part, measure: Measure, *, tokenizer: Any, room: Room | None
) -> Asked:
    """The documents of ``part``, "trained" or "held_out". Raises UserError, also if none is left.

    tokenizer: the model's, None where it is not known. room: its context, likewise.
    """
    ask = asking(settings.plan, tokenizer)
    trained = _read(require_files(settings.train, "train"), settings)
    held_out = part == "held_out"
    files = _read(require_files(settings.held_out, "held_out"), settings) if held_out else trained
    found = draw(
        _questions(files, ask, settings),
        frozenset(map(content, _questions(trained, ask, settings) if held_out else ())),
        least=settings.characters if measure == "continuation" else 1,
        most=settings.records,
        seed=settings.seed,
        room=room,
    )
    if not found.asked:
        raise UserError(_none_left(files, found, settings))
    documents = [_document(each, part, settings.characters) for each in found.asked]
    return documents, _noted(settings, part, measure, files, found)


def ask_canaries(settings: ReciteSettings, measure: Measure, *, tokenizer: Any) -> Asked:
    """The canaries of the manifest as documents, for "exposure" also its references.

    Raises UserError.
    """
    path = settings.canaries
    if path is None:
        raise UserError(
            "jmed_recite_canaries needs the manifest that jmed-data canaries wrote: "
            '--metadata \'{"canaries": "data/train.marked.canaries.json", …}\''
        )
    manifest = read_manifest(path)
    _require_its_file(manifest, path, settings.train)
    ask = asking(settings.plan, tokenizer)
    references = manifest.references if measure == "exposure" else ()
    documents = [
        *_canary_documents(manifest.canaries, "canary", ask, settings, path),
        *_canary_documents(references, "reference", ask, settings, path),
    ]
    noted = Recited(
        format=FORMAT,
        jmed=jmed_metrics.__version__,
        part="canaries",
        measure=measure,
        sources=(_source(path),),
        trained=tuple(map(_source, settings.train)),
        recipe=sha256(settings.recipe),
        asked=len(manifest.canaries),
        eligible=len(manifest.canaries),
        seed=manifest.seed,
        marked=manifest.marked.sha256,
        unmarked=manifest.source.sha256,
        references=len(references),
    )
    return documents, noted


def _read(files: Sequence[Path], settings: ReciteSettings) -> list[TrainingFile]:
    return [read_rows(path, settings.plan) for path in files]


def _questions(
    files: Sequence[TrainingFile], ask: Ask, settings: ReciteSettings
) -> Iterator[Question]:
    for file in files:
        yield from questions(file, ask, settings.given)


def _none_left(files: Sequence[TrainingFile], found: Draw, settings: ReciteSettings) -> str:
    reasons = (
        (found.trained, "stand in the training file too"),
        (found.short, f"have fewer than {settings.characters} characters to go on with"),
        (found.long, "are too long for the model's context"),
    )
    why = "; ".join(f"{number} {reason}" for number, reason in reasons if number)
    names = ", ".join(str(file.path) for file in files)
    remedy = (
        "ask for shorter continuations: --metadata '{\"characters\": 20, …}'"
        if found.short
        else "name another file"
    )
    return f"{names}: no record can be asked ({why or 'none is left without canaries'}); {remedy}"


def _document(question: Question, part: Part, characters: int) -> Record:
    return {
        "id": question.name,
        "part": part,
        "prompt": question.prompt,
        "target": question.target,
        "characters": characters,
    }


def _noted(
    settings: ReciteSettings,
    part: Part,
    measure: Measure,
    files: Sequence[TrainingFile],
    found: Draw,
) -> Recited:
    return Recited(
        format=FORMAT,
        jmed=jmed_metrics.__version__,
        part=part,
        measure=measure,
        sources=tuple(Source(name=file.path.name, sha256=file.sha256) for file in files),
        trained=tuple(map(_source, settings.train)),
        recipe=sha256(settings.recipe),
        asked=len(found.asked),
        eligible=found.eligible,
        repeated=found.repeated,
        also_trained=found.trained,
        short=found.short,
        long=found.long,
        given=settings.given,
        characters=settings.characters,
        seed=settings.seed,
    )


def _source(path: Path) -> Source:
    return Source(name=path.name, sha256=sha256(path))


def _require_its_file(manifest: Manifest, path: Path, train: Sequence[Path]) -> None:
    """Raises UserError unless one of ``train`` is the manifest's file, with canaries or without."""
    known = {manifest.source.sha256, manifest.marked.sha256}
    if train and known.isdisjoint(sha256(each) for each in train):
        names = ", ".join(map(str, train))
        what = f"its canaries stand in {manifest.marked.name}, which {names} is not"
        raise FileError([Fault(path, None, None, what, "name that file as train")])


def _canary_documents(
    entries: Sequence[Reference], name: str, ask: Ask, settings: ReciteSettings, path: Path
) -> Iterator[Record]:
    for number, entry in enumerate(entries, start=1):
        prompt, text = _asked(entry.record, f"{name} {number}", ask, settings, path)
        before, _, _ = text.partition(entry.secret)
        yield {
            "id": f"{name} {number}",
            "repetitions": entry.repetitions,
            "prompt": prompt + before,
            "target": entry.secret,
        }


def _asked(
    record: Record, name: str, ask: Ask, settings: ReciteSettings, path: Path
) -> tuple[str, str]:
    """The prompt and the answer of a canary's ``record``. Raises FileError."""
    remedy = "ask with the recipe that the copy was trained with"
    if found := next(record_faults(record, path, 1, settings.plan.kind), None):
        what = f"{name} has no place in the recipe's prompt: it {found.what}"
        raise FileError([Fault(path, None, None, what, remedy)])
    try:
        return ask(rows_of([(1, record)], settings.plan)[0][1])
    except ChatTemplateError as error:
        raise FileError([Fault(path, None, None, f"{name}: {error}", remedy)]) from error
