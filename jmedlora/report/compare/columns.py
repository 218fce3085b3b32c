"""The columns of a table: which model each run asked, and how far it had been trained.

A column is one model asked in one way. What it is called comes from what lies beside the adapter
(``run_card.json``, ``trainer_state.json``), and a labels file overrides it.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from jmedlora.core.natural_order import natural_order
from jmedlora.report.load.labels import Label
from jmedlora.report.load.lineage import FULL, Lineage, read_lineage
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results_file import ResultsError

Subject = tuple[str, int]
"""What was asked, and with how many worked examples."""


@dataclass(frozen=True, slots=True)
class Column:
    """One model, trained for some steps, asked in one way.

    model: the base model's name, the same for all columns that were trained from it. steps: as
        shown ("0", "1k", "?"), "" for a model that no column was trained from. step: the number,
        None if unknown. kind: "LoRA", "QLoRA", "full" or "". hours: of training, None if unknown.
        note: what tells it from a column that would look the same. name: what lm-eval was given,
        "base" or "base + adapter". adapter: the latter, "" if none.
    way: how it was asked (template, decoding, chat); () where that makes no column of its own.
    measured: by subject and shots.
    """

    model: str
    steps: str
    step: int | None
    kind: str
    hours: float | None
    name: str
    adapter: str
    way: tuple[str, ...]
    note: str = ""
    measured: Mapping[Subject, Measured] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The whole label on one line."""
        of = f" of {self.kind}{' training' if self.kind == FULL else ''}" if self.kind else ""
        steps = f"{self.steps} steps{of}" if self.steps else ""
        return ", ".join(filter(None, [self.model, steps, self.note]))


def columns(measured: Sequence[Measured], labels: Mapping[str, Label]) -> list[Column]:
    """The columns, models in the order of the labels file or of their names, steps ascending.

    Raises ResultsError for a label that fits no run.
    """
    trained = {each.run.path: read_lineage(each.run) for each in measured}
    _check_labels(labels, list(trained.values()))
    bases = {each.base for each in trained.values() if each.adapter}
    named = _base_names(list(trained.values()), labels)
    filled = [
        _column(trained[cells[0].run.path], cells, labels, bases, named)
        for cells in _by_column(measured, trained)
    ]
    given = {label.model for label in labels.values()}
    placed = sorted(filled, key=lambda column: _place(column, labels))
    return _told_apart(list(map(_without_steps(placed), placed)), given)


def _by_column(
    measured: Sequence[Measured], trained: Mapping[Path, Lineage]
) -> list[list[Measured]]:
    """The cells of each column: a subject asked again, in a later run, begins another column."""
    found: dict[tuple[str, tuple[str, ...]], list[dict[Subject, Measured]]] = {}
    for cell in sorted(measured, key=lambda each: not each.way):  # those of any way last
        who = trained[cell.run.path].name
        if cell.way:
            candidates = found.setdefault((who, cell.way), [])
        else:
            candidates = [each for (name, _), all_ in found.items() if name == who for each in all_]
        subject = (cell.subject, cell.shots)
        free = next((each for each in candidates if subject not in each), None)
        if free is None:
            free = {}
            found.setdefault((who, cell.way), []).append(free)
        free[subject] = cell
    return [list(cells.values()) for all_ in found.values() for cells in all_]


def _base_names(trained: Sequence[Lineage], labels: Mapping[str, Label]) -> dict[str, str]:
    """What the labels file calls each model that others may have been trained from.

    By the folder itself, however a run or the file wrote its path.
    """
    named = {each.given_base: each.base for each in trained}
    found = {named[key]: label.model for key, label in labels.items() if key in named}
    for each in trained:
        if not each.adapter:
            found[each.base] = _label(each, labels).model or found.get(each.base, "")
    return found


def _label(trained: Lineage, labels: Mapping[str, Label]) -> Label:
    return next((labels[key] for key in trained.keys if key in labels), Label())


