"""The verdicts on examinations as plain JSON types: points against lines, forbidden choices."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from jmedlora.core.display import visible
from jmedlora.report.exam.marked import EASY, Humans, humans
from jmedlora.report.exam.notes import CHANCES, PROBABILITY, examination_notes, result_notes
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.site.published_scores import guess_of


def examination_data(results: Sequence[ExamResult]) -> list[dict[str, Any]]:
    """An object for each examination, with the models that answered it, most points first."""
    found: dict[str, list[ExamResult]] = {}
    for each in results:
        found.setdefault(each.examination.name, []).append(each)
    return [_examination(name, each) for name, each in found.items()]


def _examination(name: str, results: Sequence[ExamResult]) -> dict[str, Any]:
    examination = results[0].examination
    description = examination.description
    notes = [*examination_notes(examination)]
    for each in results:
        notes += result_notes(each, each.model)
    with_chances = any(each.chances.lines for each in results)
    return {
        "name": visible(name),
        "title": visible(description.title if description else name),
        "year": description and description.year,
        "mostForbidden": description and description.most_forbidden,
        "questions": len(examination.questions),
        "guess": guess_of(examination),
        "titles": {
            line: visible(each.title or line)
            for line, each in (description.lines.items() if description else ())
        },
        "results": list(map(_result, results)),
        "notes": [*map(visible, notes), *([PROBABILITY, CHANCES] if with_chances else [])],
        "easy": EASY,
    }


def _result(result: ExamResult) -> dict[str, Any]:
    bands = (
        ("all", humans(result.answers)),
        ("easy", humans(result.answers, least=EASY)),
        ("hard", humans(result.answers, below=EASY)),
    )
    candidates = {name: _humans(each) for name, each in bands if each.n and not isnan(each.model)}
    record = result.as_record()
    return {**record, "model": visible(result.model), "candidates": candidates}


def _humans(each: Humans) -> dict[str, Any]:
    return {"questions": each.n, "model": each.model, "candidates": each.candidates}
