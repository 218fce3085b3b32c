"""Which records come out, worst first, with the text that came out."""

from collections.abc import Iterator
from dataclasses import dataclass

from jmed_metrics.common_run import longest_common_run
from jmedlora.recite.scores import LONGEST
from jmedlora.report.load.recitals import Recital, written
from jmedlora.report.load.runs import Record


@dataclass(frozen=True, slots=True)
class CameOut:
    """One record. exact, near, within: whether it came out so; similarity: 0 to 1 (jmed_metrics).

    What is exact is near, what is near is within. run: characters of the longest common run;
    run_tokens: None where tokens are not known. base_within: whether it comes out of the base, too;
    None where the base was not asked. prompt: what the model was given. target: how the record goes
    on. before, common, after: what the model wrote.
    """

    name: str
    exact: bool
    near: bool
    within: bool
    similarity: float
    run: int
    run_tokens: int | None
    base_within: bool | None
    prompt: str
    target: str
    before: str
    common: str
    after: str


def came_out(model: Recital, base: Recital | None) -> list[CameOut]:
    """Every record of ``model``, the one that came out most first."""
    return sorted(_records(model, base), key=_rank)


def _rank(found: CameOut) -> tuple[float, ...]:
    """By how it came out; then a long run tells more than how the answer begins."""
    return -found.exact, -found.near, -found.within, -found.run, -found.similarity


def _records(model: Recital, base: Recital | None) -> Iterator[CameOut]:
    for key, sample in model.records.items():
        base_within = bool(base.records[key]["within"]) if base else None
        yield _record(sample, base_within=base_within)


def _record(sample: Record, *, base_within: bool | None) -> CameOut:
    document, text = sample["doc"], written(sample)[:LONGEST]
    run = longest_common_run(text, document["target"])
    end = run.first_start + run.length
    tokens = sample.get("run_tokens")
    return CameOut(
        name=document["id"],
        exact=bool(sample["exact"]),
        near=bool(sample["near"]),
        within=bool(sample["within"]),
        similarity=float(sample["similarity"]),
        run=run.length,
        run_tokens=int(tokens) if isinstance(tokens, int | float) else None,
        base_within=base_within,
        prompt=document["prompt"],
        target=document["target"],
        before=text[: run.first_start],
        common=text[run.first_start : end],
        after=text[end:],
    )
