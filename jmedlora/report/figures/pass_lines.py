"""Points against the pass lines of an examination: a row each model or year, a panel each line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from jmedlora.report.figures.forest import AROUND, CHARACTER, ROW, text_width

PANEL = 2.5
"""Width in inches of a panel."""
VERDICT = 12
"""Letters that a verdict is wide, with its probability."""
FORBIDDEN = "forbidden choices"
LEGEND = ("pass line", "reached", "missed", "95 % with other questions of the same kind")


@dataclass(frozen=True, slots=True)
class Reached:
    """What was reached of one line, of ``most``; points, or questions with a forbidden choice.

    line: from where on it is passed, or up to where (forbidden choices); None if nobody knows.
    low, high: 95 % with other questions; None where that is not known.
    """

    value: float
    most: float
    line: float | None
    low: float | None = None
    high: float | None = None
    at_most: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether the line is known and not passed."""
        if self.line is None:
            return False
        return self.value > self.line if self.at_most else self.value < self.line


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One model's examination. reached: by the line's name. verdict: in words."""

    label: str
    reached: Mapping[str, Reached]
    verdict: str


def pass_lines_figure(title: str, rows: Sequence[ExamRow]) -> Figure:
    """The ``rows`` from top to bottom, a panel for each line that any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row.reached))
    widest = max(text_width(row.label) for row in rows) + VERDICT
    size = (PANEL * len(names) + CHARACTER * widest, AROUND + 0.3 + ROW * len(rows))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axis, name in zip(axes, names, strict=True):
        _draw_panel(axis, name, [row.reached.get(name) for row in rows])
    axes[0].set_yticks(range(len(rows)), [row.label for row in rows])
    axes[0].set_ylim(len(rows) - 0.5, -0.5)  # the first row on top
    for place, row in enumerate(rows):
        _beside(axes[-1], place, row.verdict, points=34)
    figure.suptitle(title, size=9)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, frameon=False, fontsize=7)
    return figure


def texts(title: str, rows: Sequence[ExamRow]) -> str:
    """Every character that the figure may show."""
    of_rows = [text for row in rows for text in (row.label, row.verdict, *row.reached)]
    return "".join([title, *of_rows, FORBIDDEN, *LEGEND, "points"])


def _draw_panel(axis: Axes, name: str, column: Sequence[Reached | None]) -> None:
    for place, each in enumerate(column):
        if each is None:
            continue
        axis.barh(place, each.most, height=0.55, color="0.94", zorder=0)
        if each.low is not None and each.high is not None:
            axis.hlines(place, each.low, each.high, color="0.35", linewidth=1)
        face = "white" if each.is_missed else "black"
        square: dict[str, Any] = {"marker": "s", "markersize": 4, "color": "black", "zorder": 3}
        axis.plot(each.value, place, markerfacecolor=face, clip_on=False, **square)
        if each.line is not None:
            axis.vlines(each.line, place - 0.42, place + 0.42, color="black", linewidth=1.6)
        _beside(axis, place, f"{each.value:g}", points=4)
    axis.set_title(name, size=8)
    counted = any(each and each.at_most for each in column)
    axis.set_xlabel("questions" if counted else "points")
    axis.set_xlim(left=0)
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)


def _beside(axis: Axes, place: int, text: str, *, points: int) -> None:
    """``text`` to the right of a panel."""
    axis.annotate(
        text,
        (1, place),
        xycoords=axis.get_yaxis_transform(),
        xytext=(points, 0),
        textcoords="offset points",
        va="center",
        size=7,
    )


def _legend() -> list[Line2D]:
    line, reached, missed, spread = LEGEND
    square: dict[str, Any] = {"marker": "s", "markersize": 4, "linestyle": "", "color": "black"}
    return [
        Line2D([], [], marker="|", markersize=9, markeredgewidth=1.6, linestyle="", color="black",
               label=line),
        Line2D([], [], label=reached, **square),
        Line2D([], [], label=missed, markerfacecolor="white", **square),
        Line2D([], [], color="0.35", linewidth=1, label=spread),
    ]  # fmt: skip
