"""How well the detector finds, as measured on invented documents: measured.json."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

MEASURED = Path(__file__).with_name("measured.json")


class KindMeasure(BaseModel, frozen=True):
    """One kind. spans: how many stood in the documents. Intervals: 95 %, of shares from 0 to 1.

    None where there was nothing to find, or nothing was found.
    """

    recall: float | None
    recall_interval: tuple[float, float] | None
    precision: float | None
    precision_interval: tuple[float, float] | None
    spans: int


class Measured(BaseModel, frozen=True):
    """The measure by kind, and the versions of what was measured."""

    versions: dict[str, str]
    kinds: dict[str, KindMeasure]


def read_measured() -> Measured:
    """What was measured of the detector that is shipped."""
    return Measured.model_validate(json.loads(MEASURED.read_text(encoding="utf-8")))


def measured_lines(measured: Measured) -> Iterator[str]:
    """What the detector misses and finds wrongly, most first, for the head of every report."""
    kinds = measured.kinds.items()
    yield "measured on invented documents; on yours it may be more (docs/personal.md):"
    yield f"  missed, of 100: {_rest({kind: each.recall for kind, each in kinds})}"
    yield f"  found wrongly, of 100: {_rest({kind: each.precision for kind, each in kinds})}"


def _rest(shares: Mapping[str, float | None]) -> str:
    """What is left of each share to the whole, in hundredths, the most first."""
    known = ((kind, 1 - share) for kind, share in shares.items() if share is not None)
    ranked = sorted(known, key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{kind} {100 * rest:.0f}" for kind, rest in ranked)
