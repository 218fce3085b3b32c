"""How every benchmark reports: one plain-text table, then one line of JSON."""

import json
import os
import platform
import unicodedata
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def show(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()
) -> None:
    """Prints ``title``, the table and ``notes``; first column left, others right."""
    widths = [max(map(_width, column)) for column in zip(header, *rows, strict=True)]
    print(title)
    for row in (header, ["-" * width for width in widths], *rows):
        first, *others = zip(row, widths, strict=True)
        cells = [_pad(*first), *(" " * (width - _width(cell)) + cell for cell, width in others)]
        print("  ".join(cells).rstrip())
    for note in notes:
        print(note)


def show_json(benchmark: str, libraries: Sequence[str], results: dict[str, Any]) -> None:
    """Prints ``results`` on one line, with the machine and the versions they were measured on."""
    record = {"benchmark": benchmark, **environment(libraries), **results}
    print(json.dumps(record, ensure_ascii=False))


def environment(libraries: Sequence[str]) -> dict[str, Any]:
    """Python, platform, the processors this process may use, and versions (None: not installed).

    load: processes that wanted a processor, on average over the last 1, 5 and 15 minutes.
    """
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "processors": _processors(),
        "load": [round(each, 1) for each in os.getloadavg()],
        "versions": {library: _version(library) for library in libraries},
    }


def _processors() -> int | None:
    if hasattr(os, "sched_getaffinity"):  # Linux; it knows of taskset and containers
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns of a terminal; a full-width character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
