"""The tables of ``jmed-report exam``: in the terminal with rich, or as Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jmed_metrics import proportion_interval
from jmedlora.core.display import counted
from jmedlora.report.exam.verdict import (
    EASY,
    Answered,
    ExamResult,
    Humans,
    LineResult,
    differing,
    humans,
    points,
)
from jmedlora.report.render.console import consoles, plain_table

YEAR_HEADINGS = (
    "exam", "correct", "95 % interval", "points", "required (line)", "general (line)",
    "forbidden", "unparsed", "verdict",
)  # fmt: skip
HUMAN_HEADINGS = ("", "n", "model", "candidates")
WIDTH = 120
"""Columns of the widest table: a narrower terminal wraps it rather than losing digits."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of texts with a title above and notes below."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def sheets(
    years: Sequence[ExamResult], *, official: bool, by_category: bool, left_out: int = 0
) -> list[Sheet]:
    """All that the command shows of ``years``, marked by one of the two rules.

    left_out: questions that an exclude list kept from being asked.
    """
    found = [_verdicts(years, official=official, left_out=left_out), _against_candidates(years)]
    if by_category:
        found.append(_categories(years))
    if not official:
        found.append(_differences(years))
    return found


def print_sheets(found: Iterable[Sheet]) -> None:
    """Prints them in the terminal. Raises ResultsError without rich."""
    console, wide = consoles("exam", WIDTH)
    from rich.text import Text

    for sheet in found:
        table = plain_table(sheet.headings)
        for row in sheet.rows:
            table.add_row(*map(Text, row))
        wide.print(sheet.title, markup=False)
        if sheet.rows:
            wide.print(table)
        for note in sheet.notes:
            console.print(note, soft_wrap=True, markup=False)
        console.print()


def markdown(found: Iterable[Sheet]) -> str:
    """The same as Markdown."""
    return "\n\n".join("\n\n".join(_blocks(sheet)) for sheet in found) + "\n"


def _blocks(sheet: Sheet) -> list[str]:
    lines = [sheet.headings, ("---", *("--:" for _ in sheet.headings[1:])), *sheet.rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return [f"**{sheet.title}**", *([table] if sheet.rows else []), *sheet.notes]


def _verdicts(years: Sequence[ExamResult], *, official: bool, left_out: int) -> Sheet:
    rule = "the published script's rule" if official else "default rule"
    notes = [note for year in years for note in _year_notes(year)]
    if left_out:
        notes.append(
            f"{counted(left_out, 'question')} left out by an exclude list and not asked: the "
            "examination is not whole"
        )
    return Sheet(
        f"National medical licensing examination, {rule}",
        YEAR_HEADINGS,
        tuple(map(_year_row, years)),
        tuple(notes),
    )


def _year_row(year: ExamResult) -> tuple[str, ...]:
    lines = year.lines
    return (
        year.examination.name,
        f"{year.correct}/{len(year.answers)}",
        _interval(year),
        f"{year.points:g}/{year.max_points:g}",
        *(_line(lines.get(name)) for name in ("required", "general")),
        "n/a" if year.forbidden is None else str(year.forbidden),
        str(year.unparsed),
        year.verdict,
    )


def _line(line: LineResult | None) -> str:
    if not line:
        return "n/a"
    passes = line.line.pass_from
    return f"{line.points:g}/{line.most:g} ({'?' if passes is None else f'{passes:g}'})"


def _interval(year: ExamResult) -> str:
    """Of the share of right answers; it would say nothing of questions not yet asked."""
    if year.verdict == "incomplete":
        return "n/a"
    low, high = proportion_interval(year.correct / len(year.answers), len(year.answers))
    return f"{low:.1%} to {high:.1%}"


def _year_notes(year: ExamResult) -> list[str]:
    if year.verdict == "incomplete":
        n = len(year.answers)
        return [
            f"{year.examination.name}: {year.answered} of {n} answered; the others count as wrong, "
            "and there is no verdict"
        ]
    return [f"{year.examination.name}: fails by {', '.join(year.missed)}"] if year.missed else []


def _against_candidates(years: Sequence[ExamResult]) -> Sheet:
    rows = []
    for year in years:
        bands = (
            ("", humans(year.answers)),
            (f", {EASY:.0f} % or more right", humans(year.answers, least=EASY)),
            (f", under {EASY:.0f} %", humans(year.answers, below=EASY)),
        )
        rows += [(f"{year.examination.name}{name}", *_human_cells(band)) for name, band in bands]
    note = "Questions whose share of right candidates is published, where answered; means."
    return Sheet("Against the candidates", HUMAN_HEADINGS, tuple(rows), (note,))


def _human_cells(band: Humans) -> tuple[str, str, str]:
    if not band.n:
        return "0", "n/a", "n/a"
    return str(band.n), f"{band.model:.1%}", f"{band.candidates:.1%}"


def _categories(years: Sequence[ExamResult]) -> Sheet:
    """All years together, the largest category first."""
    groups: dict[str, list[Answered]] = {}
    for year in years:
        for each in year.answers:
            if each.note:
                groups.setdefault(each.note.category, []).append(each)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    headings = ("category", "correct", "points", *HUMAN_HEADINGS[1:])
    return Sheet("By category", headings, tuple(_category_row(*item) for item in ranked))


def _category_row(name: str, answers: Sequence[Answered]) -> tuple[str, ...]:
    return (
        name,
        f"{sum(each.correct for each in answers)}/{len(answers)}",
        f"{points(answers):g}/{sum(each.question.points for each in answers):g}",
        *_human_cells(humans(answers)),
    )


def _differences(years: Sequence[ExamResult]) -> Sheet:
    """Where the default and the published rule disagree, by kind, with every problem_id."""
    kinds: dict[str, list[str]] = {}
    for year in years:
        for each in differing(year.answers):
            for kind in _kinds(each):
                kinds.setdefault(kind, []).append(each.question.problem_id)
    notes = [f"{kind} ({len(ids)}): {', '.join(ids)}" for kind, ids in sorted(kinds.items())]
    return Sheet(
        "Default rule and published rule",
        (),
        (),
        tuple(notes) or ("They agree on every answer.",),
    )


def _kinds(each: Answered) -> list[str]:
    if not each.default or not each.official:
        return []
    default, official = each.default, each.official
    found = []
    if default.correct != official.correct:
        words = ("right", "wrong") if default.correct else ("wrong", "right")
        found.append("default {}, published {}".format(*words))
    if bool(default.forbidden) != bool(official.forbidden):
        which = "default" if default.forbidden else "published"
        found.append(f"forbidden choice by the {which} rule alone")
    return found
