"""The files that hold answers to examinations: named, or found in a folder, by their content."""

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.jsonl import parse_object
from jmedlora.core.line_stream import read_lines
from jmedlora.core.regular_file import open_regular
from jmedlora.report.exam.predictions import FORMATS, AnswerFile, read_line_file
from jmedlora.report.exam.published_files import none_of_the_formats, read_published
from jmedlora.report.exam.sample_files import PREFIX, asks_an_examination

HEAD = 1 << 16
"""Bytes at the beginning of a published file that name its results and the first question."""
UNDECODED = "\ufffd"
"""Stands where the first line is not UTF-8."""


def read_answer_files(paths: Sequence[Path]) -> list[AnswerFile]:
    """The answers in ``paths``, files or folders that are searched for them; each file once.

    Raises FileError with every fault, and UserError for a folder in which there is none.
    """
    files: dict[Path, tuple[Path, bool]] = {}
    for path in paths:
        searched = path.is_dir()
        for file in _in_folder(path) if searched else [path]:
            files.setdefault(file.resolve(), (file, searched))
    read, faults = [], []
    for file, searched in files.values():
        found, wrong = _reader(file)(file)
        read.append(replace(found, searched=searched))
        faults += wrong
    if faults:
        raise FileError(faults)
    return read


def files_with_answers(folder: Path) -> list[Path]:
    """The files below ``folder`` that hold answers to an examination; [] if none does."""
    lines = [each for each in sorted(folder.rglob("*.jsonl")) if has_answers(each)]
    return lines + published_files(folder)


def published_files(folder: Path) -> list[Path]:
    """The files below ``folder`` that are of JMLE2026-Bench or IgakuQA119; [] if none is."""
    found = (each for each in sorted(folder.rglob("*.json")) if not each.is_dir())
    return [each for each in found if is_published(each)]


def _in_folder(folder: Path) -> list[Path]:
    if found := files_with_answers(folder):
        return found
    raise UserError(f"{folder}: no answers to an examination in this folder; give {FORMATS}")


def has_answers(path: Path) -> bool:
    """Whether the first line is an answer, of lm-eval one to an examination's question."""
    first = _first(path)
    if not isinstance(first, dict):
        return False
    if path.name.startswith(PREFIX):
        doc = first.get("doc")
        return asks_an_examination(path) and isinstance(doc, dict) and "forbidden" in doc
    return "problem_id" in first and "prediction" in first


def is_published(path: Path) -> bool:
    """Whether the file is one of JMLE2026-Bench or IgakuQA119, by its beginning."""
    with open_regular(path) as file:
        head = file.read(HEAD)
    names = b'"question_id"' in head or b'"question_number"' in head
    begins = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{"
    return begins and b'"results"' in head and names


def _reader(path: Path) -> Callable[[Path], tuple[AnswerFile, list[Fault]]]:
    """What reads ``path``: one JSON value, or a value a line."""
    first = _first(path)
    if isinstance(first, dict):
        return read_published if "results" in first else read_line_file
    if first is None or UNDECODED in first:
        return read_line_file
    if not first.startswith(("{", "[")):
        return _unknown
    one = first == "{" or first.startswith("[") or path.suffix == ".json"
    return read_published if one else read_line_file


def _unknown(path: Path) -> tuple[AnswerFile, list[Fault]]:
    return AnswerFile(path, ()), [none_of_the_formats(path)]


def _first(path: Path) -> Any:
    """The first line that is not blank: a JSON object, or its text; None without one."""
    for raw in _filled(path):
        text = raw.decode("utf-8-sig", errors="replace").strip()
        found = parse_object(text, path, 1)
        return text if isinstance(found, Fault) else found
    return None


def _filled(path: Path) -> Iterator[bytes]:
    return (line for _, line in read_lines(path) if line.strip())
