"""What stands below a table: how its numbers came about, what its marks mean, its signatures."""

from collections.abc import Iterator, Sequence

from jmedlora.report.compare.baselines import BEST
from jmedlora.report.compare.differences import FEW, Difference
from jmedlora.report.compare.score_intervals import BOOTSTRAP, NORMAL, WILSON
from jmedlora.report.compare.table import Cell, Row, Table
from jmedlora.report.compare.too_few import ALPHA
from jmedlora.report.render.number_format import MARK, fixed

TESTS = {"McNemar": "McNemar's exact test", "sign flip": "sign-flip permutation test"}
FLOORS = {
    "chance": "a guess of as many choices as are right",
    "empty answer": "an empty answer to every question",
    "all choices": "the list of all choices in answer to every question",
}

BOLD = "Bold: the two best of a row, of two the better one, with ties."
MARKS = (
    "best (bold): the best score of its row, with ties. ?: the test does not tell it from the "
    "best; that does not show that the two are equal."
)
SHORT_MARKS = (
    "best: the best of all columns, with ties; ?: the test does not tell it from the best; -: "
    "below the best ({})."
)


def foot(table: Table) -> list[str]:
    """The sentences on intervals, tests and bold, for the numbers that ``table`` has."""
    marks = [MARKS if table.against == BEST else BOLD] if _has_best(table) else []
    return [*_intervals_line(table), *_tests_line(table), *marks]


def short_foot(table: Table) -> list[str]:
    """The one sentence on what the marks behind the scores mean, if there are any."""
    below_alpha = f"p < {fixed(ALPHA).rstrip('0')}, corrected"
    if table.against == BEST:
        return [SHORT_MARKS.format(below_alpha)] if _has_best(table) else []
    if not any(found.p_holm < ALPHA for _, found in _tested(table)):
        return []
    return [f"+ and -: above and below {table.against} ({below_alpha})."]


def _has_best(table: Table) -> bool:
    return any(cell.best for cell in _cells(table))


def _intervals_line(table: Table) -> Iterator[str]:
    methods = {cell.method for cell in _cells(table)}
    tested = any(cell.difference for cell in _cells(table))
    drawn = [
        *(["means of graded values"] if BOOTSTRAP in methods else []),
        *(["differences"] if tested else []),
    ]
    parts = [
        *(["Wilson's for shares of questions"] if WILSON in methods else []),
        *([f"bootstrap over questions, {table.resamples:,} resamples, seed {table.seed}, for "
           f"{' and '.join(drawn)}"] if drawn else []),
        *([f"Newcombe's for differences where fewer than {FEW} answers differ"]
          if any(_few_differ(each) for _, each in _tested(table)) else []),
        *(["normal, from lm-eval's standard error, where single scores are unknown"]
          if NORMAL in methods else []),
    ]  # fmt: skip
    if parts:
        yield f"95 % intervals: {'; '.join(parts)}."


def _few_differ(found: Difference) -> bool:
    return found.gained is not None and found.gained + (found.lost or 0) < FEW


def _tests_line(table: Table) -> Iterator[str]:
    tested = list(_tested(table))
    if not tested:
        return
    names = "; ".join(
        f"{shown} ({', '.join(dict.fromkeys(_metric(row) for row, d in tested if d.test == test))})"
        for test, shown in TESTS.items()
        if any(found.test == test for _, found in tested)
    )
    yield (
        f"p: {names}, against {table.against}, Holm-corrected over {_counted_tests(table)}; "
        f"{MARK} p < {fixed(ALPHA).rstrip('0')}. The intervals are not corrected."
    )


def _counted_tests(table: Table) -> str:
    plural = "s" if table.tests > 1 else ""
    if table.against == BEST:
        return (
            f"the {table.tests} pair{plural} of columns in the rows of this table, because the "
            "same answers say which is the best"
        )
    return f"the {table.tests} test{plural} of this table"


def _cells(table: Table) -> Iterator[Cell]:
    for section in table.sections:
        for row in section.rows:
            yield from filter(None, row.cells)


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
