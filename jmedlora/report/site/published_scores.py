"""The share of right answers to published examinations: what the overview shows beside scores."""

from collections.abc import Mapping, Sequence
from typing import Any

from jmed_metrics.examination import chance_correct
from jmedlora.core.display import visible
from jmedlora.exams.documents import letters_document
from jmedlora.exams.examination import Examination
from jmedlora.exams.protocol import CHANCE
from jmedlora.report.compare.table import Cell, with_best
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.site.comparison_data import cell_data
from jmedlora.report.site.published_sets import Entry


def published_scores(published: Mapping[str, Sequence[Entry]]) -> dict[str, Any]:
    """The models, and a row for each examination, with a cell for each model.

    A cell is None where the model did not answer every question.
    """
    results = [result for entries in published.values() for result, _ in entries]
    models = list(dict.fromkeys(each.model for each in results))
    rows = [_row([result for result, _ in entries], models) for entries in published.values()]
    return {"models": list(map(visible, models)), "rows": rows}


def guess_of(examination: Examination) -> float:
    """The share right, 0 to 1, of one who knows how many choices to take and guesses which."""
    return chance_correct([letters_document(each) for each in examination.questions])


def _row(results: Sequence[ExamResult], models: Sequence[str]) -> dict[str, Any]:
    examination = results[0].examination
    of_models = {each.model: _cell(each) for each in results}
    cells = with_best([of_models.get(each) for each in models])
    return {
        "name": f"examination {visible(examination.name)}",
        "under": "Right, published answers",
        "floors": {CHANCE: guess_of(examination)},
        "cells": [each and cell_data(each) for each in cells],
    }


def _cell(result: ExamResult) -> Cell | None:
    if result.interval is None:
        return None
    low, high = result.interval
    return Cell(result.correct / len(result.answers), low, high)
