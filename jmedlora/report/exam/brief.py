"""The short form of ``jmed-report exam`` for a terminal: the verdicts, and what led to them.

Right answers with their interval, points against the lines, forbidden choices, verdict, and every
note in full: it says whose lines these are, and what to do. What else the whole report holds is
named, never dropped without a word.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from jmedlora.core.display import counted
from jmedlora.report.exam.leaderboard import Board, verdict_in_words
from jmedlora.report.exam.notes import PROBABILITY
from jmedlora.report.exam.reached import LineResult
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.render.brief import GAP, padded
from jmedlora.report.render.plain_sheet import PlainSheet, name

CHANCE = "Beside a verdict: the chance to pass with other questions of the same kind."
LIMITS = "In brackets: the points to pass."
FORBIDDEN = "In brackets: the points to pass, and the most forbidden choices."
REST = "--all also shows: unparsed and cut answers of each row"
Cells = tuple[str, ...]


def brief(boards: Sequence[Board], whole: Sequence[PlainSheet], width: int) -> Iterator[str]:
    """The lines for a terminal of ``width`` columns.

    whole: the report, which begins with the tables of ``boards``. A name that does not fit beside
    its numbers stands above them. Needs rich.
    """
    for board, sheet in zip(boards, whole, strict=False):
        yield board.title
        yield ""
        yield from _table(board, width)
        yield ""
        yield from _remarks([*_unread(board), *_notes(sheet)], width)
        for line in _legend(board):
            yield from wrap(line, width)
        yield ""
    yield from wrap(
        "; ".join([REST, *(sheet.title for sheet in whole[len(boards) :])]) + ".", width
    )


def _table(board: Board, width: int) -> Iterator[str]:
    """The rows, with the sum of the points unless the names then do not fit beside the numbers."""
    from rich.cells import cell_len

    names = [board.first, *board.rows]
    label = max(map(cell_len, names))
    whole, fewer = (list(_columns(board, sums=sums)) for sums in (True, False))
    room = width - label
    columns = fewer if _wide(whole) > room >= _wide(fewer) else whole
    heading, beside, widths = columns[0], _wide(columns) <= room, _widths(columns)
    for shown, cells in zip(names, columns, strict=True):
        texts = [
            " " * (wide - cell_len(text)) + text for text, wide in zip(cells, widths, strict=True)
        ]
        if not beside and cells is not heading:
            yield shown
        yield GAP.join([padded(shown, label) if beside else "", *texts]).rstrip()


def _widths(columns: Sequence[Cells]) -> list[int]:
    from rich.cells import cell_len

    return [max(map(cell_len, column)) for column in zip(*columns, strict=True)]


def _wide(columns: Sequence[Cells]) -> int:
    return sum(len(GAP) + each for each in _widths(columns))


def _columns(board: Board, *, sums: bool) -> Iterator[Cells]:
    """The heading and the cells of each row, without the names. sums: with all points together."""
    counts = any(each.forbidden is not None for each in board.rows.values())
    lines = board.lines
    forbidden = ("forbidden",) * counts
    yield ("correct", "95 %", *(("points",) * sums), *map(name, lines), *forbidden, "verdict")
    for each in board.rows.values():
        reached = each.lines
        yield (
            f"{each.correct}/{len(each.answers)}",
            _interval(each),
            *((f"{each.points:g}/{each.max_points:g}",) * sums),
            *(_line(reached.get(line)) for line in lines),
            *((_forbidden(each),) * counts),
            verdict_in_words(each),
        )


def _interval(result: ExamResult) -> str:
    if result.interval is None:
        return "n/a"
    low, high = result.interval
    return f"{100 * low:.0f} to {100 * high:.0f}"


def _line(line: LineResult | None) -> str:
    if not line:
        return "n/a"
    passes = line.line.pass_from
    return f"{line.points:g} ({'?' if passes is None else f'{passes:g}'})"


def _forbidden(result: ExamResult) -> str:
    description = result.examination.description
    if result.forbidden is None or description is None:
        return "n/a"
    return f"{result.forbidden} ({description.most_forbidden})"


def _unread(board: Board) -> Iterator[str]:
    """The rows of which some answers were not read, or not whole."""
    for label, each in board.rows.items():
        for number, what in ((each.unparsed, "unparsed"), (each.cut, "cut off")):
            if number:
                yield f"{label}: {counted(number, 'answer')} {what}"


def _remarks(notes: Sequence[str], width: int) -> Iterator[str]:
    """How many there are, and each in full, its further lines further in."""
    from rich.cells import cell_len, chop_cells

    if notes:
        yield f"{counted(len(notes), 'note')}:"
    for note in notes:
        line = " "
        for word in (part for each in note.split() for part in chop_cells(each, width - 4)):
            if cell_len(line) + 1 + cell_len(word) > width:
                yield line
                line = "   "
            line = f"{line} {word}"
        yield line


def _notes(sheet: PlainSheet) -> list[str]:
    return [note for note in sheet.notes if note != PROBABILITY]


def _legend(board: Board) -> Iterator[str]:
    if any(each.forbidden is not None for each in board.rows.values()):
        yield FORBIDDEN
    elif board.lines:
        yield LIMITS
    if any(each.chances.every is not None for each in board.rows.values()):
        yield CHANCE
