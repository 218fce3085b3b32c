"""Writing ``pretrain_train.jsonl`` and ``pretrain_eval.jsonl``."""

import json
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.errors import UserError
from jmedlora.data.pretrain.cut_texts import PretrainText
from jmedlora.data.pretrain.split_documents import Split

TRAIN, EVAL = "pretrain_train.jsonl", "pretrain_eval.jsonl"


def require_no_files(folder: Path) -> None:
    """Raises UserError if one of the files is in ``folder``."""
    for path in (folder / TRAIN, folder / EVAL):
        if path.exists():
            raise UserError(f"{path}: is there already; add --force to replace it, or change --out")


def write_texts(split: Split, folder: Path) -> list[tuple[Path, list[PretrainText]]]:
    """Writes both files into ``folder``; returns each with its texts. Raises WriteError."""
    files = [(folder / TRAIN, split.train), (folder / EVAL, split.evaluation)]
    for path, texts in files:
        write_file(path, "".join(map(_line, texts)))
    return files


def _line(text: PretrainText) -> str:
    record = {
        "text": text.text,
        "source": text.document.name,
        "source_sha256": text.document.sha256,
        "encoding": text.document.encoding,
        "start": text.start,
        "end": text.end,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
