"""The tables of ``jmed-report exam`` beside the verdicts: candidates, categories, both rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jmedlora.core.display import counted
from jmedlora.core.errors import UserError
from jmedlora.report.exam.differing_rules import differences_sheet
from jmedlora.report.exam.leaderboard import (
    chance_sheet,
    follow_up_sheet,
    image_sheet,
    row_name,
    verdict_sheets,
)
from jmedlora.report.exam.marked import EASY, Answered, Humans, humans, points
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.render.plain_sheet import PlainSheet
from jmedlora.report.render.sheet import printable

HUMAN_HEADINGS = ("", "n", "model", "candidates")


def sheets(
    results: Sequence[ExamResult],
    *,
    official: bool,
    by_category: bool,
    left_out: int = 0,
    warnings: Sequence[str] = (),
    all_ids: str = "",
) -> list[PlainSheet]:
    """All that the command shows of ``results``, marked by one of the two rules.

    left_out: questions that an exclude list kept from being asked. warnings: of runs that were not
    asked and scored alike. all_ids: the file that names every question on which the two rules
    differ, if one is written. Raises UserError where there are no categories.
    """
    found = verdict_sheets(results, official=official)
    if left_out:
        what = f"{counted(left_out, 'question')} left out by an exclude list and not asked"
        found[-1] = _with_notes(found[-1], [f"{what}: the examination is not whole"])
    found[-1] = _with_notes(found[-1], [f"warning: {printable(text)}" for text in warnings])
    if chance := chance_sheet(results):
        found.append(chance)
    if any(each.with_images.questions for each in results):
        found.append(image_sheet(results))
    if any(each.follow_ups.questions for each in results):
        found.append(follow_up_sheet(results))
    if any(answer.note for each in results for answer in each.answers):
        found.append(_against_candidates(results))
    if by_category:
        found += _categories(results)
    if not official and any(answer.official for each in results for answer in each.answers):
        found.append(differences_sheet(results, all_ids))
    return found


def _with_notes(sheet: PlainSheet, more: Sequence[str]) -> PlainSheet:
    return replace(sheet, notes=(*sheet.notes, *more))


def _against_candidates(results: Sequence[ExamResult]) -> PlainSheet:
    rows = []
    for each in results:
        bands = (
            ("", humans(each.answers)),
            (f", {EASY:.0f} % or more right", humans(each.answers, least=EASY)),
            (f", under {EASY:.0f} %", humans(each.answers, below=EASY)),
        )
        label = row_name(each, results)
        rows += [(f"{label}{name}", *_human_cells(band)) for name, band in bands]
    note = "Questions whose share of right candidates is published, where answered; means."
    return PlainSheet("Against the candidates", HUMAN_HEADINGS, tuple(rows), (note,))


def _human_cells(band: Humans) -> tuple[str, str, str]:
    if not band.n:
        return "0", "n/a", "n/a"
    return str(band.n), f"{band.model:.1%}", f"{band.candidates:.1%}"


def _categories(results: Sequence[ExamResult]) -> Iterator[PlainSheet]:
    """A table for each model: all its examinations together, the largest category first."""
    groups: dict[str, dict[str, list[Answered]]] = {}
    for result in results:
        for each in result.answers:
            if each.note:
                of_model = groups.setdefault(result.model, {})
                of_model.setdefault(each.note.category, []).append(each)
    if not groups:
        what = "--by category: no category is published of these examinations"
        raise UserError(f"{what}; leave it out")
    for model, found in groups.items():
        ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        title = f"By category: {model}" if len(groups) > 1 else "By category"
        headings = ("category", "correct", "points", *HUMAN_HEADINGS[1:])
        yield PlainSheet(title, headings, tuple(_category_row(*item) for item in ranked))


def _category_row(name: str, answers: Sequence[Answered]) -> tuple[str, ...]:
    return (
        name,
        f"{sum(each.correct for each in answers)}/{len(answers)}",
        f"{points(answers):g}/{sum(each.question.points for each in answers):g}",
        *_human_cells(humans(answers)),
    )
