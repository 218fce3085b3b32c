"""Runs of made-up questions, and the table of them."""

import json
from pathlib import Path

from jmedlora.report.compare.comparison import read_columns, table_of
from jmedlora.report.compare.table import Table
from tests.support.commands import write_jsonl
from tests.support.runs import answers, questions, write_run

DOCS = questions(20)


def table(*paths: Path, labels: Path | None = None, **options) -> Table:
    options = {"pooled": False, "by": None, "seed": 1, "resamples": 500, **options}
    return table_of(read_columns(list(paths), labels), **options)


def ask(folder: Path, right, *, docs=DOCS, task="igakuqa", more=(), **fields) -> Path:
    """A run that answers the first ``right`` of ``docs`` (or those numbered) correctly."""
    return write_run(folder, task=task, docs=docs, responses=answers(docs, right), more=more,
                     **fields)  # fmt: skip


def repeated(folder: Path, *rights, **fields) -> Path:
    """A run with lm-eval's ``repeats``: it logs every answer and scores the first.

    rights: of each sample, how many of DOCS it answers correctly, or which.
    """
    path = ask(folder, rights[0], config={"repeats": len(rights)}, **fields)
    logged = next(path.parent.glob("samples_igakuqa_*.jsonl"))
    records = [json.loads(line) for line in logged.read_text(encoding="utf-8").splitlines()]
    texts = zip(*(answers(DOCS, right) for right in rights), strict=True)
    write_jsonl(
        logged,
        *({**each, "resps": [[*several]]} for each, several in zip(records, texts, strict=True)),
    )
    return path


def titles(found: Table) -> list[str]:
    return [column.title for column in found.columns]


def row(found: Table, name: str, section: int = 0):
    return next(each for each in found.sections[section].rows if each.name == name)


def values(found: Table, name: str, section: int = 0) -> list[float | None]:
    return [cell and round(cell.value, 4) for cell in row(found, name, section).cells]
