"""What stands below a table: how its numbers came about, what its marks mean, its signatures."""

from collections.abc import Iterator, Sequence

from jmedlora.report.compare.table import ALPHA, Difference, Row, Table
from jmedlora.report.render.number_format import MARK, fixed

TESTS = {"McNemar": "McNemar's exact test", "sign flip": "sign-flip permutation test"}
FLOORS = {
    "chance": "a guess of as many choices as are right",
    "empty answer": "an empty answer to every question",
    "all choices": "the list of all choices in answer to every question",
}

BOLD = "Bold: the two best of a row, of two the better one, with ties."


def foot(table: Table) -> list[str]:
    """The sentences on intervals, tests and bold, for the numbers that ``table`` has."""
    intervals = (
        f"95 % intervals: bootstrap over questions, {table.resamples:,} resamples, "
        f"seed {table.seed}; Wilson's where all are right or all wrong, and from lm-eval's "
        "standard error where the single scores are unknown."
    )
    return [intervals, *_tests_line(table), *([BOLD] if _has_best(table) else [])]


def _has_best(table: Table) -> bool:
    return any(
        cell.best
        for section in table.sections
        for row in section.rows
        for cell in row.cells
        if cell
    )


def _tests_line(table: Table) -> Iterator[str]:
    tested = list(_tested(table))
    if not tested:
        return
    names = "; ".join(
        f"{shown} ({', '.join(dict.fromkeys(_metric(row) for row, d in tested if d.test == test))})"
        for test, shown in TESTS.items()
        if any(found.test == test for _, found in tested)
    )
    plural = "s" if len(tested) > 1 else ""
    yield (
        f"p: {names}, against step 0 of the same model, Holm-corrected over the {len(tested)} "
        f"test{plural} of this table; {MARK} p < {fixed(ALPHA).rstrip('0')}."
    )


def _tested(table: Table) -> Iterator[tuple[Row, Difference]]:
    for section in table.sections:
        for row in section.rows:
            yield from ((row, cell.difference) for cell in row.cells if cell and cell.difference)


def _metric(row: Row) -> str:
    """The row's name without its shots."""
    return row.name.removesuffix(f" ({row.shots}s)")


def floors_line(floor_names: Sequence[str]) -> list[str]:
    """What the floors are, for those shown."""
    known = "; ".join(f"{name}: {FLOORS[name]}" for name in floor_names)
    return [f"Floors, which need no knowledge. {known[0].upper()}{known[1:]}."] if known else []


def signature_lines(table: Table) -> list[str]:
    """Each signature once, with the columns that have it, in the order of the table.

    In place of their names "all columns" if all that were asked its subject have it.
    """
    by_line: dict[tuple[str, str], list[str]] = {}
    asked: dict[str, set[str]] = {}
    for title, subject, line in table.signatures:
        by_line.setdefault((subject, line), []).append(title)
        asked.setdefault(subject, set()).add(title)
    return [
        f"{line} ({_names(titles, asked[subject])})" for (subject, line), titles in by_line.items()
    ]


def _names(titles: Sequence[str], asked: set[str]) -> str:
    return "all columns" if len(asked) > 1 and set(titles) == asked else " · ".join(titles)
