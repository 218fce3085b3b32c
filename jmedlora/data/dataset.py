"""Training files: instruction records (``train``) and texts (``pretrain``), read strictly.

``train`` is what the recipes call ``data/train.jsonl``: ``instruction`` and ``output``, and
``input`` where there is one, or ``messages`` (jmedlora.data.conversation); ``system`` may stand
beside either. ``pretrain`` is ``data/pretrain_train.jsonl`` and
``data/pretrain_eval.jsonl``: ``text``. Other fields are allowed and ignored.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jmedlora.core.atomic_write import atomic_path
from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered, Record, read_jsonl
from jmedlora.data.conversation import conversation_faults, text_fault

Kind = Literal["train", "pretrain"]
REQUIRED: dict[Kind, tuple[str, ...]] = {"train": ("instruction", "output"), "pretrain": ("text",)}
OPTIONAL: dict[Kind, tuple[str, ...]] = {"train": ("input", "system"), "pretrain": ()}
FIELD_ORDER: dict[Kind, tuple[str, ...]] = {
    "train": ("instruction", "input", "output"),
    "pretrain": ("text",),
}
"""The fields in the order in which a model reads them."""


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """A training file without fault.

    records: each with its 1-based line, in file order. sha256: of the file's bytes, 64 hex digits.
    """

    path: Path
    kind: Kind
    records: list[Numbered]
    sha256: str


def read_training_file(path: Path, kind: Kind) -> TrainingFile:
    """The records of ``path``. Raises FileError with every fault of the file at once."""
    records, faults = read_jsonl(path)
    for line, record in records:
        faults += record_faults(record, path, line, kind)
    if not records and not faults:
        fields = ", ".join(REQUIRED[kind])
        faults = [Fault(path, None, None, "holds no record", f"write one per line, with {fields}")]
    if faults:
        raise FileError(sorted(faults, key=lambda fault: fault.line or 0))
    return TrainingFile(path, kind, records, sha256(path))


def write_parquet(file: TrainingFile, fields: Sequence[str], path: Path) -> None:
    """Writes ``fields`` of the records as columns of text (Parquet), in one step.

    What is no text, the turns of a conversation, is written as JSON.
    """
    import pyarrow
    from pyarrow import parquet

    columns = {field: [_as_text(row.get(field)) for _, row in file.records] for field in fields}
    schema = pyarrow.schema([(field, pyarrow.string()) for field in fields])
    with atomic_path(path) as part:
        parquet.write_table(pyarrow.table(columns, schema=schema), part)


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str | None) else json.dumps(value, ensure_ascii=False)


def record_kind(record: Record) -> Kind | None:
    """What ``record`` is by its fields; None if it has none of a training file's."""
    if "instruction" in record or "output" in record or "messages" in record:
        return "train"
    return "pretrain" if "text" in record else None


def record_faults(record: Record, path: Path, line: int, kind: Kind) -> Iterator[Fault]:
    """What keeps ``record``, which stands at ``line`` of ``path``, from being trained on."""
    is_conversation = kind == "train" and "messages" in record
    if is_conversation:
        for what in conversation_faults(record):
            yield Fault(path, line, None, what, "repair or delete the line (recipes/README.md)")
    for field in () if is_conversation else REQUIRED[kind]:
        if field not in record:
            yield Fault(path, line, None, f"has no '{field}'", f"add '{field}' or delete the line")
        elif what := text_fault(record[field]):
            yield Fault(path, line, None, f"'{field}' {what}", f"give '{field}' as text")
    for field in OPTIONAL[kind]:
        value = record.get(field)
        if value not in (None, "") and (what := text_fault(value)):
            yield Fault(path, line, None, f"'{field}' {what}", f"give text or leave '{field}' out")
