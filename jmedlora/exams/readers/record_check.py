"""What the checks of a record share: every fault of every field is collected and said at once."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record
from jmedlora.core.number_checks import is_number

MOST_POINTS = 1000


class Identified(Protocol):
    """What has a problem_id."""

    @property
    def problem_id(self) -> str: ...


Each = TypeVar("Each", bound=Identified)


class Problems:
    """Collects what is wrong with one record while it is read field by field."""

    def __init__(self, record: Record, file: Path, line: int | None) -> None:
        self.record, self.file, self.line = record, file, line
        name = record.get("problem_id")
        self.problem_id = name if isinstance(name, str) and name.strip() else None
        self.faults: list[Fault] = []

    def add(self, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, self.line, self.problem_id, what, remedy))


def duplicates(numbered: Iterable[tuple[Path, int | None, Identified]]) -> list[Fault]:
    """A fault for every item whose problem_id was already used, naming the first use."""
    first: dict[str, tuple[Path, int | None]] = {}
    faults = []
    for file, line, item in numbered:
        if item.problem_id in first:
            earlier, at = first[item.problem_id]
            place = f"in {earlier}" if at is None else f"at {earlier}:{at}"
            what = f"problem_id '{item.problem_id}' is already used {place}"
            faults.append(Fault(file, line, item.problem_id, what, "give each question its own"))
        else:
            first[item.problem_id] = (file, line)
    return faults


def unique_or_raise(
    parsed: Iterable[tuple[Path, int | None, Each | list[Fault]]], faults: list[Fault]
) -> list[Each]:
    """The questions among ``parsed`` (file, line if known, question or its faults), in order.

    Raises FileError with ``faults``, which reading the files found, and those of the records.
    """
    numbered = []
    for file, line, found in parsed:
        if isinstance(found, list):
            faults = [*faults, *found]
        else:
            numbered.append((file, line, found))
    if faults := [*faults, *duplicates(numbered)]:
        raise FileError(faults)
    return [item for _, _, item in numbered]


def checked_text(value: Any, field: str, problems: Problems) -> str:
    """``value`` without its outer white space; "" and a fault if it is not text or is blank."""
    if not isinstance(value, str) or not value.strip():
        problems.add(f"{field} is {shown(value)}", f"give {field} as text")
        return ""
    if not encodable(value):
        problems.add(f"{field} holds half of a surrogate pair", "write the character out")
    return value.strip()


def checked_points(value: Any, problems: Problems) -> float:
    """``value`` if it is a number from 0 to MOST_POINTS; else 0 and a fault."""
    if is_number(value) and 0 <= value <= MOST_POINTS:  # false for nan
        return float(value)
    problems.add(f"points is {shown(value)}", f"give a number from 0 to {MOST_POINTS}")
    return 0.0


def checked_text_only(value: Any, problems: Problems, *, field: str = "text_only") -> bool:
    """``value`` if it is true or false; else true and a fault."""
    if isinstance(value, bool):
        return value
    problems.add(f"{field} is {shown(value)}", "give true or false")
    return True


def is_number_text(text: str) -> bool:
    """Whether ``text`` is a number as the answers of an exam write it: "315", "0.40", "04"."""
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None


def checked_texts(value: Any, field: str, problems: Problems) -> tuple[str, ...]:
    """``value`` as a tuple if it is a list of texts; else () and a fault."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    problems.add(f"{field} is {shown(value)}", "give a list of texts")
    return ()


def encodable(text: str) -> bool:
    """Whether ``text`` can be written to a file: no half of a surrogate pair stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: Any) -> str:
    """A value for an error message: quoted, on one line, and short."""
    if value is None:
        return "missing"
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "\\n")
    return text if len(text) <= 40 else text[:37] + "…"
