"""A forest plot: models that were not trained, a row each, with their intervals."""

from typing import Any
from unicodedata import east_asian_width

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jmedlora.report.figures.captions import Words, floor_of, metric_name
from jmedlora.report.figures.curves import Panel, Picture

WIDTH = 2.9
"""Width in inches of a panel."""
ROW = 0.24
"""Height in inches of a row."""
AROUND = 1.15
"""Height in inches of what stands above and below the rows."""
CHARACTER = 0.065
"""Width in inches of a Latin letter of a name; a kanji has twice that."""
FLOOR: dict[str, Any] = {"color": "0.3", "linewidth": 0.8, "linestyle": ":", "zorder": 1}


def forest(picture: Picture, words: Words) -> Figure:
    """The models of ``picture``, a panel for each number of worked examples.

    The highest score of the first panel is on top; what that panel lacks follows by the next one.
    """
    names = _ranked(picture)
    size = (
        WIDTH * len(picture.panels) + CHARACTER * max(map(text_width, names)),
        AROUND + ROW * len(names),
    )
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, len(picture.panels), sharey=True, sharex=True, squeeze=False)[0]
    for axis, panel in zip(axes, picture.panels, strict=True):
        _draw_panel(axis, panel, names, words)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)  # the first name on top
    figure.suptitle(f"{picture.exam}, {words.questions.format(picture.questions)}")
    figure.supxlabel(f"{metric_name(picture.metric, words)} ({words.whisker})", size=8)
    return figure


def _ranked(picture: Picture) -> list[str]:
    """The labels of all rows, by falling score within each panel."""
    ranked = (
        curve.label
        for panel in picture.panels
        for curve in sorted(panel.curves, key=lambda each: -each.points[0].value)
    )
    return list(dict.fromkeys(ranked))


def text_width(text: str) -> int:
    """How many Latin letters ``text`` is wide; a wide character counts as two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _draw_panel(axis: Axes, panel: Panel, names: list[str], words: Words) -> None:
    for curve in panel.curves:
        (point,) = curve.points
        row = names.index(curve.label)
        if point.low is not None and point.high is not None:
            axis.hlines(row, point.low, point.high, color="black", linewidth=1.2)
        axis.plot(point.value, row, color="black", marker="s", markersize=4)
        axis.annotate(
            f"{point.value:.3f}",
            (1, row),
            xycoords=axis.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            size=7,
        )
    title = words.shots.format(panel.shots)
    if floor := floor_of(panel, words):
        name, value = floor
        axis.axvline(value, **FLOOR)
        title = f"{title} (··· {name} {value:.3f})"
    axis.set_title(title, size=8)
    axis.grid(axis="y", color="0.92", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)
