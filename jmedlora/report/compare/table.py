"""Table 1 of the paper from runs: scores with intervals, differences, and floors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jmedlora.report.compare.baselines import (
    BEST,
    STEP_0,
    Comparison,
    several_baselines,
    without_baseline,
)
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.differences import Difference, differences
from jmedlora.report.compare.score_intervals import Interval, Scored, intervals
from jmedlora.report.compare.sections import FLOOR_NAMES, Block
from jmedlora.report.compare.statistics import holm
from jmedlora.report.compare.too_few import ALPHA, too_few_flips, too_few_questions

DIGITS = 3
"""Digits behind the point, in every format: two scores that look equal rank equal."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One score.

    low, high: its 95 % interval, None if it has none. method: by which it was found, "" if none.
    best: among the row's best. not_told_apart: where columns are compared with the best of the row,
    whether the corrected test does not tell this one from it; of the best itself False.
    """

    value: float
    low: float | None = None
    high: float | None = None
    best: bool = False
    difference: Difference | None = None
    method: str = ""
    not_told_apart: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One metric at some shots; a cell is None where the column has no such run.

    floors: by name in FLOOR_NAMES; one that is not known is not in it. is_rate: it qualifies the
        scores (empty, tied … answers) and is not a score.
    """

    name: str
    metric: str
    shots: int
    cells: tuple[Cell | None, ...]
    floors: Mapping[str, float]
    is_rate: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one exam, of exams pooled, or of a part of one."""

    title: str
    questions: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that a format shows.

    signatures: (column title, subject, line) of every score, and (column title, "", line) of the
        conditions of every run. notes: what was not computed, and why. seed, resamples: of the
        bootstrap and the permutation test. against: what the differences are from: STEP_0, BEST, or
        the title of a column. tests: over how many Holm's correction is.
    """

    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    signatures: tuple[tuple[str, str, str], ...]
    seed: int
    resamples: int
    floor_names: tuple[str, ...] = field(default=FLOOR_NAMES)
    against: str = STEP_0
    tests: int = 0


def build_table(
    columns: Sequence[Column],
    blocks: Sequence[Block],
    compared: Comparison,
    *,
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
    seed: int,
    resamples: int,
) -> Table:
    """The table of ``blocks``, whose rows have one entry for each of ``columns``."""
    titles = [column.title for column in columns]
    sections = [
        _section(block, compared, titles, seed=seed, resamples=resamples) for block in blocks
    ]
    tests = _number_of_tests(sections, compared.against)
    corrected = _corrected(sections, tests, compared.against)
    signatures = dict.fromkeys(
        entry
        for column in columns
        for (subject, _), each in sorted(column.measured.items())
        for entry in (
            (column.title, subject, str(each.signature)),
            (column.title, "", str(each.conditions)),
        )
    )
    from_step_0 = compared.against == STEP_0
    return Table(
        columns=tuple(columns),
        sections=tuple(corrected),
        warnings=(*warnings, *(several_baselines(columns) if from_step_0 else [])),
        notes=(
            *notes,
            *(without_baseline(columns) if from_step_0 else []),
            *too_few_questions(
                [(each.title, each.questions, _differences(each)) for each in corrected], tests
            ),
            *too_few_flips(shown_differences(corrected), tests, resamples),
        ),
        signatures=tuple(signatures),
        seed=seed,
        resamples=resamples,
        against=compared.against,
        tests=tests,
    )


def shown_differences(sections: Sequence[Section]) -> list[Difference]:
    """Every difference of a table, row by row."""
    return [each for section in sections for each in _differences(section)]


def _number_of_tests(sections: Sequence[Section], against: str) -> int:
    """Over how many tests Holm's correction is: those shown; from the best all pairs of each row.

    The best is chosen by the same answers, so that any pair might have been shown: corrected for
    the tests shown alone, five equal models had a false difference in 8 % of simulated tables.
    """
    rows = [
        sum(1 for cell in row.cells if cell and cell.difference)
        for section in sections
        for row in section.rows
    ]
    return sum(n * (n + 1) // 2 if against == BEST else n for n in rows)


def _differences(section: Section) -> list[Difference]:
    """Those of a section, row by row."""
    return [
        cell.difference for row in section.rows for cell in row.cells if cell and cell.difference
    ]


def _section(
    block: Block, compared: Comparison, titles: Sequence[str], *, seed: int, resamples: int
) -> Section:
    bases = [compared.of_line(line) for line in block.lines]
    tests = (
        differences(block, bases, titles, seed=seed, resamples=resamples) if block.is_tested else {}
    )
    limits = _intervals(block, seed=seed, resamples=resamples)
    rows = []
    for index, line in enumerate(block.lines):
        cells = [
            None
            if score is None
            else _cell(score, limits[index, column], tests.get((index, column)))
            for column, score in enumerate(line.scores)
        ]
        if not line.is_rate:
            most = 1 if compared.against == BEST else 2
            cells = with_best(cells, upward=line.upward, most=most)
        rows.append(
            Row(line.name, line.metric, line.shots, tuple(cells), line.floors, line.is_rate)
        )
    return Section(block.title, block.questions, tuple(rows))


def _intervals(
    block: Block, *, seed: int, resamples: int
) -> dict[tuple[int, int], Interval | None]:
    scored = {
        (index, column): Scored(
            line.metric, score, block.questions, line.values[column], line.stderrs[column]
        )
        for index, line in enumerate(block.lines)
        for column, score in enumerate(line.scores)
        if score is not None
    }
    found = intervals(list(scored.values()), block.clusters, seed=seed, resamples=resamples)
    return dict(zip(scored, found, strict=True))


def _cell(score: float, interval: Interval | None, difference: Difference | None) -> Cell:
    if interval is None:
        return Cell(score, difference=difference)
    return Cell(score, interval.low, interval.high, difference=difference, method=interval.method)


def with_best(
    cells: Sequence[Cell | None], *, upward: bool | None = True, most: int = 2
) -> list[Cell | None]:
    """The ``most`` best marked, with ties, two as the paper does; of two columns the better one.

    upward: whether more is better; nothing is marked where that is not known (None).
    """
    values = sorted((round(c.value, DIGITS) for c in cells if c), reverse=bool(upward))
    if len(values) < 2 or upward is None:
        return list(cells)
    best = set(values[:most] if len(values) > 2 else values[:1])
    return [replace(c, best=round(c.value, DIGITS) in best) if c else None for c in cells]


def _corrected(sections: Sequence[Section], tests: int, against: str) -> list[Section]:
    """The sections with Holm's correction over ``tests`` tests, and with what is not told apart."""
    corrected = iter(holm([each.p for each in shown_differences(sections)], tests))

    def cell_of(cell: Cell | None) -> Cell | None:
        if not cell or not cell.difference:
            return cell
        p = next(corrected)
        corrected_one = replace(cell.difference, p_holm=p)
        unclear = against == BEST and not cell.best and p >= ALPHA
        return replace(cell, difference=corrected_one, not_told_apart=unclear)

    return [
        replace(
            section,
            rows=tuple(
                replace(row, cells=tuple(cell_of(cell) for cell in row.cells))
                for row in section.rows
            ),
        )
        for section in sections
    ]