def _column(
    trained: Lineage,
    cells: Sequence[Measured],
    labels: Mapping[str, Label],
    bases: set[str],
    named: Mapping[str, str],
) -> Column:
    label = _label(trained, labels)
    own_base = not trained.adapter and trained.base in bases  # others were trained from it
    root = trained.base if own_base else trained.root
    step = 0 if own_base else trained.step
    steps = label.steps if label.steps is not None else step
    return Column(
        model=label.model or named.get(root) or root,
        steps=shown_steps(steps),
        step=steps if isinstance(steps, int) else None,
        kind="" if own_base or steps == 0 else trained.kind,
        hours=label.hours if label.hours is not None else (None if own_base else trained.hours),
        name=trained.name,
        adapter=trained.adapter,
        way=next((cell.way for cell in cells if cell.way), ()),
        measured={(cell.subject, cell.shots): cell for cell in cells},
    )


def shown_steps(steps: int | str | None) -> str:
    """1000 as "1k", 900 as "900", None as "?"."""
    if isinstance(steps, int) and steps >= 1000 and steps % 100 == 0:
        return f"{steps / 1000:g}k"
    return "?" if steps is None else str(steps)


def _without_steps(found: Sequence[Column]) -> Callable[[Column], Column]:
    """Drops the step 0 of a model that none of ``found`` was trained from."""
    trained = {column.model for column in found if column.step != 0}
    return lambda column: column if column.model in trained else replace(column, steps="")


def _place(column: Column, labels: Mapping[str, Label]) -> tuple[object, ...]:
    named = [label.model for label in labels.values() if label.model]
    rank = named.index(column.model) if column.model in named else len(named)
    step = column.step if column.step is not None else float("inf")
    first = min(cell.run.stamp for cell in column.measured.values())
    return (
        rank,
        natural_order(column.model.rpartition("/")[2]),
        natural_order(column.model),
        step,
        natural_order(column.steps),
        natural_order(column.name),
        column.way,
        first,
    )


def _told_apart(found: Sequence[Column], given: AbstractSet[str]) -> list[Column]:
    """Model names shortened to the last part of their path, and a note where two columns agree.

    given: the names of the labels file, which are no paths and stay whole.
    """
    short = _short_names(sorted({column.model for column in found}), given)
    named = [replace(column, model=short[column.model]) for column in found]
    for tell in (_adapter, _way, _date, _place_of_results):
        titles = [column.title for column in named]
        named = [
            replace(column, note=_joined(column.note, tell(column)))
            if titles.count(column.title) > 1 and _differ(named, column, tell)
            else column
            for column in named
        ]
    return named


def _differ(found: Sequence[Column], column: Column, tell: Callable[[Column], str]) -> bool:
    same = [tell(each) for each in found if each.title == column.title]
    return len(set(same)) > 1


def _joined(note: str, more: str) -> str:
    return f"{note}, {more}" if note and more else note or more


def _adapter(column: Column) -> str:
    return column.adapter.rstrip("/").rpartition("/")[2]


def _way(column: Column) -> str:
    return " ".join(column.way)


def _date(column: Column) -> str:
    return min(cell.run.stamp for cell in column.measured.values())[:19]


def _place_of_results(column: Column) -> str:
    return str(next(iter(column.measured.values())).run.path.parent)


def _short_names(names: Sequence[str], given: AbstractSet[str]) -> dict[str, str]:
    """Each path's last part, or as many parts as tell it from the others; ``given`` names whole."""
    parts = {name: [name] if name in given else name.rstrip("/").split("/") for name in names}
    short = {}
    for name in names:
        for length in range(1, len(parts[name]) + 1):
            ending = parts[name][-length:]
            if sum(other[-length:] == ending for other in parts.values()) == 1:
                break
        short[name] = "/".join(ending)
    return short


def _check_labels(labels: Mapping[str, Label], trained: Sequence[Lineage]) -> None:
    known = {key for each in trained for key in (*each.keys, each.given_base)}
    for key in labels:
        if key not in known:
            names = ", ".join(sorted({each.given for each in trained}))
            raise ResultsError(
                f"labels: '{key}' is no model or adapter of these runs; they are: {names}"
            )
