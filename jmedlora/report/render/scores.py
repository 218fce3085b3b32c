"""Scores beside what responses without knowledge would score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import TypeVar

import numpy as np

from jmedlora.core.display import counted, visible
from jmedlora.exams.protocol import ALL_CHOICES, CHANCE, EMPTY_ANSWER, Floors
from jmedlora.exams.protocols import METRICS
from jmedlora.report.compare.cases import case_clusters
from jmedlora.report.compare.score_intervals import NORMAL, Interval, Scored, intervals
from jmedlora.report.compare.statistics import Floats
from jmedlora.report.load.follow_ups import Apart, apart_of, read_apart
from jmedlora.report.load.group_results import GroupResult
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.repeated_runs import logged_samples
from jmedlora.report.load.repetitions import times_asked
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.run_conditions import conditions_of
from jmedlora.report.load.signature import signature
from jmedlora.report.render.console import consoles, plain_table
from jmedlora.report.render.number_format import fixed
from jmedlora.report.render.plain_sheet import PlainSheet

FLOORS = (CHANCE, EMPTY_ANSWER, ALL_CHOICES)
HEADINGS = ("score", "95 % interval", *FLOORS)
ONE_SAMPLE = "one sample; the spread over seeds is not in the intervals"
SAMPLES = "mean of {} samples of each question; lm-eval's own scores are those of the first"
FIRST_SAMPLE = (
    "the first of {} samples; the mean over all needs them (--log_samples) beside the results"
)
WIDTH = 88
"""Columns of the widest table: a narrower terminal wraps it rather than losing digits."""
Parts = Mapping[str, Sequence[Sequence[str]]]
"""By score: the rows below it, of a part of the questions each."""
NO_PARTS: Parts = {}
Result = TypeVar("Result", TaskResult, GroupResult)

NOT_DRAWN = (
    "{}: the normal interval, from lm-eval's standard error; a bootstrap, as in jmed-report table, "
    "needs the samples of --log_samples beside the results file."
)


def print_sheet(sheet: PlainSheet) -> None:
    """Prints the scores of a task or a group. Raises ResultsError without rich."""
    console, wide = consoles("scores", WIDTH)
    table = plain_table(sheet.headings)
    for row in sheet.rows:
        table.add_row(*row)
    wide.print(visible(sheet.title), markup=False)
    wide.print(table)
    below = "\n".join(map(visible, sheet.notes))
    console.print(f"{below}\n" if below else "", soft_wrap=True, markup=False)


def score_sheet(result: TaskResult) -> PlainSheet:
    """A task's scores with 95 % intervals and floors, its rates and its signature.

    The floors are the expected accuracy of a guess, and the scores of an empty response and of one
    that lists every choice, over all questions of the exam. Where the samples lie beside the
    results, the share of right answers stands apart for follow-ups and for all others. With
    ``repeats`` a score is the mean over all samples. Raises FileError or ResultsError for samples
    that are incomplete or not those of the scores.
    """
    apart = read_apart(result) if times_asked(result) == 1 else None
    measured = _measured([result])
    if measured and not apart:
        apart = apart_of(measured[0])
    result = _over_samples(result, measured)
    rates = ", ".join(
        f"{rate.counts} {result.scores[rate.name]:.1%}" for rate in result.protocol.rate_metrics
    )
    said = [_sampled(result, measured), _follow_ups(result, apart)]
    lines = [rates, *_floors_of_all(result), *said]
    below = [*lines, str(signature(result)), str(conditions_of(result))]
    right = result.protocol.right
    parts = {right: list(_rows_apart(right, apart))} if apart else {}
    limits = _intervals(result, result.protocol.scores, [result], measured)
    return _sheet(_title(result), result, limits, result.data.floors, below, parts=parts)


def _title(result: TaskResult) -> str:
    asked = result.data.items
    of_all = "" if result.scored == asked else f" of {asked:,} (trial)"
    shots = f"{result.shots} shot" if result.shots == 1 else f"{result.shots} shots"
    what = f"{result.task}, {shots}, {result.scored}{of_all} questions"
    return f"{what}{_left_out(result.left_out)}\n{result.model}"


def _floors_of_all(result: TaskResult) -> list[str]:
    """Says that the floors shown beside a trial are those of the whole exam."""
    given = [name for name in FLOORS if any(name in each for each in result.data.floors.values())]
    if result.scored == result.data.items or not given:
        return []
    return [f"{', '.join(given)}: over all {result.data.items:,} questions"]


def group_sheet(group: GroupResult) -> PlainSheet:
    """A group's scores, pooled over the questions of its tasks, with pooled floors."""
    n = sum(member.scored for member in group.members)
    names = " and ".join(member.task for member in group.members)
    left_out = _left_out(sum(member.left_out for member in group.members))
    title = f"{group.group}: {names} pooled, {n} questions{left_out}\n{group.members[0].model}"
    measured = _measured(group.members)
    group = _over_samples(group, measured)
    limits = _intervals(group, tuple(group.scores), group.members, measured)
    repeated = [each for each in group.members if times_asked(each) > 1]
    below = dict.fromkeys(_sampled(each, measured) for each in repeated)
    return _sheet(title, group, limits, _pooled_floors(group, n), tuple(below))


