"""What runs of one model with permuted choices have in common, as numbers and as a page.

The runs are of igakuqa_shuffled or jjsimqa_shuffled with different seeds, and of igakuqa or
jjsimqa, whose choices stand as published, all of one model asked in one way. A model that knows
chooses the same content; one that does so need not know (``agreement.Agreement``), so that share is
printed beside its floors and split by whether the answers were right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jmed_metrics import proportion_interval
from jmedlora.report.consistency.agreement import (
    accuracy,
    agreement,
    by_position,
    spread,
    unanswered,
)
from jmedlora.report.consistency.orders import (
    Ordered,
    permuted_orders,
    read_orders,
    refuse_incomparable,
)
from jmedlora.report.load.signature import signature
from jmedlora.report.render.console import consoles, plain_table
from jmedlora.report.render.plain_sheet import PlainSheet

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 88
"""Columns of the widest table: a narrower terminal wraps it rather than losing digits."""
RUN_HEADINGS = ("order", "accuracy", "95 % interval", "unanswered")
POSITION_HEADINGS = (
    "position", "answers", "accuracy", "95 % interval", "chosen", "correct there"
)  # fmt: skip
AGREEMENT_NOTE = """\
the same content is no knowledge by itself: any text is nearest to some choice. A model that
knows also has an accuracy above guesses, and agrees more than unrelated responses (those to
other questions) would. As much agreement where wrong as where right is no sign of knowledge:
if both are near two uniform guesses, the model guesses; if both are far above them, a fixed
bias or error holds its choices in place where it does not know, too"""
POSITIONS_NOTE = "single-answer questions of all runs; the intervals take them for independent"


def compare(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """One object of plain JSON types for each exam that the runs asked.

    Raises ResultsError for runs that cannot be compared.
    """
    by_exam: dict[str, list[Ordered]] = {}
    for path in paths:
        for ordered in read_orders(path):
            by_exam.setdefault(ordered.result.data.exam, []).append(ordered)
    for exam, runs in by_exam.items():
        refuse_incomparable(exam, runs)
    return [_object(exam, runs) for exam, runs in by_exam.items()]


def compare_permuted(paths: Sequence[Path]) -> tuple[list[dict[str, Any]], list[str]]:
    """An object as above for each model and exam asked in several orders, among runs of any kind.

    And a line for each run that has no other to be compared with. Raises ResultsError for runs
    that cannot be compared.
    """
    groups, notes = permuted_orders(paths)
    for runs in groups:
        refuse_incomparable(runs[0].result.data.exam, runs)
    return [_object(runs[0].result.data.exam, runs) for runs in groups], notes


def _object(exam: str, runs: Sequence[Ordered]) -> dict[str, Any]:
    names = list(runs[0].answers)
    answers = [[run.answers[name] for name in names] for run in runs]
    result = runs[0].result
    return {
        "exam": exam,
        "model": result.model,
        "shots": result.shots,
        "asked": "|".join(signature(result).way),
        "questions": len(names),
        "items": result.data.items,
        "left_out": result.left_out,
        "runs": [
            {
                "path": str(run.result.path),
                "task": run.result.task,
                "shuffle_seed": run.seed,
                "accuracy": accuracy(each),
                "unanswered": unanswered(each),
            }
            for run, each in zip(runs, answers, strict=True)
        ],
        "accuracy": asdict(spread(answers)),
        "agreement": asdict(agreement(answers)),
        "positions": [asdict(position) for position in by_position(answers)],
    }


def sheets(exams: Sequence[Mapping[str, Any]]) -> Iterator[PlainSheet]:
    """The same as ``print_exams`` prints, as tables for a page."""
    for exam in exams:
        title = " · ".join(_title(exam).split("\n"))
        below = (*_summary_lines(exam), " ".join(AGREEMENT_NOTE.split()))
        yield PlainSheet(title, RUN_HEADINGS, tuple(_run_rows(exam)), below)
        if exam["positions"]:
            rows = tuple(_position_rows(exam))
            yield PlainSheet("By position", POSITION_HEADINGS, rows, (POSITIONS_NOTE,))


def print_exams(exams: Sequence[Mapping[str, Any]]) -> None:
    _, wide = consoles("consistency", WIDTH)
    for exam in exams:
        wide.print(_title(exam), markup=False)
        wide.print(_table(RUN_HEADINGS, _run_rows(exam)))
        below = "\n".join([*_summary_lines(exam), AGREEMENT_NOTE, ""])
        wide.print(below, markup=False, soft_wrap=True)
        if exam["positions"]:
            wide.print(_table(POSITION_HEADINGS, _position_rows(exam)))
            wide.print(f"{POSITIONS_NOTE}\n", markup=False)


def _title(exam: Mapping[str, Any]) -> str:
    shots = f"{exam['shots']} shot" if exam["shots"] == 1 else f"{exam['shots']} shots"
    of_all = "" if exam["questions"] == exam["items"] else f" of {exam['items']}"
    left_out = f", {exam['left_out']} left out (exclude list)" if exam["left_out"] else ""
    runs = len(exam["runs"])
    return (
        f"{exam['exam']}, {runs} orders of the choices, {shots}, {exam['questions']}{of_all} "
        f"questions{left_out}\n{exam['model']} ({exam['asked']})"
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> "Table":
    table = plain_table(headings)
    for row in rows:
        table.add_row(*row)
    return table


def _run_rows(exam: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for run in exam["runs"]:
        order = "published" if run["shuffle_seed"] is None else f"seed {run['shuffle_seed']}"
        limits = proportion_interval(run["accuracy"], exam["questions"])
        yield order, f"{run['accuracy']:.3f}", _interval(limits), f"{run['unanswered']:.3f}"


def _summary_lines(exam: Mapping[str, Any]) -> list[str]:
    return [_accuracy(exam["accuracy"]), *_agreement(exam["agreement"], exam["questions"])]


def _accuracy(found: Mapping[str, float]) -> str:
    return (
        f"accuracy: mean {found['mean']:.3f}, standard deviation {found['deviation']:.3f}, "
        f"range {found['lowest']:.3f} to {found['highest']:.3f}"
    )


def _agreement(found: Mapping[str, Any], questions: int) -> Iterator[str]:
    compared = found["unrelated"]["of"]
    of_some = "" if compared == questions else f" ({compared} questions)"
    yield f"the same content in all runs: {found['all_same']:.1%} of the questions"
    yield "two runs, on average:"
    yield (
        f"    the same content {found['content']:.1%}; unrelated responses "
        f"{_share(found['unrelated'])}{of_some}, two uniform guesses {found['chance']:.1%}"
    )
    yield f"    the same position {found['position']:.1%}, the same text {found['text']:.1%}"
    yield (
        f"    the same content where one was right {_share(found['right'])} of "
        f"{found['right']['of']}, where one was wrong {_share(found['wrong'])} of "
        f"{found['wrong']['of']}"
    )


def _share(found: Mapping[str, Any]) -> str:
    return "n/a" if found["share"] is None else f"{found['share']:.1%}"


def _position_rows(exam: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in exam["positions"]:
        yield (
            row["label"],
            str(row["gold"]),
            f"{row['correct'] / row['gold']:.3f}" if row["gold"] else "n/a",
            _interval(row["interval"]) if row["interval"] else "n/a",
            f"{row['chosen']:.3f}",
            f"{row['expected']:.3f}",
        )


def _interval(limits: Sequence[float]) -> str:
    return f"{limits[0]:.3f} to {limits[1]:.3f}"
