"""Where the default and the published rule mark an answer otherwise: in short, and one by one."""

from collections.abc import Iterator, Sequence

from jmedlora.exams.schema import Question
from jmedlora.report.exam.leaderboard import row_name
from jmedlora.report.exam.marked import Answered, differing
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.render.csv_table import csv_text
from jmedlora.report.render.plain_sheet import SHOWN, PlainSheet, some_of

TITLE = "Default rule and published rule"
AGREE = "They agree on every answer."
OPTION = "--out DIR writes the id of every one."


def differences_sheet(results: Sequence[ExamResult], all_ids: str = "") -> PlainSheet:
    """How often they disagree, model by model and kind by kind, with some ids of each kind.

    all_ids: the file that has them all, if one is written.
    """
    kinds: dict[str, list[str]] = {}
    several = len({each.model for each in results}) > 1
    for result in results:
        for each in differing(result.answers):
            for kind in _kinds(each):
                key = f"{row_name(result, results)}: {kind}" if several else kind
                kinds.setdefault(key, []).append(each.question.problem_id)
    notes = [f"{kind} ({len(ids)}): {some_of(ids)}" for kind, ids in sorted(kinds.items())]
    if any(len(ids) > SHOWN for ids in kinds.values()):
        notes.append(f"Every one of them: {all_ids}" if all_ids else OPTION)
    return PlainSheet(TITLE, (), (), tuple(notes) or (AGREE,))


def differing_csv(results: Sequence[ExamResult]) -> str:
    """A line for each answer on which they disagree, with what each rule read of it.

    "" where they agree on every answer.
    """
    return csv_text(
        [
            {
                "exam": result.examination.name,
                "model": result.model,
                "question": each.question.problem_id,
                "default_correct": each.default.correct,
                "published_correct": each.official.correct,
                "default_forbidden": bool(each.default.forbidden),
                "published_forbidden": bool(each.official.forbidden),
                "answer": _accepted(each.question),
                "default_read": ",".join(each.default.chosen),
                "published_read": ",".join(each.official.chosen),
            }
            for result in results
            for each in differing(result.answers)
            if each.default and each.official
        ]
    )


def _accepted(question: Question) -> str:
    """Its right answers: "a,c", or "a or c" where either is right."""
    return " or ".join(",".join(each) for each in question.answers)


def _kinds(each: Answered) -> Iterator[str]:
    if not each.default or not each.official:
        return
    default, official = each.default, each.official
    if default.correct != official.correct:
        words = ("right", "wrong") if default.correct else ("wrong", "right")
        yield "default {}, published {}".format(*words)
    if bool(default.forbidden) != bool(official.forbidden):
        which = "default" if default.forbidden else "published"
        yield f"forbidden choice by the {which} rule alone"
