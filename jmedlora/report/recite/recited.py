"""What each model recites, beside its base: all that the page says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from jmedlora.core.errors import UserError, printable
from jmedlora.recite.provenance import Part, Recited
from jmedlora.report.load.recitals import Kind, Recital
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.recite.came_out import CameOut, came_out
from jmedlora.report.recite.estimates import (
    Area,
    Estimate,
    Exposed,
    Figure,
    areas,
    exposures,
    figure,
    memorised,
)
from jmedlora.report.recite.evidence import Evidence, evidence
from jmedlora.report.recite.origin import Origin, origin
from jmedlora.report.recite.recitals import Asked

FIGURES = ("exact", "near", "within", "run")
BASE_ASKED_OTHERWISE = "ask both models the same, with the same settings"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more a figure changed on trained records than on held-out ones: what was memorised.

    name: the figure's.
    """

    name: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Model:
    """All about one model. base: "" where its base was not asked.

    asked: what was noted of the continuations, by part. most_bits: the largest exposure that can be
    measured, None without canaries. records: the trained ones, worst first. sampled: whether
    answers were drawn at random. origin: whether it was trained on what it was asked.
    evidence: the files that all this was made from.
    """

    name: str
    base: str
    asked: Mapping[Part, Recited]
    figures: tuple[Figure, ...]
    differences: tuple[Difference, ...]
    areas: tuple[Area, ...]
    canaries: tuple[Exposed, ...]
    most_bits: float | None
    records: tuple[CameOut, ...]
    sampled: bool
    origin: Origin
    evidence: Evidence

    @property
    def share(self) -> float | None:
        """The share of the trained records asked that come out within; None if none was asked."""
        return self.out.value if self.out else None

    @property
    def out(self) -> Estimate | None:
        """The same with its interval: what share of all such records may come out."""
        found = [each for each in self.figures if (each.name, each.part) == ("within", "trained")]
        return found[0].model if found else None


def recited(asked: Sequence[Asked]) -> list[Model]:
    """Every model but those that are the base of another one, or alone.

    Raises ResultsError where a model and its base were not asked the same, and where a run card
    says that a model was not trained on what it was asked.
    """
    bases = {each.lineage.base: each for each in asked if each.is_base}
    trained = [each for each in asked if not each.is_base] or list(asked)
    return [_model(each, bases.get(each.lineage.root)) for each in trained]


def require_below(models: Sequence[Model], most: float, least: int) -> None:
    """Raises UserError naming each model of whose trained records more than ``most`` come out.

    most: a share from 0 to 1. Likewise for a model that was not asked for its trained records, for
    one that was asked for fewer than ``least`` where its training files hold more, and where the
    run card does not say that these are all its training files.
    """
    faults = [
        f"{model.name}: {fault}"
        for model in models
        for fault in (_above(model, most), _too_few(model, least), _not_its_files(model.origin))
        if fault
    ]
    if faults:
        raise UserError("\n".join(map(printable, faults)))


def _above(model: Model, most: float) -> str:
    if model.share is None:
        return "its trained records were not asked; evaluate it with --tasks jmed_recite"
    if model.share <= most:
        return ""
    what = (
        f"{model.share:.1%} of its trained records come out, verbatim, nearly or within an answer"
    )
    return f"{what}, which is above --fail-above {most:g}"


def _too_few(model: Model, least: int) -> str:
    noted = model.asked.get("trained")
    if noted is None or model.out is None:
        return ""
    there = noted.eligible + noted.short + noted.long
    if noted.asked >= min(least, there):
        return ""
    return (
        f"only {noted.asked} of {there} records of its training files were asked: up to "
        f"{model.out.high:.1%} may come out; ask at least {least} (records and characters in "
        f"--metadata), or accept fewer with --least {noted.asked}"
    )


def _not_its_files(found: Origin) -> str:
    if not found.is_known:
        return (
            "it is not known whether it was trained on these records: no run card beside it names "
            "its training files; keep run_card.json beside the model"
        )
    if found.unasked:
        return f"no record of {', '.join(found.unasked)} was asked; name all its files as train"
    return ""


def _model(model: Asked, base: Asked | None) -> Model:
    base = None if base is model else base
    before = {kind: _same(each, base) for kind, each in model.recitals.items()}
    found = model.recitals
    figures = [
        figure(name, found[kind], before[kind])
        for name, measure in (*((name, "continuation") for name in FIGURES), ("loss", "loss"))
        for kind in _kinds(measure)
        if kind in found
    ]
    canaries, said = found.get(("canaries", "exposure")), found.get(("canaries", "said"))
    known = found.get(("trained", "continuation"))
    return Model(
        name=model.lineage.name,
        base=base.lineage.name if base else "",
        asked={kind[0]: each.noted for kind, each in found.items() if kind[1] == "continuation"},
        figures=tuple(figures),
        differences=tuple(_differences(figures)),
        areas=tuple(_areas(found, before)),
        canaries=tuple(_canaries(canaries, said, before)) if canaries else (),
        most_bits=log2(canaries.noted.references + 1) if canaries else None,
        records=tuple(came_out(known, before[known.kind])) if known else (),
        origin=origin(model),
        evidence=evidence(model, base),
        sampled=any(bool(each.decoding.get("do_sample")) for each in found.values()),
    )


def _kinds(measure: str) -> list[Kind]:
    kinds: dict[str, list[Kind]] = {
        "continuation": [("trained", "continuation"), ("held_out", "continuation")],
        "loss": [("trained", "loss"), ("held_out", "loss")],
    }
    return kinds[measure]


def _same(recital: Recital, base: Asked | None) -> Recital | None:
    """What ``base`` was asked as ``recital`` was; None where it was not asked at all."""
    found = base.recitals.get(recital.kind) if base else None
    if found is None:
        return None
    noted = _as_if_by(found.noted, recital.noted)
    if noted != recital.noted or list(found.records) != list(recital.records):
        fields = [name for name in type(noted).model_fields if _differs(name, noted, recital.noted)]
        what = ", ".join(fields) or "the records"
    elif found.decoding != recital.decoding:
        what = "generation_kwargs"
    else:
        return found
    where = f"{recital.run.path}: {recital.task} and that of its base ({found.run.path})"
    raise ResultsError(f"{where} differ in {what}; {BASE_ASKED_OTHERWISE}")


def _as_if_by(noted: Recited, other: Recited) -> Recited:
    """``noted`` as if the version of ``other`` had asked: it is no part of what was asked."""
    return noted.model_copy(update={"jmed": other.jmed})


def _differs(name: str, one: Recited, other: Recited) -> bool:
    return getattr(one, name) != getattr(other, name)


def _differences(figures: Sequence[Figure]) -> list[Difference]:
    found = []
    for name in dict.fromkeys(each.name for each in figures):
        parts = {each.part: each for each in figures if each.name == name}
        if parts.keys() >= {"trained", "held_out"}:
            estimate = memorised(parts["trained"], parts["held_out"])
            found += [Difference(name, estimate)] if estimate else []
    return found


def _areas(found: Mapping[Kind, Recital], before: Mapping[Kind, Recital | None]) -> list[Area]:
    kinds = _kinds("loss")
    if not all(kind in found for kind in kinds):
        return []
    first, second = (before[kind] for kind in kinds)
    bases = (first, second) if first and second else None
    return areas(found[kinds[0]], found[kinds[1]], bases)


def _canaries(
    exposed: Recital, said: Recital | None, before: Mapping[Kind, Recital | None]
) -> list[Exposed]:
    base = before[exposed.kind]
    return exposures(exposed, base, said, before[said.kind] if said else None)
