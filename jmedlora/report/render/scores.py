"""Scores beside what responses without knowledge would score."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from jmed_metrics import proportion_interval
from jmedlora.core.display import counted, visible
from jmedlora.exams.protocol import ALL_CHOICES, CHANCE, EMPTY_ANSWER, Floors
from jmedlora.exams.protocols import METRICS
from jmedlora.report.compare.cases import case_clusters
from jmedlora.report.compare.score_intervals import NORMAL, Interval, Scored, intervals
from jmedlora.report.load.follow_ups import Apart, read_apart
from jmedlora.report.load.group_results import GroupResult
from jmedlora.report.load.measurements import logged
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.run_conditions import conditions_of
from jmedlora.report.load.signature import signature
from jmedlora.report.render.console import consoles, plain_table
from jmedlora.report.render.number_format import fixed
from jmedlora.report.render.plain_sheet import PlainSheet

FLOORS = (CHANCE, EMPTY_ANSWER, ALL_CHOICES)
HEADINGS = ("score", "95 % interval", *FLOORS)
ONE_SAMPLE = "one sample; the spread over seeds is not in the intervals"
WIDTH = 88
"""Columns of the widest table: a narrower terminal wraps it rather than losing digits."""
Parts = Mapping[str, Sequence[Sequence[str]]]
"""By score: the rows below it, of a part of the questions each."""
NO_PARTS: Parts = {}


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
    results, the share of right answers stands apart for follow-ups and for all others. Raises
    FileError or ResultsError for samples that are incomplete or not those of the scores.
    """
    asked = result.data.items
    of_all = "" if result.scored == asked else f" of {asked:,} (trial)"
    shots = f"{result.shots} shot" if result.shots == 1 else f"{result.shots} shots"
    title = f"{result.task}, {shots}, {result.scored}{of_all} questions"
    title += f"{_left_out(result.left_out)}\n{result.model}"
    rates = ", ".join(
        f"{rate.counts} {result.scores[rate.name]:.1%}" for rate in result.protocol.rate_metrics
    )
    apart = read_apart(result)
    lines = [rates, *_floors_of_all(result), *sampled(result), _follow_ups(result, apart)]
    below = [*lines, str(signature(result)), str(conditions_of(result))]
    parts = {result.protocol.right: list(_rows_apart(apart))} if apart else {}
    limits = _intervals(result, result.protocol.scores, [result])
    return _sheet(title, result, limits, result.data.floors, below, parts=parts)


def _floors_of_all(result: TaskResult) -> list[str]:
    """Says that the floors shown beside a trial are those of the whole exam."""
    if result.scored == result.data.items:
        return []
    return [f"{', '.join(FLOORS)}: over all {result.data.items:,} questions"]


def sampled(result: TaskResult) -> list[str]:
    """What a single sampled run cannot say; [] where nothing was drawn."""
    return [ONE_SAMPLE] if signature(result).is_sampled else []


def group_sheet(group: GroupResult) -> PlainSheet:
    """A group's scores, pooled over the questions of its tasks, with pooled floors."""
    n = sum(member.scored for member in group.members)
    names = " and ".join(member.task for member in group.members)
    left_out = _left_out(sum(member.left_out for member in group.members))
    title = f"{group.group}: {names} pooled, {n} questions{left_out}\n{group.members[0].model}"
    limits = _intervals(group, tuple(group.scores), group.members)
    return _sheet(title, group, limits, _pooled_floors(group, n), ())


def _intervals(
    result: TaskResult | GroupResult, metrics: Sequence[str], tasks: Sequence[TaskResult]
) -> dict[str, Interval | None]:
    """The interval of each of ``metrics`` over the questions of ``tasks``.

    Only graded scores need the samples: those of a reasoning model are long.
    """
    ordered = sorted(tasks, key=lambda each: each.task)  # as in table --pooled
    needed = any(METRICS[metric].graded for metric in metrics)
    asked = [found for each in ordered if needed and (found := logged(each))]
    complete = len(asked) == len(tasks)
    docs = [record["doc"] for each in asked for record in each.records] if complete else []
    scored = [
        Scored(
            metric,
            result.scores[metric],
            sum(each.scored for each in tasks),
            np.concatenate([each.values[metric] for each in asked]) if complete else None,
            result.stderrs[metric],
        )
        for metric in metrics
    ]
    return dict(zip(metrics, intervals(scored, case_clusters(docs)), strict=True))


def _follow_ups(result: TaskResult, apart: Apart | None) -> str:
    """Says how follow-ups were asked; "" where there are none."""
    noted = result.data.follow_ups
    number = len(apart.follow_ups if apart else noted.ids) if noted else 0
    if not noted or not number:  # a trial may have none
        return ""
    how = "with" if noted.with_case else "without"
    what = f"{counted(number, 'follow-up')} of serial questions (連問), asked {how} their case"
    if apart or not result.protocol.right:
        return what
    return f"{what}; their score needs the samples (--log_samples) beside it"


def _rows_apart(apart: Apart) -> Iterator[tuple[str, ...]]:
    """A row for all other questions and one for the follow-ups, with Wilson's interval."""
    for name, values in (("other questions", apart.others), ("follow-ups", apart.follow_ups)):
        if values:
            score, n = fmean(values), len(values)
            limits = proportion_interval(score, n)
            yield f"  {n} {name}", fixed(score), _shown(limits), "", "", ""


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
            _shown((interval.low, interval.high) if interval else None),
            *(fixed(known[name]) if name in known else "" for name in FLOORS),
        )
        yield from map(tuple, parts.get(metric, ()))


def _shown(limits: tuple[float, float] | None) -> str:
    return f"{fixed(limits[0])} to {fixed(limits[1])}" if limits else "n/a"
