"""Training files: instruction records (``train``) and texts (``pretrain``), read strictly.

``train`` is what the recipes call ``data/train.jsonl``: ``instruction`` and ``output``, and
``input`` where there is one. ``pretrain`` is ``data/pretrain_train.jsonl`` and
``data/pretrain_eval.jsonl``: ``text``. Other fields are allowed and ignored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jmedlora.core.atomic_write import atomic_path
from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered, Record, read_jsonl

Kind = Literal["train", "pretrain"]
REQUIRED: dict[Kind, tuple[str, ...]] = {"train": ("instruction", "output"), "pretrain": ("text",)}
OPTIONAL: dict[Kind, tuple[str, ...]] = {"train": ("input",), "pretrain": ()}
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


def write_parquet(file: TrainingFile, path: Path) -> None:
    """Writes the fields that are trained on as columns of text (Parquet), in one step."""
    import pyarrow
    from pyarrow import parquet

    fields = (*REQUIRED[file.kind], *OPTIONAL[file.kind])
    columns = {field: [record.get(field) for _, record in file.records] for field in fields}
    schema = pyarrow.schema([(field, pyarrow.string()) for field in fields])
    with atomic_path(path) as part:
        parquet.write_table(pyarrow.table(columns, schema=schema), part)


def record_faults(record: Record, path: Path, line: int, kind: Kind) -> Iterator[Fault]:
    """What keeps ``record``, which stands at ``line`` of ``path``, from being trained on."""
    for field in REQUIRED[kind]:
        if field not in record:
            yield Fault(path, line, None, f"has no '{field}'", f"add '{field}' or delete the line")
        elif what := text_fault(record[field]):
            yield Fault(path, line, None, f"'{field}' {what}", f"give '{field}' as text")
    for field in OPTIONAL[kind]:
        value = record.get(field)
        if value not in (None, "") and (what := text_fault(value)):
            yield Fault(path, line, None, f"'{field}' {what}", f"give text or leave '{field}' out")


def text_fault(value: Any) -> str:
    """What keeps ``value`` from being trained on, or ""."""
    if not isinstance(value, str):
        return f"is {type(value).__name__}, not text"
    if not value.strip():
        return "is empty"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds half of a surrogate pair"
    return ""
