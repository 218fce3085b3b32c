"""What models recite, as one HTML page that needs nothing else, or as JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log2
from typing import Any

import jmed_metrics
from jmedlora.core.atomic_write import dump
from jmedlora.core.page_template import page_environment
from jmedlora.core.utc_time import utc_now
from jmedlora.report.recite import japanese
from jmedlora.report.recite.japanese import heading, meaning_ja, verdict_ja
from jmedlora.report.recite.recited import Model
from jmedlora.report.recite.tables import tables
from jmedlora.report.recite.terminal import summary
from jmedlora.report.recite.words import PRIVATE, ROLES, UNKNOWN, meaning, notes, verdict

WIDTH, HEIGHT, MARGIN = 460, 220, 40
"""The curve's measures, in pixels."""
SHOWN = 20
"""Records of a model that stand on the page unfolded, the worst."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Exposure by repetitions as a drawing: points are (x, y, what stands below or beside).

    model, base: in the order of the repetitions; base is () where none was asked. low, high: where
    0 bits and the bound stand.
    """

    model: tuple[tuple[float, float, str], ...]
    base: tuple[tuple[float, float, str], ...]
    low: float
    high: float
    bound: str


def page(models: Sequence[Model]) -> str:
    """The page: a sheet to sign, then figures and records. What these hold comes out as text."""
    environment = page_environment("jmedlora.report.recite")
    for each in (notes, summary, tables, verdict, meaning, verdict_ja, meaning_ja, heading, curve):
        environment.filters[each.__name__] = each
    template = environment.get_template("recite.html.jinja")
    return template.render(
        models=models,
        made=utc_now(),
        version=jmed_metrics.__version__,
        roles={role: (ROLES[role], japanese.ROLES[role]) for role in ROLES},
        shown=SHOWN,
        unknown=UNKNOWN,
        unknown_ja=japanese.UNKNOWN,
        private=PRIVATE,
        private_ja=japanese.PRIVATE,
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
    )


def json_text(models: Sequence[Model]) -> str:
    """A list with one object a model; half a surrogate pair, which UTF-8 has not, as an escape."""
    return dump([_record(model) for model in models]).encode(errors="backslashreplace").decode()


def _record(model: Model) -> dict[str, Any]:
    asked = {part: noted.as_record() for part, noted in model.asked.items()}
    return {**asdict(model), "asked": asked, "share": model.share}


def curve(model: Model) -> Curve | None:
    """The curve of ``model``; None without canaries. Repetitions stand at their logarithms."""
    if not model.canaries or model.most_bits is None:
        return None
    places = [log2(each.repetitions) for each in model.canaries]
    span = max(max(places), 1.0)
    bits = model.most_bits

    def at(place: float, value: float, text: str) -> tuple[float, float, str]:
        x = MARGIN + place / span * (WIDTH - 2 * MARGIN)
        return round(x, 1), round(_height(value, bits), 1), text

    pairs = list(zip(places, model.canaries, strict=True))
    return Curve(
        model=tuple(at(x, each.exposure, str(each.repetitions)) for x, each in pairs),
        base=tuple(at(x, each.base, "") for x, each in pairs if each.base is not None),
        low=_height(0, bits),
        high=_height(bits, bits),
        bound=f"{bits:.1f}",
    )


def _height(value: float, bits: float) -> float:
    return HEIGHT - MARGIN - value / bits * (HEIGHT - 2 * MARGIN)
