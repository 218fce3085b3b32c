"""Which column each column of a table is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

from jmedlora.core.errors import UserError
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.sections import Line

STEP_0 = "step 0 of the same model"
BEST = "the best of the row"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the columns of a table are compared with.

    against: STEP_0, BEST, or the title of one column. columns: for each column the one that it is
    compared with, in every line; None for none, and everywhere for BEST, which each line decides.
    """

    against: str
    columns: tuple[int | None, ...]

    def of_line(self, line: Line) -> tuple[int | None, ...]:
        """For each column the one that it is compared with in ``line``, None for none."""
        best = best_of(line) if self.against == BEST else None
        if best is None:
            return self.columns
        return tuple(None if place == best else best for place in range(len(self.columns)))


def comparison(columns: Sequence[Column], against: str | None = None) -> Comparison:
    """With the column called ``against``; else with step 0 of each model that was trained.

    Where no column was trained, with the best of each line. Raises UserError for a name that fits
    no column, or several.
    """
    if against is not None:
        base = named(columns, against, "--against")
        compared = (None if place == base else base for place in range(len(columns)))
        return Comparison(columns[base].title, tuple(compared))
    if any(map(is_trained, columns)):
        found = (baseline(columns, place) for place in range(len(columns)))
        return Comparison(STEP_0, tuple(found))
    return Comparison(BEST, (None,) * len(columns))


def is_trained(column: Column) -> bool:
    """Whether it is known or likely to have been trained from another model."""
    return column.step != 0 or bool(column.kind)


def named(columns: Sequence[Column], name: str, option: str) -> int:
    """The place of the one column called ``name``: by its title, else by its model, the path of
    its adapter (or of its model, if it has none), or the end of that.

    Raises UserError, naming ``option``, if it fits none or several.
    """
    titled = [place for place, each in enumerate(columns) if each.title == name]
    others = [
        place
        for place, each in enumerate(columns)
        if name == each.model or f"/{each.name}".endswith(f"/{name}")
    ]
    match titled or others:
        case [place]:
            return place
        case []:
            titles = "; ".join(each.title for each in columns)
            raise UserError(f"{option} {name}: no such column; they are: {titles}")
        case several:
            titles = "; ".join(columns[place].title for place in several)
            remedy = "give one of these, or a labels file that tells them apart"
            raise UserError(f"{option} {name}: fits several columns: {titles}; {remedy}")


def best_of(line: Line) -> int | None:
    """The column with the best score, of equal ones the first.

    None where fewer than two have one, of rates, and where it is not known whether more is better.
    """
    scored = [place for place, score in enumerate(line.scores) if score is not None]
    if len(scored) < 2 or line.is_rate or line.upward is None:
        return None
    sign = 1 if line.upward else -1
    return max(scored, key=lambda place: sign * (line.scores[place] or 0.0))


def baseline(columns: Sequence[Column], index: int) -> int | None:
    """The column of step 0 of the same model, asked in the same way; None for none or several.

    Asked in another way it would show what the prompt does, not what training does. A column that
    only other harness tasks fill was asked in no way of ours.
    """
    found = _step_0(columns, index)
    return found[0] if len(found) == 1 else None


def several_baselines(columns: Sequence[Column]) -> list[str]:
    """A line for each set of columns that are all step 0 of what was trained from one model."""
    found: dict[tuple[int, ...], list[str]] = {}
    for index, column in enumerate(columns):
        bases = tuple(_step_0(columns, index))
        if len(bases) > 1:
            found.setdefault(bases, []).append(column.title)
    return [
        f"No difference is shown for {'; '.join(titles)}: {len(bases)} columns are step 0 of it: "
        f"{'; '.join(columns[place].title for place in bases)}; name one (table: --against, "
        "responses: --baseline), leave the others out, or give them a model name of their own in a "
        "labels file."
        for bases, titles in found.items()
    ]


def without_baseline(columns: Sequence[Column]) -> list[str]:
    """A note that names the trained columns which have no step 0 to be compared with."""
    alone = [
        column.title
        for index, column in enumerate(columns)
        if column.step != 0 and column.kind and not _step_0(columns, index)
    ]
    if not alone:
        return []
    return [
        f"No difference is shown for {'; '.join(alone)}: there is no run of step 0 of the same "
        "model, asked in the same way. --against NAME compares with any column."
    ]


def _step_0(columns: Sequence[Column], index: int) -> list[int]:
    """The columns of step 0 of the same model: those asked in the same way, else in no own way."""
    column = columns[index]
    if column.step == 0:
        return []
    found = [
        place
        for place, other in enumerate(columns)
        if other.model == column.model and other.step == 0
    ]
    same = [place for place in found if columns[place].way == column.way]
    return same or [place for place in found if not (columns[place].way and column.way)]
