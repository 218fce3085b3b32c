"""Table 1 of the paper from runs: scores with intervals, differences from step 0, and floors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from jmed_metrics.intervals import mean_interval, proportion_interval
from jmed_report.columns import Column
from jmed_report.sections import FLOOR_NAMES, Block
from jmed_report.statistics import Floats, bootstrap_intervals, holm, mcnemar, sign_flip

DIGITS = 3
"""Digits behind the point, in every format: two scores that look equal rank equal."""
ALPHA = 0.05
GRADED = "gestalt_score"
"""The score whose single values lie between 0 and 1, even where all happen to be 0 or 1."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A score minus that of step 0 of the same model, on the same questions.

    p: of the paired test, two-sided. p_holm: corrected for all tests of the table. test: "McNemar"
        or "sign flip". gained, lost: questions right only after, and only before, training; None
        for a score that is not right or wrong.
    """

    value: float
    p: float
    p_holm: float
    test: str
    gained: int | None = None
    lost: int | None = None


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

    signatures: (column title, subject, line) of every score. notes: what was not computed, and
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
    signatures = {
        (column.title, subject, each.signature)
        for column in columns
        for (subject, _), each in column.measured.items()
    }
    return Table(
        columns=tuple(columns),
        sections=tuple(corrected),
        warnings=tuple(warnings),
        notes=(*notes, *_too_few_flips(corrected, resamples)),
        signatures=tuple(sorted(signatures)),
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
    """A note if the least p that the permutation test can give is lost in the correction."""
    tests = differences(sections)
    flipped = any(test.test == "sign flip" for test in tests)
    if not flipped or len(tests) < ALPHA * (resamples + 1):
        return []
    return [
        f"{len(tests)} tests are too many for {resamples:,} permutations: no difference in Gestalt "
        f"score can fall below p = {ALPHA:g} after correction; use --resamples "
        f"{int(2 * len(tests) / ALPHA)} or more."
    ]


def baseline(columns: Sequence[Column], index: int) -> int | None:
    """The column of step 0 of the same model, asked in the same way if there is one such."""
    column = columns[index]
    found = [
        i for i, other in enumerate(columns) if other.model == column.model and other.step == 0
    ]
    if column.step == 0 or not found:
        return None
    return next((i for i in found if columns[i].variant == column.variant), found[0])


def _section(block: Block, bases: Sequence[int | None], *, seed: int, resamples: int) -> Section:
    limits = _limits(block, seed=seed, resamples=resamples)
    tests = _tests(block, bases, seed=seed, flips=resamples)
    rows = []
    for index, line in enumerate(block.lines):
        cells = [
            None
            if score is None
            else Cell(score, *limits[index, column], difference=tests.get((index, column)))
            for column, score in enumerate(line.scores)
        ]
        shown = cells if line.is_rate else _with_best(cells)
        rows.append(
            Row(line.name, line.metric, line.shots, tuple(shown), line.floors, line.is_rate)
        )
    return Section(block.title, block.questions, tuple(rows))


def _limits(
    block: Block, *, seed: int, resamples: int
) -> dict[tuple[int, int], tuple[float | None, float | None]]:
    """The interval of each (line, column): by bootstrap where the single values are known.

    Where all values are equal the bootstrap has no width: Wilson's interval stands in for right or
    wrong answers, and there is none for others.
    """
    known = [
        (line, column, values)
        for line, each in enumerate(block.lines)
        for column, values in enumerate(each.values)
        if values is not None
    ]
    limits: dict[tuple[int, int], tuple[float | None, float | None]] = {
        (line, column): _from_stderr(score, each.stderrs[column])
        for line, each in enumerate(block.lines)
        for column, score in enumerate(each.scores)
        if score is not None
    }
    if known:
        stacked = np.stack([values for _, _, values in known], axis=1)
        found = bootstrap_intervals(stacked, resamples=resamples, seed=seed)
        for (line, column, values), interval in zip(known, found, strict=True):
            metric = block.lines[line].metric
            limits[line, column] = interval if np.ptp(values) else _flat(metric, values)
    return limits


def _from_stderr(score: float, stderr: float | None) -> tuple[float | None, float | None]:
    return mean_interval(score, stderr) if stderr and 0 <= score <= 1 else (None, None)


def _flat(metric: str, values: Floats) -> tuple[float | None, float | None]:
    if metric == GRADED or not _is_binary(values):
        return None, None
    return proportion_interval(float(values[0]), len(values))


def _tests(
    block: Block, bases: Sequence[int | None], *, seed: int, flips: int
) -> dict[tuple[int, int], Difference]:
    """The difference from step 0 of each (line, column) that has one; p_holm still uncorrected."""
    exact: dict[tuple[int, int], Difference] = {}
    flipped: dict[tuple[int, int], Floats] = {}
    for index, line in enumerate(block.lines):
        for column, base in enumerate(bases):
            before = line.values[base] if base is not None else None
            after = line.values[column]
            if line.is_rate or before is None or after is None:
                continue
            if line.metric != GRADED and _is_binary(before) and _is_binary(after):
                exact[index, column] = _exact(before, after)
            else:
                flipped[index, column] = after - before
    if flipped:
        p_values = sign_flip(np.stack(list(flipped.values()), axis=1), flips=flips, seed=seed)
        for (place, values), p in zip(flipped.items(), p_values, strict=True):
            exact[place] = Difference(float(values.mean()), p, p, "sign flip")
    return exact


def _exact(before: Floats, after: Floats) -> Difference:
    p = mcnemar(before, after)
    gained, lost = int(np.sum(after > before)), int(np.sum(after < before))
    return Difference(float((after - before).mean()), p, p, "McNemar", gained, lost)


def _is_binary(values: Floats) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def _with_best(cells: Sequence[Cell | None]) -> list[Cell | None]:
    """The two best marked, with ties, as the paper does; of two columns only the better one."""
    values = sorted((round(cell.value, DIGITS) for cell in cells if cell), reverse=True)
    if len(values) < 2:
        return list(cells)
    least = values[1] if len(values) > 2 else values[0]
    return [
        replace(cell, best=round(cell.value, DIGITS) >= least) if cell else None for cell in cells
    ]


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