def _measured(tasks: Sequence[TaskResult]) -> list[Measured]:
    """What the samples of each of ``tasks`` give; [] where they are not needed, or some not there.

    Only graded scores and several answers to a question need them: those of a reasoning model are
    long.
    """
    graded = any(METRICS[name].graded for each in tasks for name in each.protocol.scores)
    if not graded and all(times_asked(each) == 1 for each in tasks):
        return []
    ordered = sorted(tasks, key=lambda each: each.task)  # as in table --pooled
    found = [measured for each in ordered if (measured := logged_samples(each))]
    return found if len(found) == len(tasks) else []


def _over_samples(result: Result, measured: Sequence[Measured]) -> Result:
    """``result`` with the means over all samples; lm-eval gives the scores of the first."""
    if not any(each.samples for each in measured):
        return result
    pooled = {metric: _values(measured, metric) for metric in result.scores}
    return replace(result, scores={metric: float(each.mean()) for metric, each in pooled.items()})


def _values(measured: Sequence[Measured], metric: str) -> Floats:
    return np.concatenate([each.values[metric] for each in measured])


def _sampled(result: TaskResult, measured: Sequence[Measured]) -> str:
    """How many samples the scores are of, and what one cannot say; "" where nothing was drawn."""
    samples = {each.task: len(each.samples) for each in measured}.get(result.task)
    if samples:
        return SAMPLES.format(samples)
    if samples is None and (times := times_asked(result)) > 1:
        return FIRST_SAMPLE.format(times)
    return ONE_SAMPLE if signature(result).is_sampled else ""


def _intervals(
    result: TaskResult | GroupResult,
    metrics: Sequence[str],
    tasks: Sequence[TaskResult],
    measured: Sequence[Measured],
) -> dict[str, Interval | None]:
    """The interval of each of ``metrics`` over the questions of ``tasks``."""
    docs = [record["doc"] for each in measured for record in each.records]
    scored = [
        Scored(
            metric,
            result.scores[metric],
            sum(each.scored for each in tasks),
            _values(measured, metric) if measured else None,
            result.stderrs[metric],
        )
        for metric in metrics
    ]
    return dict(zip(metrics, intervals(scored, case_clusters(docs)), strict=True))


def _follow_ups(result: TaskResult, apart: Apart | None) -> str:
    """Says how follow-ups were asked; "" where there are none."""
    noted = result.data.follow_ups
    number = len(apart.follow_ups.values if apart else noted.ids) if noted else 0
    if not noted or not number:  # a trial may have none
        return ""
    how = "with" if noted.with_case else "without"
    whole = "" if apart or result.scored == result.data.items else " in the whole exam"
    what = (
        f"{counted(number, 'follow-up')} of serial questions (連問){whole}, asked {how} their case"
    )
    if apart or not result.protocol.right:
        return what
    return f"{what}; their score needs the samples (--log_samples) beside it"


def _rows_apart(metric: str, apart: Apart) -> Iterator[tuple[str, ...]]:
    """A row of the score ``metric`` for all other questions and one for the follow-ups."""
    for name, part in (("other questions", apart.others), ("follow-ups", apart.follow_ups)):
        if n := len(part.values):
            scored = Scored(metric, fmean(part.values), n, np.array(part.values))
            (limits,) = intervals([scored], case_clusters(part.docs))
            yield f"  {n} {name}", fixed(scored.value), _shown(limits), "", "", ""


def _left_out(count: int) -> str:
    """Says that an exclude list made the exam smaller."""
    return f", {count} left out (exclude list)" if count else ""


def _sheet(
    title: str,
    result: TaskResult | GroupResult,
    limits: Mapping[str, Interval | None],
    floors: Floors,
    below: Sequence[str],
    *,
    parts: Parts = NO_PARTS,
) -> PlainSheet:
    normal = [metric for metric, each in limits.items() if each and each.method == NORMAL]
    said = NOT_DRAWN.format(", ".join(normal)) if normal else ""
    rows = tuple(_rows(result, limits, floors, parts))
    return PlainSheet(title, ("", *HEADINGS), rows, tuple(filter(None, [said, *below])))


def _pooled_floors(group: GroupResult, n: int) -> Floors:
    """The floors over the ``n`` questions of all tasks of the group."""
    first, *_ = group.members
    return {
        score: {
            name: sum(each.data.floors[score][name] * each.scored for each in group.members) / n
            for name in first.data.floors[score]
        }
        for score in group.scores
    }


def _rows(
    result: TaskResult | GroupResult,
    limits: Mapping[str, Interval | None],
    floors: Floors,
    parts: Parts,
) -> Iterator[tuple[str, ...]]:
    for metric, interval in limits.items():
        known = floors[metric]
        yield (
            metric,
            fixed(result.scores[metric]),
            _shown(interval),
            *(fixed(known[name]) if name in known else "" for name in FLOORS),
        )
        yield from map(tuple, parts.get(metric, ()))


def _shown(limits: Interval | None) -> str:
    return f"{fixed(limits.low)} to {fixed(limits.high)}" if limits else "n/a"
