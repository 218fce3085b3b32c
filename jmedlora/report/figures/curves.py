"""What a figure shows: a score against training steps, one curve a model, from a table's rows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from jmedlora.exams.protocol import ALL_CHOICES, CHANCE
from jmedlora.report.compare.baselines import baseline
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.table import Row, Section, Table
from jmedlora.report.render.sheet import printable

Key = tuple[str, str, tuple[str, ...]]
"""A curve: base model, adapter kind, way of asking."""


@dataclass(frozen=True, slots=True)
class Point:
    """A score after ``step`` steps. low, high: its 95 % interval, None if it has none."""

    step: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The scores of one model, steps ascending; a single one at step 0 if it was not trained."""

    label: str
    points: tuple[Point, ...]

    @property
    def is_reference(self) -> bool:
        """Whether nothing was trained from it: a level to compare with."""
        return all(point.step == 0 for point in self.points)


@dataclass(frozen=True, slots=True)
class Panel:
    """One metric at some shots.

    chance: what a guess scores. listed: what the list of all choices scores. None if unknown.
    """

    shots: int
    curves: tuple[Curve, ...]
    chance: float | None
    listed: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One metric over one exam, or over exams pooled; a panel for each number of shots."""

    exam: str
    questions: int
    metric: str
    panels: tuple[Panel, ...]

    @property
    def is_forest(self) -> bool:
        """Whether no model was trained: there are no steps to draw against."""
        return all(curve.is_reference for panel in self.panels for curve in panel.curves)


def pictures(table: Table, metrics: Collection[str]) -> tuple[list[Picture], list[str]]:
    """A picture of each exam and metric in ``metrics``, and one line for each column left out.

    A column is left out if its step is unknown, or if its curve has another score at that step.
    """
    lines: dict[str, None] = {}
    found = [
        _picture(table.columns, section, metric, lines)
        for section in table.sections
        for metric in dict.fromkeys(row.metric for row in section.rows)
        if metric in metrics
    ]
    return [each for each in found if any(panel.curves for panel in each.panels)], list(lines)


def labels(pictures: Sequence[Picture]) -> list[str]:
    """The labels of all curves, each once, in the order in which they are drawn."""
    panels = [panel for picture in pictures for panel in picture.panels]
    return list(dict.fromkeys(curve.label for panel in panels for curve in panel.curves))


def _picture(
    columns: Sequence[Column], section: Section, metric: str, lines: dict[str, None]
) -> Picture:
    panels = []
    for row in section.rows:
        if row.metric == metric:
            placed, left_out = _placed(columns, row)
            lines |= dict.fromkeys(left_out)
            curves = tuple(_curves(columns, row, placed))
            floors = (row.floors.get(name) for name in (CHANCE, ALL_CHOICES))
            panels.append(Panel(row.shots, curves, *floors))
    return Picture(printable(section.title), section.questions, metric, tuple(panels))


def _placed(columns: Sequence[Column], row: Row) -> tuple[dict[Key, dict[int, int]], list[str]]:
    """For each curve the column at each of its steps; and a line for each column left out."""
    placed: dict[Key, dict[int, int]] = {}
    left_out = []
    for index, column in enumerate(columns):
        if row.cells[index] is None:
            continue
        if column.step is None:
            remedy = f"name its steps in a labels file ({column.name})"
            left_out.append(f"left out: {column.title}, of unknown step; {remedy}")
        elif column.step in placed.setdefault(_key(column), {}):
            kept = columns[placed[_key(column)][column.step]].title
            remedy = f"give it a model name of its own in a labels file ({column.name})"
            left_out.append(f"left out: {column.title}, as {kept} is at this step; {remedy}")
        else:
            placed[_key(column)][column.step] = index
    return placed, left_out


def _curves(
    columns: Sequence[Column], row: Row, placed: dict[Key, dict[int, int]]
) -> Iterator[Curve]:
    """Trained models begin at step 0 of their base; a base that begins no curve is one itself."""
    begun: set[int] = set()
    for by_step in placed.values():
        start = baseline(columns, max(by_step.values()))
        if 0 not in by_step and start is not None and row.cells[start] is not None:
            by_step[0] = start
            begun.add(start)
    for key, by_step in placed.items():
        points = tuple(_point(row, step, by_step[step]) for step in sorted(by_step))
        if not (set(by_step) == {0} and by_step[0] in begun):
            yield Curve(_label(key, columns), points)


def _point(row: Row, step: int, index: int) -> Point:
    cell = row.cells[index]
    assert cell  # noqa: S101 (only columns with a cell are placed)
    return Point(step, cell.value, cell.low, cell.high)


def _key(column: Column) -> Key:
    return column.model, column.kind, column.way


def _label(key: Key, columns: Sequence[Column]) -> str:
    """Model and adapter kind; how it was asked only where two curves differ in nothing else."""
    ways = {column.way for column in columns if (column.model, column.kind) == key[:2]}
    shown = [*key[:2], " ".join(key[2]) if len(ways) > 1 else ""]
    return ", ".join(printable(part) for part in shown if part)
