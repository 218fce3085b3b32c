"""A table as text in its places, the same for every format that people read.

A format only arranges and escapes a sheet. All texts are printable and of one line: names come
from files of others, and a line break or a control character in one could end a comment or move a
cursor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from jmedlora.report.compare.baselines import BEST, STEP_0
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.differences import Difference
from jmedlora.report.compare.table import Cell, Row, Section, Table, shown_differences
from jmedlora.report.compare.too_few import ALPHA
from jmedlora.report.render import number_format
from jmedlora.report.render.legend import floors_line, foot, signature_lines
from jmedlora.report.render.number_format import MISSING
from jmedlora.report.render.paper_table import PaperTable

ABOVE, BELOW = "+", "-"
BEST_MARK, NOT_TOLD = "best", "?"
HOURS = "Training hours"
STEPS = "Steps of (Q)LoRA"


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell: its lines, "" where one is not known. A cell without a run has the value MISSING.

    mark: behind the value, BEST_MARK or NOT_TOLD where columns are compared with the row's best.
    change: the interval of the difference. verdict: the mark, or else ABOVE or BELOW where the
    corrected test tells the score from what it is compared with.
    """

    value: str = MISSING
    interval: str = ""
    difference: str = ""
    best: bool = False
    mark: str = ""
    change: str = ""
    verdict: str = ""

    @property
    def below(self) -> tuple[str, str, str]:
        """The lines below the value, "" where there is none."""
        return self.interval, self.difference, self.change


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. steps: with the kind of training, "1k LoRA". Both may be "".

    note: what else tells it from others.
    """

    model: str
    steps: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its label, a cell for each column, a text for each floor ("" where unknown).

    is_rate: it qualifies the scores (empty, tied … answers) and is not a score.
    """

    label: str
    cells: tuple[Shown, ...]
    floors: tuple[str, ...]
    is_rate: bool = False

    @property
    def below(self) -> list[list[str]]:
        """The texts of the lines below the scores, one a cell; only lines that hold any."""
        lines = map(list, zip(*(cell.below for cell in self.cells), strict=True))
        return [texts for texts in lines if any(texts)]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows over the same questions. title: "" for the training hours."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is shown. Notes, warnings, foot and signatures come below the table.

    steps_label: "" where no model was trained. notes: what was not computed, or does not compare.
    foot: how the numbers came about.
    """

    title: str
    steps_label: str
    heads: tuple[Head, ...]
    floor_names: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()

    @property
    def groups(self) -> list[tuple[str, list[int]]]:
        """Each model with the places of its columns, which stand side by side."""
        by_model = groupby(range(len(self.heads)), key=lambda place: self.heads[place].model)
        return [(model, list(places)) for model, places in by_model]

    @property
    def has_notes(self) -> bool:
        return any(head.note for head in self.heads)

    @property
    def has_steps(self) -> bool:
        return any(head.steps for head in self.heads)


def sheet_of(table: Table) -> Sheet:
    """The sheet of ``table``. Floors that no row has get no column."""
    rows = [row for section in table.sections for row in section.rows]
    floor_names = tuple(name for name in table.floor_names if any(name in r.floors for r in rows))
    parts = [_part(section, floor_names, table.against) for section in table.sections]
    hours = [column.hours for column in table.columns]
    return Sheet(
        title=_title(table),
        steps_label=_steps_label(table.columns),
        heads=tuple(_heads(table.columns)),
        floor_names=floor_names,
        parts=(*parts, *_hours_part(hours, len(floor_names))),
        notes=tuple(map(printable, table.notes)),
        warnings=tuple(f"warning: {printable(text)}" for text in table.warnings),
        foot=tuple(map(printable, [*foot(table), *floors_line(floor_names)])),
        signatures=tuple(map(printable, signature_lines(table))),
    )


def paper_sheet(paper: PaperTable) -> Sheet:
    """The sheet of the paper's own table: neither intervals nor differences nor floors."""
    lines = [
        Line(row.name, tuple(_printed(value, row.best) for value in row.values), ())
        for row in paper.rows
    ]
    return Sheet(
        title=paper.title,
        steps_label=STEPS,
        heads=tuple(Head(column.model, column.steps or MISSING) for column in paper.columns),
        floor_names=(),
        parts=(Part("", tuple(lines)), *_hours_part(paper.hours, 0)),
        notes=(f"Source: {paper.source}.", *paper.notes),
    )


def printable(text: str) -> str:
    """``text`` on one line: what is neither a letter, a sign nor a space becomes a space."""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _title(table: Table) -> str:
    """What the table shows, and from what its differences are."""
    if not shown_differences(table.sections):
        return "Scores with 95 % intervals"
    against = "step 0" if table.against == STEP_0 else printable(table.against)
    return f"Scores with 95 % intervals and differences from {against}"


def _heads(columns: Sequence[Column]) -> Iterator[Head]:
    """Beside models that were trained, one that was not has the steps MISSING."""
    unknown = MISSING if any(column.steps for column in columns) else ""
    for column in columns:
        steps = f"{column.steps} {column.kind}".strip() or unknown
        yield Head(printable(column.model), printable(steps), printable(column.note))


def _steps_label(columns: Sequence[Column]) -> str:
    if not any(column.steps for column in columns):
        return ""
    kinds = {column.kind for column in columns}
    return STEPS if kinds <= {"", "LoRA", "QLoRA"} else "Steps of training"


def _part(section: Section, floor_names: Sequence[str], against: str) -> Part:
    """The rows of ``section``, scores before rates."""
    ordered = sorted(section.rows, key=lambda row: row.is_rate)
    count = f"{section.questions:,} question{'' if section.questions == 1 else 's'}"
    lines = tuple(_line(row, floor_names, against) for row in ordered)
    return Part(f"{printable(section.title)}, {count}", lines)


def _line(row: Row, floor_names: Sequence[str], against: str) -> Line:
    floors = (number_format.fixed(row.floors[n]) if n in row.floors else "" for n in floor_names)
    cells = (_shown(cell, against, is_rate=row.is_rate) for cell in row.cells)
    return Line(printable(row.name), tuple(cells), tuple(floors), row.is_rate)


def _shown(cell: Cell | None, against: str, *, is_rate: bool) -> Shown:
    if cell is None:
        return Shown()
    return Shown(
        number_format.percent(cell.value) if is_rate else number_format.fixed(cell.value),
        number_format.interval(cell, is_rate=is_rate),
        number_format.difference(cell.difference),
        cell.best,
        mark=_mark(cell, against),
        change=number_format.interval(cell.difference),
        verdict=_mark(cell, against) or _verdict(cell.difference),
    )


def _mark(cell: Cell, against: str) -> str:
    if against != BEST:
        return ""
    return BEST_MARK if cell.best else NOT_TOLD if cell.not_told_apart else ""


def _verdict(found: Difference | None) -> str:
    if found is None or found.p_holm >= ALPHA:
        return ""
    return ABOVE if found.value > 0 else BELOW


def _printed(value: float | None, best: Sequence[float]) -> Shown:
    """A score as the paper prints it: 0 without digits."""
    if value is None:
        return Shown()
    return Shown(number_format.fixed(value) if value else "0", best=value in best)


def _hours_part(hours: Sequence[float | None], floors: int) -> Iterator[Part]:
    """The last row, if any training time is known."""
    if any(each is not None for each in hours):
        cells = tuple(Shown(number_format.hours(each)) for each in hours)
        yield Part("", (Line(HOURS, cells, ("",) * floors),))
