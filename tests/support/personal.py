"""The marked documents of ``tests/data/personal``, read as plain text and spans."""

import re
from pathlib import Path

COLLECTION = Path(__file__).parents[1] / "data/personal"
HALVES = ("dev", "heldout")
KINDS = (
    "NAME",
    "PATIENT_ID",
    "INSURANCE",
    "MY_NUMBER",
    "PHONE",
    "EMAIL",
    "ADDRESS",
    "POSTCODE",
    "BIRTH_DATE",
    "DATE",
    "AGE",
    "LICENCE",
    "URL",
)
MARK = re.compile(r"⟦([A-Z_]+):([^⟦⟧]+)⟧")


def documents(half: str) -> list[Path]:
    """The documents of one half, ``dev`` or ``heldout``, in the order of their names."""
    return sorted((COLLECTION / half).glob("*.txt"))


def read_marked(path: Path) -> tuple[str, list[tuple[int, int, str]]]:
    """A document without its marks, and the marked spans in the order of the text.

    A span is (start, end, kind): offsets in characters of the returned text, the end excluded.
    A mark is ``⟦KIND:text⟧``; its text may hold line ends, and is kept as it stands.

    Raises ValueError, which names the file and the offset in the file, for an unknown kind, a mark
    within a mark, a mark that is not closed, and a mark that begins or ends with white space.
    """
    marked = path.read_bytes().decode("utf-8")
    text, spans, at = "", [], 0
    for mark in MARK.finditer(marked):
        text += _unmarked(path, marked, at, mark.start())
        spans.append((len(text), len(text) + len(mark[2]), _kind(path, mark)))
        text, at = text + mark[2], mark.end()
    return text + _unmarked(path, marked, at, len(marked)), spans


def _unmarked(path: Path, marked: str, start: int, end: int) -> str:
    between = marked[start:end]
    if bracket := re.search("[⟦⟧]", between):
        raise ValueError(f"{path}, offset {start + bracket.start()}: a nested or unclosed mark")
    return between


def _kind(path: Path, mark: re.Match[str]) -> str:
    if mark[1] not in KINDS:
        raise ValueError(f"{path}, offset {mark.start()}: {mark[1]} is no kind of personal data")
    if mark[2] != mark[2].strip():
        raise ValueError(f"{path}, offset {mark.start()}: white space at the edge of a mark")
    return mark[1]
