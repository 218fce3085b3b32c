"""How the pairs of a folder came about, counted from the files that lie there.

Nothing is taken from memory of the run that made them: what is counted is what is hashed.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record, parse_object
from jmedlora.core.line_stream import read_lines, unreadable_fault
from jmedlora.data.generate.request_plan import PLAN_FILE
from jmedlora.data.generate.response_store import RESPONSES_FILE
from jmedlora.data.pairs.support import LEAST_SUPPORT
from jmedlora.data.pairs.training_files import CARD, EVAL, PROVENANCE, REJECTED, TRAIN

FILES = (TRAIN, EVAL, PROVENANCE, REJECTED, RESPONSES_FILE, PLAN_FILE, CARD)
SUPPORT_STEPS = (LEAST_SUPPORT, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Where one class of support ends and the next begins; the last one ends with 1."""
ASKED = ("model", "host", "prompt", "parameters", "format", "finish_reason")


@dataclass(slots=True)
class PairOrigins:
    """Counts of pairs in use, by what the field says, unless it says otherwise.

    files: the SHA-256 of each file, by name. pairs: by training file. support: by the lower end of
    the class of SUPPORT_STEPS, None for those not compared. strange: pairs with a number or a name
    that the source does not hold. asked: by each of ASKED, a prompt with its SHA-256. sources: by
    the document's SHA-256. answers: keys of the responses that they were read from. reasons: texts
    not used.
    """

    files: dict[str, str] = field(default_factory=dict)
    pairs: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    support: Counter[float | None] = field(default_factory=Counter)
    strange: int = 0
    personal: Counter[str] = field(default_factory=Counter)
    asked: dict[str, Counter[str]] = field(
        default_factory=lambda: {each: Counter() for each in ASKED}
    )
    sources: Counter[str] = field(default_factory=Counter)
    answers: set[str] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)


def read_origins(folder: Path) -> PairOrigins:
    """The counts of ``folder``, as ``jmed-data parse`` left it. Raises FileError."""
    origins = PairOrigins(_digests(folder))
    for number, record in _records(folder / PROVENANCE):
        try:
            _count_pair(record, origins)
        except (KeyError, TypeError) as error:
            raise _unfit(folder / PROVENANCE, number, error) from error
    for number, record in _records(folder / REJECTED):
        if not isinstance(reason := record.get("reason"), str):
            raise _unfit(folder / REJECTED, number, "reason")
        origins.reasons[reason] += 1
    return origins


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in (folder / name for name in FILES):
        try:
            found[path.name] = sha256(path)
        except FileNotFoundError:  # no eval.jsonl, or no plan, which an older version did not write
            continue
        except OSError as error:
            raise FileError([unreadable_fault(path, error)]) from error
    return found


def _count_pair(record: Record, origins: PairOrigins) -> None:
    origins.pairs[record["file"]] += 1
    origins.rules[record["rule"]] += 1
    origins.support[_support_class(record["support"])] += 1
    origins.strange += bool(record["strange"])
    origins.personal[record["personal"]] += 1
    origins.sources[record["source_sha256"]] += 1
    origins.answers.add(record["key"])
    for name in ASKED:
        origins.asked[name][_said(name, record)] += 1


def _support_class(score: float | None) -> float | None:
    return None if score is None else (0.0, *SUPPORT_STEPS)[bisect_right(SUPPORT_STEPS, score)]


def _said(name: str, record: Record) -> str:
    value: Any = record[name]
    if name == "prompt":
        return f"{value} (SHA-256 {record['prompt_sha256']})"
    if name == "parameters":
        return ", ".join(f"{key} = {value[key]}" for key in sorted(value))
    return "–" if value is None else str(value)


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    for number, line in read_lines(path):
        found = parse_object(line.decode(errors="replace"), path, number)
        if isinstance(found, Fault):
            raise FileError([found])
        yield number, found


def _unfit(path: Path, line: int, error: object) -> FileError:
    what = f"is no line of this version's ({error})"
    return FileError([Fault(path, line, None, what, "run jmed-data parse again")])
