"""The figures of a model as tables of text, the same in the terminal and on the page."""

from dataclasses import dataclass

from jmedlora.report.recite.recited import Model
from jmedlora.report.recite.words import NAMES, PARTS, estimate, probability


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose first column is of names."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(model: Model) -> list[TextTable]:
    """The figures of ``model`` that have a row."""
    found = (_figures(model), _differences(model), _areas(model), _canaries(model))
    return [each for each in found if each.rows]


def _figures(model: Model) -> TextTable:
    rows = [
        (
            NAMES[each.name],
            PARTS[each.part],
            str(each.n),
            estimate(each.name, each.base),
            estimate(each.name, each.model),
            estimate(each.name, each.change, signed=True),
            probability(each.p),
        )
        for each in model.figures
    ]
    head = ("figure", "records", "n", "base", "model", "change", "p")
    return TextTable("Trained beside held-out records", head, tuple(rows))


def _differences(model: Model) -> TextTable:
    rows = [
        (NAMES[each.name], estimate(each.name, each.estimate, signed=True))
        for each in model.differences
    ]
    title = "Memorised: the change of trained records less that of held-out ones"
    return TextTable(title, ("figure", "difference"), tuple(rows))


def _areas(model: Model) -> TextTable:
    rows = [
        (each.of, f"{each.trained} and {each.held_out}", estimate("area", each.auc))
        for each in model.areas
    ]
    title = "Membership: whether the loss tells trained from held-out records"
    return TextTable(title, ("by the", "n", "area"), tuple(rows))


def _canaries(model: Model) -> TextTable:
    rows = [
        (
            str(each.repetitions),
            str(each.canaries),
            "–" if each.base is None else f"{each.base:.2f}",
            f"{each.exposure:.2f}",
            f"{each.least:.2f} to {each.most:.2f}",
            "–" if each.comes_out is None else str(each.comes_out),
        )
        for each in model.canaries
    ]
    head = ("repetitions", "canaries", "base", "exposure, bits", "range", "come out")
    return TextTable("Canaries: exposure by repetitions", head, tuple(rows))
