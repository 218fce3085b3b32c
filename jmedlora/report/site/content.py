"""All that a page shows, as plain JSON types: an index to begin with, and the texts of each set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jmed_metrics
from jmedlora.core.display import visible
from jmedlora.core.errors import UserError
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.comparison import table_of
from jmedlora.report.consistency.permuted_runs import compare_permuted
from jmedlora.report.exam.verdict import results
from jmedlora.report.site.comparison_data import curve_data, forest_data, table_data
from jmedlora.report.site.examination_data import examination_data
from jmedlora.report.site.examination_maps import examination_maps
from jmedlora.report.site.explorer_data import PART, asked_sets, text_parts
from jmedlora.report.site.groups import heat_maps, known_notes
from jmedlora.report.site.inputs import Inputs
from jmedlora.report.site.joined_sets import joined_sets
from jmedlora.report.site.overlap_data import Overlap, overlap_data
from jmedlora.report.site.published_scores import published_scores
from jmedlora.report.site.published_sets import answered_outside, published_sets
from jmedlora.report.site.recite_data import Recited, recite_data, recited_by
from jmedlora.report.site.terms import terms
from jmedlora.report.verify.confirmed import confirm

VIEWS = ("table", "examinations", "consistency", "overlap", "recited", "sets")
"""What fills a view by itself; without any of these the page would be empty."""


@dataclass(frozen=True, slots=True)
class Content:
    """index: what every view but the explorer's texts needs. texts: the parts of each set's."""

    index: dict[str, Any]
    texts: tuple[list[dict[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How a page is made.

    with_texts: with the texts of questions, choices and answers. verify: whether to work the scores
    out again, as ``jmed-report table`` does. seed, resamples: of intervals and tests.
    """

    with_texts: bool
    verify: bool | None
    seed: int
    resamples: int


def content(
    inputs: Inputs, overlap: Overlap | None, recited: tuple[Recited, ...], options: Options
) -> Content:
    """Everything once: each view reads what the report of its name computes.

    Raises UserError where there is nothing to show, with the reasons.
    """
    notes = known_notes()
    marked = results(inputs.systems, official=False)
    published = answered_outside(inputs.systems, marked)
    asked = asked_sets(inputs.columns, notes, overlap)
    sets = joined_sets(asked, published_sets(published, notes, overlap))
    consistency, alone = _consistency(inputs.runs)
    index = {
        "version": jmed_metrics.__version__,
        "withTexts": options.with_texts,
        "terms": terms([each.exam for each in sets], with_texts=options.with_texts),
        "notes": [*map(visible, inputs.notes), *alone],
        **_compared(list(inputs.columns), options),
        "published": published_scores(published),
        "heatMaps": [*heat_maps(inputs.columns, notes), *examination_maps(published)],
        "examinations": examination_data(marked),
        "consistency": consistency,
        "overlap": overlap_data(overlap) if overlap else None,
        "recited": recite_data((*recited, *recited_by(inputs.recitals))),
        "sets": [each.index for each in sets],
        "partOfQuestions": PART,
    }
    if not any(index[name] for name in VIEWS):
        raise UserError("\n".join(index["notes"]))
    return Content(index, tuple(map(text_parts, sets)) if options.with_texts else ())


def _compared(columns: list[Column], options: Options) -> dict[str, Any]:
    if not columns:
        return {"table": None, "curves": [], "curveNotes": [], "forests": []}
    warned = confirm(columns, wanted=options.verify)
    table = table_of(
        columns,
        pooled=False,
        by=None,
        seed=options.seed,
        resamples=options.resamples,
        follow_ups=True,
    )
    curves, left_out = curve_data(table)
    return {
        "table": table_data(replace(table, warnings=(*warned, *table.warnings))),
        "curves": curves,
        "curveNotes": left_out,
        "forests": forest_data(table),
    }


def _consistency(runs: Sequence[Path]) -> tuple[list[dict[str, Any]], list[str]]:
    found, notes = compare_permuted(runs) if runs else ([], [])
    shown = [{**each, "model": visible(each["model"])} for each in found]
    return shown, list(map(visible, notes))
