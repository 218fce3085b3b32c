"""A random sample of pairs for a physician to judge, and the judgements read back."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jmed_metrics.intervals import proportion_interval
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.json_file import NotJsonError, parse_json
from jmedlora.core.jsonl import Numbered, read_jsonl
from jmedlora.core.page_template import page_environment
from jmedlora.core.regular_file import open_regular
from jmedlora.data.pairs.training_files import EVAL, PROVENANCE, TRAIN

VERDICTS = ("right", "wrong", "unsure")
LARGEST = 2**22
"""Bytes of a file of verdicts at most."""
TEMPLATES = Path(__file__).parent / "templates"
SCRIPT = "sample.js"


@dataclass(frozen=True, slots=True)
class SampledPair:
    """A pair to judge. key: 16 hex digits of its text. sentences: those of its source that hold its
    answer best, with their score (None where the source is not known). strange: what they do not.
    """

    key: str
    instruction: str
    output: str
    source: str
    support: float | None
    sentences: Sequence[str]
    strange: Sequence[str]


def read_pairs(folder: Path) -> list[SampledPair]:
    """The pairs in use of ``folder``, as ``jmed-data parse`` wrote them. Raises FileError."""
    texts: dict[tuple[str, int], Mapping[str, Any]] = {}
    for name in (TRAIN, EVAL):
        if name == TRAIN or (folder / name).exists():
            texts |= {(name, line): record for line, record in _records(folder / name)}
    found = _records(folder / PROVENANCE)
    try:
        return [_pair(record, texts[record["file"], record["line"]]) for _, record in found]
    except (KeyError, TypeError) as error:
        what, remedy = f"does not fit the training files ({error})", "run jmed-data parse again"
        raise FileError([Fault(folder / PROVENANCE, None, None, what, remedy)]) from error


def render_page(pairs: Sequence[SampledPair], count: int, seed: int) -> str:
    """The page with ``count`` of ``pairs``, drawn by ``seed``; all of them where they are fewer."""
    draw = np.random.default_rng(seed).permutation(len(pairs))[:count]
    drawn = [pairs[each] for each in draw]
    environment = page_environment("jmedlora.data.pairs")
    script = (TEMPLATES / SCRIPT).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template("sample.html.jinja")
    return page.render(
        pairs=drawn, total=len(pairs), verdicts=VERDICTS, digest=digest, script=_Trusted(script)
    )


def read_verdicts(path: Path, pairs: Sequence[SampledPair]) -> Counter[str]:
    """How many of ``pairs`` got which verdict, as the page saved them. Raises FileError."""
    known = {pair.key for pair in pairs}
    verdicts = _load(path)
    for key, verdict in verdicts.items():
        if key not in known:
            what, remedy = "is no pair of the folder", "give the folder that the page was made of"
            raise FileError([Fault(path, None, key, what, remedy)])
        if verdict not in VERDICTS:
            what = f"{verdict!r} is no verdict"
            raise FileError([Fault(path, None, key, what, f"use {', '.join(VERDICTS)}")])
    return Counter(verdicts.values())


def verdict_lines(counts: Counter[str]) -> list[str]:
    """The report: the share of right pairs with Wilson's 95 % interval, what is unsure as wrong."""
    total = counts.total()
    said = ", ".join(f"{counts[each]} {each}" for each in VERDICTS)
    lines = [f"{total} pairs judged: {said}"]
    if total:
        low, high = proportion_interval(counts["right"] / total, total)
        share = counts["right"] / total
        lines.append(f"right: {share:.3f} (95 % interval {low:.3f} to {high:.3f}, Wilson)")
    return lines


class _Trusted(str):
    """Our own script, which is not escaped: what a model wrote never gets here."""

    def __html__(self) -> str:
        return str(self)


def _pair(record: Mapping[str, Any], text: Mapping[str, Any]) -> SampledPair:
    instruction, output = text["instruction"], text["output"]
    digest = hashlib.sha256(f"{instruction}\0{output}".encode(errors="replace")).hexdigest()
    return SampledPair(
        digest[:16],
        instruction,
        output,
        f"{record['source']}, {record['start']}-{record['end']}",
        record["support"],
        record["sentences"],
        record["strange"],
    )


def _records(path: Path) -> list[Numbered]:
    records, faults = read_jsonl(path)
    if faults:
        raise FileError(faults)
    return records


def _load(path: Path) -> dict[str, str]:
    try:
        with open_regular(path) as file:
            found = parse_json(file.read(LARGEST))
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise FileError([Fault(path, None, None, what, "check the path")]) from error
    except NotJsonError as error:
        raise _no_verdicts(path) from error
    verdicts = found.get("verdicts") if isinstance(found, dict) else None
    if not isinstance(verdicts, dict) or not all(isinstance(v, str) for v in verdicts.values()):
        raise _no_verdicts(path)
    return verdicts


def _no_verdicts(path: Path) -> FileError:
    remedy = "save the page's verdicts again"
    return FileError([Fault(path, None, None, "holds no verdicts", remedy)])
