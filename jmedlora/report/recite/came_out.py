"""Which records come out, worst first, with the text that came out."""

from collections.abc import Iterator
from dataclasses import dataclass

from jmed_metrics.common_run import longest_common_run
from jmedlora.recite.scores import LONGEST
from jmedlora.report.load.runs import Record
from jmedlora.report.recite.recitals import Recital, written


@dataclass(frozen=True, slots=True)
class CameOut:
    """One record. exact, near: whether it came out so; similarity: 0 to 1 (jmed_metrics).

    run: characters of the longest common run; run_tokens: None where tokens are not known.
    base_near: whether the base says it nearly, too; None where it was not asked. prompt: what the
    model was given. target: how the record goes on. before, common, after: what the model wrote.
    """

    name: str
    exact: bool
    near: bool
    similarity: float
    run: int
    run_tokens: int | None
    base_near: bool | None
    prompt: str
    target: str
    before: str
    common: str
    after: str


def came_out(model: Recital, base: Recital | None) -> list[CameOut]:
    """Every record of ``model``, the one that came out most first."""
    found = list(_records(model, base))
    return sorted(found, key=lambda each: (-each.exact, -each.near, -each.similarity, -each.run))


def _records(model: Recital, base: Recital | None) -> Iterator[CameOut]:
    for key, sample in model.records.items():
        base_near = bool(base.records[key]["near"]) if base else None
        yield _record(sample, base_near=base_near)


def _record(sample: Record, *, base_near: bool | None) -> CameOut:
    document, text = sample["doc"], written(sample)[:LONGEST]
    run = longest_common_run(text, document["target"])
    end = run.first_start + run.length
    tokens = sample.get("run_tokens")
    return CameOut(
        name=document["id"],
        exact=bool(sample["exact"]),
        near=bool(sample["near"]),
        similarity=float(sample["similarity"]),
        run=run.length,
        run_tokens=int(tokens) if isinstance(tokens, int | float) else None,
        base_near=base_near,
        prompt=document["prompt"],
        target=document["target"],
        before=text[: run.first_start],
        common=text[run.first_start : end],
        after=text[end:],
    )
