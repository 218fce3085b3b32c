"""The verdicts as tables: the examinations of one model, or the models of each examination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from jmedlora.report.exam.chance import Chances, LineChance, probability_in_words
from jmedlora.report.exam.notes import (
    CHANCES,
    PROBABILITY,
    examination_notes,
    result_notes,
    sample_notes,
)
from jmedlora.report.exam.reached import LineResult, Part
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.render.plain_sheet import PlainSheet, name

UNNAMED = "(no name given)"
CASES = {True: "asked with it", False: "asked without it", None: "not known"}
RULES = {False: "default rule", True: "the published script's rule"}


@dataclass(frozen=True, slots=True)
class Board:
    """The rows of a table of verdicts. first: what they are called by, "exam" or "model"."""

    title: str
    first: str
    rows: Mapping[str, ExamResult]

    @property
    def lines(self) -> list[str]:
        """The pass lines of all rows, in order."""
        return list(dict.fromkeys(line for each in self.rows.values() for line in each.lines))


def verdict_sheets(results: Sequence[ExamResult], *, official: bool) -> list[PlainSheet]:
    """The tables of verdicts of ``results``, in their order, marked by one of the two rules."""
    return [_sheet(each) for each in boards(results, official=official)]


def boards(results: Sequence[ExamResult], *, official: bool) -> "list[Board]":
    """What stands in one table of verdicts: one model's examinations, or one for each."""
    if len({each.model for each in results}) == 1:
        return [_of_one_model(results, RULES[official])]
    by_examination = groupby(results, key=lambda each: each.examination.name)
    return [_of_one_examination(list(group), RULES[official]) for _, group in by_examination]


def image_sheet(results: Sequence[ExamResult]) -> PlainSheet:
    """Right answers and points apart for questions that need no image and that need one."""
    headings = ("", "without images", "points", "with images", "points")
    rows = [
        (row_name(each, results), *_part(each.without_images), *_part(each.with_images))
        for each in results
    ]
    return PlainSheet("Questions without and with images", headings, tuple(rows))


def follow_up_sheet(results: Sequence[ExamResult]) -> PlainSheet:
    """Right answers and points apart for the follow-ups of series (連問) and for all others."""
    headings = ("", "other questions", "points", "follow-ups", "points", "case of the follow-ups")
    rows = [
        (
            row_name(each, results),
            *_part(each.without_follow_ups),
            *_part(each.follow_ups),
            CASES[each.follow_ups_with_case] if each.follow_ups.questions else "n/a",
        )
        for each in results
    ]
    note = "Follow-ups: the questions of a series behind its first one, which holds their case."
    return PlainSheet("Follow-ups and other questions", headings, tuple(rows), (note,))


def chance_sheet(results: Sequence[ExamResult]) -> PlainSheet | None:
    """How likely each line is reached with other questions; None where nothing is known of it."""
    known = [each for each in results if each.chances.lines]
    if not known:
        return None
    lines = list(dict.fromkeys(line for each in known for line in each.chances.lines))
    of_lines = (text for n in lines for text in (f"{name(n)}: points", "reached", "design effect"))
    headings = ("", *of_lines, "forbidden", "all lines")
    rows = [(row_name(each, results), *_chances(each.chances, lines)) for each in known]
    return PlainSheet("With other questions of the same kind", headings, tuple(rows), (CHANCES,))


def _chances(found: Chances, lines: Sequence[str]) -> tuple[str, ...]:
    cells = [text for line in lines for text in _line_chance(found.lines.get(line))]
    return (*cells, probability_in_words(found.forbidden), probability_in_words(found.every))


def _line_chance(line: LineChance | None) -> tuple[str, str, str]:
    if not line:
        return "n/a", "n/a", "n/a"
    low, high = line.interval
    effect = "n/a" if line.design_effect is None else f"{line.design_effect:.2f}"
    return f"{low:g} to {high:g}", probability_in_words(line.probability), effect


def row_name(result: ExamResult, among: Sequence[ExamResult]) -> str:
    """Its examination, its model, or both: what tells it from the others."""
    if len({each.model for each in among}) == 1:
        return name(result.examination.name)
    several = len({each.examination.name for each in among}) > 1
    return (
        f"{model_name(result)}, {name(result.examination.name)}" if several else model_name(result)
    )


def model_name(result: ExamResult) -> str:
    """Its model, for a row."""
    return name(result.model) or UNNAMED


def _of_one_model(results: Sequence[ExamResult], rule: str) -> Board:
    national = all(each.examination.exam != "jmed_own" for each in results)
    title = "National medical licensing examination" if national else "Examination"
    model = name(results[0].model)
    title = f"{title}, {rule}: {model}" if model else f"{title}, {rule}"
    return Board(title, "exam", {name(each.examination.name): each for each in results})


def _of_one_examination(results: Sequence[ExamResult], rule: str) -> Board:
    examination = results[0].examination
    named = examination.description.title if examination.description else ""
    title = f"{examination.name}, {named}, {rule}" if named else f"{examination.name}, {rule}"
    return Board(name(title), "model", {model_name(each): each for each in results})


def _sheet(board: Board) -> PlainSheet:
    results, lines = board.rows.values(), board.lines
    examinations = {each.examination.name: each.examination for each in results}
    headings = (board.first, "correct", "95 % interval", "points",
                *(f"{name(line)} (line)" for line in lines),
                "forbidden", "unparsed", "cut", "verdict")  # fmt: skip
    notes = [note for each in examinations.values() for note in examination_notes(each)]
    of_rows = (result_notes(each, label) for label, each in board.rows.items())
    notes += [note for found in of_rows for note in found]
    notes += sample_notes(list(results))
    notes += [PROBABILITY] * any(each.chances.every is not None for each in results)
    cells = tuple(_row(label, each, lines) for label, each in board.rows.items())
    return PlainSheet(board.title, headings, cells, tuple(notes))


def _row(label: str, result: ExamResult, lines: Sequence[str]) -> tuple[str, ...]:
    reached = result.lines
    return (
        label,
        f"{result.correct}/{len(result.answers)}",
        _interval(result),
        f"{result.points:g}/{result.max_points:g}",
        *(_line(reached.get(line)) for line in lines),
        "n/a" if result.forbidden is None else str(result.forbidden),
        str(result.unparsed),
        str(result.cut),
        verdict_in_words(result),
    )


def verdict_in_words(result: ExamResult) -> str:
    """Such as "pass, .57, close"."""
    found = result.chances
    if found.every is None:
        return result.verdict
    return f"{result.verdict}, {probability_in_words(found.every)}{', close' * bool(found.close)}"


def _interval(result: ExamResult) -> str:
    if result.interval is None:
        return "n/a"
    low, high = result.interval
    return f"{low:.1%} to {high:.1%}"


def _line(line: LineResult | None) -> str:
    if not line:
        return "n/a"
    passes = line.line.pass_from
    return f"{line.points:g}/{line.most:g} ({'?' if passes is None else f'{passes:g}'})"


def _part(part: Part) -> tuple[str, str]:
    if not part.questions:
        return "n/a", "n/a"
    return f"{part.correct}/{part.questions}", f"{part.points:g}/{part.max_points:g}"
