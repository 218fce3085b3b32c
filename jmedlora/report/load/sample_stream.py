"""The samples that lm-eval logged, one at a time: answers of reasoning models are long."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import JSON_SPACE, Record, likely_encoding, parse_object
from jmedlora.core.line_stream import read_lines

AGAIN = "evaluate again with --log_samples"


def stream_samples(path: Path) -> Iterator[tuple[int, Record]]:
    """Every sample in ``path`` with its 1-based line.

    Raises FileError at the first line that is no JSON object, and if there is none at all.
    """
    count = 0
    for number, raw in read_lines(path):
        line = _decoded(raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw, path, number)
        if line.strip(JSON_SPACE):
            count += 1
            yield number, _object(line, path, number)
    if not count:
        raise FileError([Fault(path, None, None, "holds no answer", AGAIN)])


def _decoded(raw: bytes, path: Path, number: int) -> str:
    try:
        return raw.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8{likely_encoding(raw)}"
        raise FileError([Fault(path, number, None, what, "save the file as UTF-8")]) from error


def _object(line: str, path: Path, number: int) -> Record:
    parsed = parse_object(line, path, number)
    if isinstance(parsed, Fault):
        raise FileError([parsed])
    return parsed
