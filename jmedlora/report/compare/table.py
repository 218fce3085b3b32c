"""Table 1 of the paper from runs: scores with intervals, differences from step 0, and floors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.inference import Difference, differences_from, intervals
from jmedlora.report.compare.sections import FLOOR_NAMES, Block
from jmedlora.report.compare.statistics import holm

DIGITS = 3
"""Digits behind the point, in every format: two scores that look equal rank equal."""
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """One score. low, high: its 95 % interval, None if it has none. best: among the row's best."""

    value: float
    low: float | None = None
    high: float | None = None
    best: bool = False
    difference: Difference | None = None


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
        conditions of every run. notes: what was not computed, and
        why. seed, resamples: of the bootstrap and the permutation test.
    """

    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    signatures: tuple[tuple[str, str, str], ...]
    seed: int
    resamples: int
    floor_names: tuple[str, ...] = field(default=FLOOR_NAMES)


def build_table(
    columns: Sequence[Column],
    blocks: Sequence[Block],
    *,
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
    seed: int,
    resamples: int,
) -> Table:
    """The table of ``blocks``, whose rows have one entry for each of ``columns``."""
    bases = [baseline(columns, index) for index in range(len(columns))]
    sections = [_section(block, bases, seed=seed, resamples=resamples) for block in blocks]
    corrected = _corrected(sections)
    signatures = dict.fromkeys(
        entry
        for column in columns
        for (subject, _), each in sorted(column.measured.items())
        for entry in (
            (column.title, subject, str(each.signature)),
            (column.title, "", str(each.conditions)),
        )
    )
    return Table(
        columns=tuple(columns),
        sections=tuple(corrected),
        warnings=tuple(warnings),
        notes=(*notes, *without_baseline(columns), *_too_few_flips(corrected, resamples)),
        signatures=tuple(signatures),
        seed=seed,
        resamples=resamples,
    )


def differences(sections: Sequence[Section]) -> list[Difference]:
    """Every difference of a table, row by row."""
    return [
        cell.difference
        for section in sections
        for row in section.rows
        for cell in row.cells
        if cell and cell.difference
    ]


def _too_few_flips(sections: Sequence[Section], resamples: int) -> list[str]:
    """A note if the correction, not the differences, may keep the permutation test from ALPHA.

    That is, if the least p that it can give was reached and is still not below ALPHA corrected.
    """
    tests = differences(sections)
    at_least = [each for each in tests if each.test == "sign flip" and each.p * (resamples + 1) < 2]
    if not at_least or min(each.p_holm for each in at_least) < ALPHA:
        return []
    return [
        f"{len(tests)} tests are too many for {resamples:,} permutations: no difference in Gestalt "
        f"score could fall below p = {ALPHA:g} after correction; use --resamples "
        f"{int(2 * len(tests) / ALPHA)} or more."
    ]


def baseline(columns: Sequence[Column], index: int) -> int | None:
    """The column of step 0 of the same model, asked in the same way; None if there is none.

    Asked in another way it would show what the prompt does, not what training does. A column that
    only other harness tasks fill was asked in no way of ours.
    """
    column = columns[index]
    if column.step == 0:
        return None
    found = [
        i for i, other in enumerate(columns) if other.model == column.model and other.step == 0
    ]
    same = [i for i in found if columns[i].way == column.way]
    loose = [i for i in found if not (columns[i].way and column.way)]
    return next(iter([*same, *loose]), None)


def without_baseline(columns: Sequence[Column]) -> list[str]:
    """A note that names the trained columns which have no step 0 to be compared with."""
    alone = [
        column.title
        for index, column in enumerate(columns)
        if column.step != 0 and column.kind and baseline(columns, index) is None
    ]
    if not alone:
        return []
    return [
        f"No difference is shown for {'; '.join(alone)}: there is no run of step 0 of the same "
        "model, asked in the same way."
    ]


def _section(block: Block, bases: Sequence[int | None], *, seed: int, resamples: int) -> Section:
    limits = intervals(block, seed=seed, resamples=resamples)
    tests = differences_from(block, bases, seed=seed, flips=resamples) if block.is_tested else {}
    rows = []
    for index, line in enumerate(block.lines):
        cells = [
            None
            if score is None
            else Cell(score, *limits[index, column], difference=tests.get((index, column)))
            for column, score in enumerate(line.scores)
        ]
        shown = cells if line.is_rate else with_best(cells, upward=line.upward)
        rows.append(
            Row(line.name, line.metric, line.shots, tuple(shown), line.floors, line.is_rate)
        )
    return Section(block.title, block.questions, tuple(rows))


def with_best(cells: Sequence[Cell | None], *, upward: bool | None = True) -> list[Cell | None]:
    """The two best marked, with ties, as the paper does; of two columns only the better one.

    upward: whether more is better; nothing is marked where that is not known (None).
    """
    values = sorted((round(c.value, DIGITS) for c in cells if c), reverse=bool(upward))
    if len(values) < 2 or upward is None:
        return list(cells)
    best = set(values[:2] if len(values) > 2 else values[:1])
    return [replace(c, best=round(c.value, DIGITS) in best) if c else None for c in cells]


def _corrected(sections: Sequence[Section]) -> list[Section]:
    """The sections with Holm's correction over all tests of the table."""
    corrected = iter(holm([each.p for each in differences(sections)]))

    def cell_of(cell: Cell | None) -> Cell | None:
        if not cell or not cell.difference:
            return cell
        return replace(cell, difference=replace(cell.difference, p_holm=next(corrected)))

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
