"""Figures for print: curves that differ in shade, dash and marker, so that grey is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from jmedlora.report.compare.columns import shown_steps
from jmedlora.report.figures.captions import Words, floor_of, metric_name
from jmedlora.report.figures.curves import Curve, Panel, Picture
from jmedlora.report.figures.forest import FLOOR, forest
from jmedlora.report.figures.printing import printed, safe_name

PANEL = (3.6, 2.9)
"""Width and height in inches of one panel: two fill the width of a page."""
MARKERS = "os^DvPX*"
DASHES = ("-", (0, (5, 2)), (0, (7, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
SHADES = len(MARKERS)
LIGHTEST = 0.66
"""How far the colour map is used. Its lightness rises evenly: lighter lines are lost on white."""
BAND = 0.15
"""Opacity of an interval band."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one curve is drawn, wherever it is shown.

    color: red, green, blue from 0 to 1. dash: a line style of matplotlib. marker: one of MARKERS.
    """

    color: tuple[float, float, float]
    dash: Any
    marker: str


def looks(labels: Sequence[str]) -> dict[str, Look]:
    """A look for each label: evenly spaced shades up to eight, and no dash and marker twice to 32.

    The colours are those of cividis, made for readers who see colours differently.
    """
    shades = np.linspace(0, LIGHTEST, min(max(len(labels), 2), SHADES))
    return {
        label: Look(
            color=mpl.colormaps["cividis"](shades[place % SHADES])[:3],
            dash=DASHES[(place + place // SHADES) % len(DASHES)],
            marker=MARKERS[place % SHADES],
        )
        for place, label in enumerate(labels)
    }


def texts(picture: Picture, words: Words) -> str:
    """Every character that the figure of ``picture`` may show."""
    curves = [curve.label for panel in picture.panels for curve in panel.curves]
    fixed = (words.steps, words.untrained, words.shots, words.questions, words.chance, words.listed)
    named = (words.interval, words.whisker, metric_name(picture.metric, words), picture.exam)
    return "".join([*curves, *fixed, *named])


def render(
    picture: Picture, looks: Mapping[str, Look], words: Words, families: Sequence[str]
) -> dict[str, bytes]:
    """The figure by format: a forest plot where no model was trained, else curves."""
    if picture.is_forest:
        return printed(lambda: forest(picture, words), families)
    return printed(lambda: _figure(picture, looks, words), families)


def file_stem(picture: Picture) -> str:
    """``exam-metric`` without what a file system may refuse."""
    return safe_name(f"{picture.exam}-{picture.metric.removesuffix(',none')}") or "figure"


def _figure(picture: Picture, looks: Mapping[str, Look], words: Words) -> Figure:
    width, height = PANEL
    figure = Figure(figsize=(width * len(picture.panels), height), layout="constrained")
    axes = figure.subplots(1, len(picture.panels), sharey=True, squeeze=False)[0]
    for axis, panel in zip(axes, picture.panels, strict=True):
        _draw_panel(axis, panel, looks, words)
    axes[0].set_ylabel(metric_name(picture.metric, words))
    figure.suptitle(f"{picture.exam}, {words.questions.format(picture.questions)}")
    _add_legend(figure, picture, looks, words)
    return figure


def _draw_panel(axis: Axes, panel: Panel, looks: Mapping[str, Look], words: Words) -> None:
    for curve in panel.curves:
        draw = _draw_reference if curve.is_reference else _draw_curve
        draw(axis, curve, looks[curve.label])
    if floor := floor_of(panel, words):
        name, value = floor
        axis.axhline(value, **FLOOR)
        axis.annotate(
            f"{name}\n{value:.3f}",
            (1, value),
            xycoords=axis.get_yaxis_transform(),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            size=7,
            color="0.3",
        )
    axis.set_title(words.shots.format(panel.shots), size=8)
    axis.set_xlabel(words.steps)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda step, _: shown_steps(round(step))))
    if all(curve.is_reference for curve in panel.curves):
        axis.set_xlim(-0.05, 0.95)  # so that step 0 is the only tick
    axis.spines[["top", "right"]].set_visible(False)


def _draw_curve(axis: Axes, curve: Curve, look: Look) -> None:
    steps = [point.step for point in curve.points]
    axis.plot(
        steps,
        [point.value for point in curve.points],
        color=look.color,
        linestyle=look.dash,
        linewidth=1.3,
        **_marker(look),
    )
    low, high = (
        [np.nan if value is None else value for value in values]
        for values in zip(*((point.low, point.high) for point in curve.points), strict=True)
    )
    if len(steps) > 1:
        axis.fill_between(steps, low, high, color=look.color, alpha=BAND, linewidth=0)
    else:
        axis.vlines(steps, low, high, color=look.color, linewidth=0.8)


def _draw_reference(axis: Axes, curve: Curve, look: Look) -> None:
    """A level over the whole width, with its marker at step 0."""
    (point,) = curve.points
    axis.axhline(point.value, color=look.color, linestyle=look.dash, linewidth=1.3)
    axis.plot(0, point.value, color=look.color, **_marker(look))
    if point.low is not None and point.high is not None:
        axis.axhspan(point.low, point.high, color=look.color, alpha=BAND, linewidth=0)


def _marker(look: Look) -> dict[str, Any]:
    """A white edge keeps markers apart where curves meet."""
    edge = {"markeredgecolor": "white", "markeredgewidth": 0.4}
    return {"marker": look.marker, "markersize": 5, **edge}


def _add_legend(figure: Figure, picture: Picture, looks: Mapping[str, Look], words: Words) -> None:
    shown = {curve.label: curve for panel in picture.panels for curve in panel.curves}
    names = [
        words.untrained.format(label) if curve.is_reference else label
        for label, curve in shown.items()
    ]
    handles = [
        Line2D([], [], color=look.color, linestyle=look.dash, **_marker(look))
        for look in (looks[label] for label in shown)
    ]
    columns = max(1, int(24 * len(picture.panels) / max(map(len, names))))
    legend = figure.legend(
        handles,
        ["" for _ in names],
        loc="outside lower center",
        ncols=min(columns, len(names)),
        title=words.interval,
        title_fontsize=7,
        frameon=False,
        handlelength=4,
    )
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)  # a label given above is dropped where it begins with "_"
