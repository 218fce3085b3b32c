"""A random sample of pairs, on a page for a physician to judge."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered, read_jsonl
from jmedlora.core.page_template import page_environment
from jmedlora.data.pairs.training_files import EVAL, PROVENANCE, TRAIN

VERDICTS = ("right", "wrong", "unsure")
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


def file_digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of each training file of ``folder``, by its name. Raises OSError."""
    paths = [folder / name for name in (TRAIN, EVAL)]
    return {path.name: sha256(path) for path in paths if path.exists()}


def draw_pairs(pairs: Sequence[SampledPair], count: int, seed: int) -> list[SampledPair]:
    """``count`` of ``pairs``, drawn by ``seed``; all of them where they are fewer."""
    draw = np.random.default_rng(seed).permutation(len(pairs))[:count]
    return [pairs[each] for each in draw]


def render_page(
    pairs: Sequence[SampledPair], count: int, seed: int, files: Mapping[str, str]
) -> str:
    """The page with ``count`` of ``pairs``. files: what they stand in, as ``file_digests`` says."""
    drawn = draw_pairs(pairs, count, seed)
    script = (TEMPLATES / SCRIPT).read_text(encoding="utf-8")
    page = page_environment("jmedlora.data.pairs").get_template("sample.html.jinja")
    return page.render(
        pairs=drawn,
        total=len(pairs),
        verdicts=VERDICTS,
        sample=json.dumps({"drawn": len(drawn), "seed": seed, "files": files}),
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        script=_Trusted(script),
    )


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
