"""The short form of ``jmed-report exam`` for a terminal: the verdicts, and what led to them.

Right answers with their interval, points against the lines, forbidden choices, verdict, and every
note in full: it says whose lines these are, and what to do. What else the whole report holds is
named, never dropped without a word.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from jmedlora.core.display import counted
from jmedlora.report.exam.leaderboard import Board, verdict_in_words
from jmedlora.report.exam.notes import PROBABILITY, origin_of_lines
from jmedlora.report.exam.reached import LineResult, Part
from jmedlora.report.exam.verdict import ExamResult
from jmedlora.report.render.brief import GAP, padded
from jmedlora.report.render.plain_sheet import PlainSheet, name

CHANCE = (
    "Beside a verdict: the chance to pass with other questions of the same kind. The spread over "
    "seeds is not in it."
)
LIMITS = "In brackets: the points to pass."
FORBIDDEN = "In brackets: the points to pass, and the most forbidden choices."
REST = "--all also shows: unparsed and cut answers of each row"
FEW = 5
"""Models at most of which the short form has the follow-ups."""
Cells = tuple[str, ...]


def brief(boards: Sequence[Board], whole: Sequence[PlainSheet], width: int) -> Iterator[str]:
    """The lines for a terminal of ``width`` columns.

    whole: the report, which begins with the tables of ``boards``. A name that does not fit beside
    its numbers stands above them. Every note stands in full. Needs rich.
    """
    for board, sheet in zip(boards, whole, strict=False):
        yield board.title
        yield ""
        yield from _table(board, width)
        yield ""
        origins = _origins(board)
        notes = [note for note in sheet.notes if note not in (PROBABILITY, *origins)]
        yield from _remarks([*_unread(board), *notes, *_follow_ups(board)], width)
        for line in (*origins, *_legend(board)):
            yield from _wrapped(line, width)
        yield ""
    rest = "; ".join([REST, *(sheet.title for sheet in whole[len(boards) :])])
    yield from _wrapped(f"{rest}.", width)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """``text`` in lines of ``width`` columns, of which a Japanese character takes two."""
    from rich.console import Console
    from rich.text import Text

    yield from (line.plain.rstrip() for line in Text(text).wrap(Console(width=width), width))


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
    """How many there are, and each in full."""
    if notes:
        yield f"{counted(len(notes), 'note')}:"
    for note in notes:
        first, *others = _wrapped(note, width - 4)
        yield f"  {first}"
        yield from (f"    {line}" for line in others)


def _origins(board: Board) -> list[str]:
    """Whose pass lines the verdicts use, once for each examination."""
    found = (origin_of_lines(each.examination) for each in board.rows.values())
    return list(dict.fromkeys(chain.from_iterable(found)))


def _follow_ups(board: Board) -> Iterator[str]:
    """Right answers to the follow-ups and to all others: of each model, over its examinations.

    With many models there are none: --all has them in a table.
    """
    if board.first == "exam":
        groups = {"": list(board.rows.values())}
    else:
        groups = {f"{label}: ": [each] for label, each in board.rows.items()}
    for label, results in groups.items():
        if len(groups) <= FEW and any(each.follow_ups.questions for each in results):
            yield (
                f"{label}follow-ups {_right(each.follow_ups for each in results)}, "
                f"other questions {_right(each.without_follow_ups for each in results)}"
            )


def _right(parts: Iterable[Part]) -> str:
    found = list(parts)
    return f"{sum(each.correct for each in found)}/{sum(each.questions for each in found)}"


def _legend(board: Board) -> Iterator[str]:
    if any(each.forbidden is not None for each in board.rows.values()):
        yield FORBIDDEN
    elif board.lines:
        yield LIMITS
    if any(each.chances.every is not None for each in board.rows.values()):
        yield CHANCE
