"""The scores of a comparison as plain JSON types: tables, learning curves, forest plots."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jmedlora.core.display import visible
from jmedlora.exams.protocol import ALL_CHOICES, CHANCE
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.report.compare.baselines import BEST
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.table import Cell, Row, Section, Table
from jmedlora.report.figures.captions import WORDS, floor_of
from jmedlora.report.figures.curves import Curve, Panel, Picture, pictures
from jmedlora.report.site.words import words

RIGHT = {protocol.right for protocol in PROTOCOLS.values()} - {""}
"""The scores that say whether an answer is right."""
SCORES = tuple(score for protocol in PROTOCOLS.values() for score in protocol.scores)


def table_data(table: Table) -> dict[str, Any]:
    """The sections of ``table``, its warnings and notes. Every text is made to show."""
    return {
        "models": [visible(column.title) for column in table.columns],
        "against": visible(table.against),
        "resamples": table.resamples,
        "seed": table.seed,
        "words": words(table),
        "sections": [_section(each) for each in table.sections if each.rows],
        "warnings": list(map(visible, table.warnings)),
        "notes": list(map(visible, table.notes)),
        "signatures": [list(map(visible, each)) for each in table.signatures],
    }


def curve_data(table: Table) -> tuple[list[dict[str, Any]], list[str]]:
    """The pictures of ``jmed-report plot`` in which a model was trained.

    And a line for each column of a trained model that no curve can show.
    """
    drawn, left_out = pictures(table, SCORES)
    panels = [replace(each, panels=tuple(filter(_is_trained, each.panels))) for each in drawn]
    found = [_picture(each) for each in panels if each.panels]
    return found, list(map(visible, left_out)) if found else []


def forest_data(table: Table) -> list[dict[str, Any]]:
    """By exam, score and shots: the models that no learning curve shows, with their intervals.

    Only where there are at least two, for one alone is compared with nothing.
    """
    found = [
        _forest(table, section, row)
        for section in table.sections
        for row in section.rows
        if not row.is_rate and row.metric in SCORES
    ]
    return [each for each in found if len(each["points"]) > 1]


def _forest(table: Table, section: Section, row: Row) -> dict[str, Any]:
    curves = {each.model for each in table.columns if each.kind and each.step is not None}
    shown = [
        (column, cell)
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell and (column.step is None or column.model not in curves)
    ]
    return {
        "exam": visible(section.title),
        "score": row.name,
        "questions": section.questions,
        "floor": _floor(Panel(row.shots, (), row.floors.get(CHANCE), row.floors.get(ALL_CHOICES))),
        "tested": table.against == BEST and any(cell.difference for _, cell in shown),
        "points": [{"model": visible(column.title), **_value(cell)} for column, cell in shown],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "exam": visible(section.title),
        "questions": section.questions,
        "rows": list(map(_row, section.rows)),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": visible(row.name),
        "metric": visible(row.metric),
        "rate": row.is_rate,
        "right": row.metric in RIGHT,
        "floors": dict(row.floors),
        "cells": [cell and cell_data(cell) for cell in row.cells],
    }


def cell_data(cell: Cell) -> dict[str, Any]:
    """One score with its 95 % interval, and what it differs by where it is compared."""
    found = {**_value(cell), "best": cell.best, "not_told_apart": cell.not_told_apart}
    if cell.difference:
        difference = cell.difference
        found |= {
            "difference": difference.value,
            "differenceLow": difference.low,
            "differenceHigh": difference.high,
            "p": difference.p_holm,
        }
    return found


def _value(cell: Cell) -> dict[str, Any]:
    return {"value": cell.value, "low": cell.low, "high": cell.high}


def _is_trained(panel: Panel) -> bool:
    return any(not curve.is_reference for curve in panel.curves)


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "exam": visible(picture.exam),
        "score": NAMES.get(picture.metric, visible(picture.metric)),
        "questions": picture.questions,
        "panels": list(map(_panel, picture.panels)),
    }


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "shots": panel.shots,
        "floor": _floor(panel),
        "curves": list(map(_curve, panel.curves)),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    points: Sequence[dict[str, Any]] = [
        {"step": each.step, "value": each.value, "low": each.low, "high": each.high}
        for each in curve.points
    ]
    return {"model": visible(curve.label), "reference": curve.is_reference, "points": points}


def _floor(panel: Panel) -> dict[str, Any] | None:
    """What the figures of ``jmed-report plot`` draw: the score of a guess, or of all choices."""
    found = floor_of(panel, WORDS["en"])
    return {"name": found[0], "value": found[1]} if found else None
