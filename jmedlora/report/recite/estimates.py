"""Figures of one model beside its base, with intervals and tests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jmed_metrics.intervals import difference_interval, paired_interval, proportion_interval
from jmed_metrics.membership import auc_interval, exposure, membership_auc
from jmedlora.recite.provenance import Part
from jmedlora.report.compare.statistics import bootstrap_intervals, mcnemar, sign_flip
from jmedlora.report.load.measurements import Floats
from jmedlora.report.load.recitals import Recital

SHARES = ("exact", "near", "within")
"""Shares of records that come out; the other figures are means."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one part. n: records. base, change, p: None where no base was asked.

    change: the model's less its base's, of the same records. p: of no change (McNemar's exact test
    for shares, else the sign-flip test).
    """

    name: str
    part: Part
    n: int
    model: Estimate
    base: Estimate | None
    change: Estimate | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Area:
    """How well a loss tells trained from held-out records: membership_auc with its interval.

    of: "loss", "loss less base's" or "base's loss".
    """

    of: str
    trained: int
    held_out: int
    auc: Estimate


@dataclass(frozen=True, slots=True)
class Exposed:
    """Canaries with the same number of repetitions. exposure, base: means in bits.

    least: the smallest, most: the largest of the model's. comes_out, base_comes_out: how many each
    says when asked for them, greedily; None where they were not asked for.
    """

    repetitions: int
    canaries: int
    exposure: float
    least: float
    most: float
    comes_out: int | None
    base: float | None
    base_comes_out: int | None


def figure(name: str, model: Recital, base: Recital | None) -> Figure:
    """The figure ``name`` of ``model``, beside ``base``, which was asked the same."""
    values, part = model.values(name), model.noted.part
    if base is None:
        return Figure(name, part, len(values), _estimate(name, values), None, None, None)
    before = base.values(name)
    is_share = name in SHARES
    change = _share_change(before, values) if is_share else _mean(values - before)
    (p,) = [mcnemar(before, values)] if is_share else sign_flip((values - before)[:, None])
    return Figure(
        name, part, len(values), _estimate(name, values), _estimate(name, before), change, p
    )


def memorised(trained: Figure, held_out: Figure) -> Estimate | None:
    """How much more the figure changed on trained records than on held-out ones.

    The two changes are of different records, so that they are independent. None without a base.
    """
    if not (trained.change and held_out.change):
        return None
    first, second = trained.change, held_out.change
    low, high = difference_interval(
        first.value, (first.low, first.high), second.value, (second.low, second.high)
    )
    return Estimate(first.value - second.value, low, high)


def areas(trained: Recital, held_out: Recital, bases: tuple[Recital, Recital] | None) -> list[Area]:
    """The areas of the model's loss, of its loss less its base's, and of its base's."""
    losses = (trained.values("loss"), held_out.values("loss"))
    if bases is None:
        return [_area("loss", *losses)]
    before = (bases[0].values("loss"), bases[1].values("loss"))
    return [
        _area("loss", *losses),
        _area("loss less base's", losses[0] - before[0], losses[1] - before[1]),
        _area("base's loss", *before),
    ]


def exposures(
    model: Recital, base: Recital | None, said: Recital | None, base_said: Recital | None
) -> list[Exposed]:
    """The canaries by repetitions, the fewest first; ``said`` is what the models said of them."""
    found, before = _exposures(model), _exposures(base) if base else {}
    times = {key: int(model.records[key]["doc"]["repetitions"]) for key in found}
    lines = []
    for number in sorted(set(times.values())):
        keys = [key for key in found if times[key] == number]
        values = [found[key] for key in keys]
        lines.append(
            Exposed(
                repetitions=number,
                canaries=len(keys),
                exposure=float(np.mean(values)),
                least=min(values),
                most=max(values),
                comes_out=_come_out(said, keys),
                base=float(np.mean([before[key] for key in keys])) if base else None,
                base_comes_out=_come_out(base_said, keys),
            )
        )
    return lines


def _exposures(recital: Recital) -> dict[str, float]:
    """In bits, by the hash of each canary."""
    bits = {key: float(each["log_perplexity"]) for key, each in recital.records.items()}
    times = {key: each["doc"]["repetitions"] for key, each in recital.records.items()}
    references = [bits[key] for key in bits if not times[key]]
    return {key: exposure(bits[key], references) for key in bits if times[key]}


def _come_out(said: Recital | None, keys: Sequence[str]) -> int | None:
    """How many of the canaries ``keys`` are said; None where none was asked for."""
    return sum(bool(said.records[key]["comes_out"]) for key in keys) if said else None


def _estimate(name: str, values: Floats) -> Estimate:
    if name in SHARES:
        return Estimate(float(values.mean()), *proportion_interval(values.mean(), len(values)))
    return _mean(values)


def _mean(values: Floats) -> Estimate:
    ((low, high),) = bootstrap_intervals(values[:, None])
    return Estimate(float(values.mean()), low, high)


def _share_change(before: Floats, after: Floats) -> Estimate:
    pairs = [(1, 1), (0, 1), (1, 0), (0, 0)]
    counts = [int(np.sum((before == one) & (after == other))) for one, other in pairs]
    low, high = paired_interval(*counts)
    return Estimate(float(after.mean() - before.mean()), low, high)


def _area(of: str, trained: Floats, held_out: Floats) -> Area:
    auc = membership_auc(trained.tolist(), held_out.tolist())
    low, high = auc_interval(auc, len(trained), len(held_out))
    return Area(of, len(trained), len(held_out), Estimate(auc, low, high))
