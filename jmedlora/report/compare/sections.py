"""The lines of a table before any statistics: which scores stand side by side.

A block is an exam, the exams pooled, or one part of an exam (``--by``); all its lines are over the
same questions, in the same order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from jmedlora.exams.documents import Document
from jmedlora.exams.protocol import ALL_CHOICES, CHANCE, EMPTY_ANSWER, Protocol
from jmedlora.exams.protocol import Floors as FloorsByMetric
from jmedlora.exams.protocols import METRICS, PROTOCOLS
from jmedlora.report.compare.cases import case_clusters
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.statistics import Clusters, Floats
from jmedlora.report.compare.truncation import share_cut
from jmedlora.report.load.measurements import Measured

Mask = npt.NDArray[np.bool_]
NAMES = {**{name: each.title for name, each in METRICS.items()}, "cut": "Cut by length"}
"""What people read for a metric."""
FLOOR_NAMES = (CHANCE, EMPTY_ANSWER, ALL_CHOICES)
POOLED = ("igakuqa", "jjsimqa")


@dataclass(frozen=True, slots=True)
class Line:
    """One metric at some shots, with one entry a column: its score, and each question's value.

    scores: None where the column has no such run. values: None where single values are unknown.
    stderrs: lm-eval's, where single values are unknown. upward: whether more is better, None if
        lm-eval does not say.
    """

    name: str
    metric: str
    shots: int
    scores: tuple[float | None, ...]
    values: tuple[Floats | None, ...]
    stderrs: tuple[float | None, ...]
    floors: Mapping[str, float] = field(default_factory=dict)
    is_rate: bool = False
    upward: bool | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines over the same questions.

    is_part: of an exam that was broken down. clusters: the cases that the questions belong to, None
    where no two are known to share one.
    """

    title: str
    questions: int
    lines: tuple[Line, ...]
    is_part: bool = False
    clusters: Clusters | None = None


def exam_blocks(
    columns: Sequence[Column], group_of: Callable[[Document], str | None] | None = None
) -> list[Block]:
    """A block for each subject; with ``group_of`` one for each group that it puts questions in.

    group_of: from a task's document to the name of its group. A subject with a question that has
    none (None) stays whole, as do other harness tasks.
    """
    blocks = []
    for subject in _subjects(columns):
        lines = subject_lines(columns, subject)
        first = _first(columns, subject)
        groups = [group_of(doc) for doc in _docs(first)] if group_of else []
        if not groups or None in groups:
            clusters = case_clusters(_docs(first))
            blocks.append(Block(subject, len(first.keys), tuple(lines), clusters=clusters))
            continue
        for group in sorted(set(groups), key=str):
            mask = np.array([each == group for each in groups])
            blocks.append(_part(f"{subject}, {group}", first, lines, mask))
    return [block for block in blocks if block.lines]


def pooled_block(columns: Sequence[Column]) -> Block | None:
    """The scores over the questions of the paper's exams together; None if neither was asked.

    A column that lacks one of the exams at some shots has no entry there.
    """
    subjects = [name for name in _subjects(columns) if name in POOLED]
    per_exam = [subject_lines(columns, name) for name in subjects]
    if not subjects:
        return None
    docs = [doc for name in subjects for doc in _docs(_first(columns, name))]
    known_floors = _floors(_first(columns, subjects[0]).protocol, docs)
    by_key = [{(line.metric, line.shots): line for line in lines} for lines in per_exam]
    lines = [
        _joined([lines[key] for lines in by_key], known_floors)
        for key in by_key[0]
        if all(key in lines for lines in by_key)
    ]
    title = f"{' + '.join(subjects)}, pooled"
    return Block(title, len(docs), tuple(lines), clusters=case_clusters(docs))


def subject_lines(columns: Sequence[Column], subject: str) -> list[Line]:
    """The lines of one subject over all its questions: by shots, scores before rates."""
    shots = sorted({n for (name, n), _ in _all(columns) if name == subject})
    first = _first(columns, subject)
    known_floors = _floors(first.protocol, _docs(first))
    return [line for n in shots for line in _lines(columns, subject, n, known_floors)]


def _lines(
    columns: Sequence[Column], subject: str, shots: int, known_floors: FloorsByMetric
) -> list[Line]:
    cells = [column.measured.get((subject, shots)) for column in columns]
    present = [each for each in cells if each]
    protocol = present[0].protocol
    if protocol:
        scores, rates = protocol.scores, protocol.rates
    else:
        scores, rates = tuple(dict.fromkeys(key for each in present for key in each.scores)), ()
    lines = [
        _line(metric, shots, cells, known_floors.get(metric, {}), is_rate=metric in rates)
        for metric in (*scores, *rates)
    ]
    return [*lines, *_cut_line(shots, cells)]


def _line(
    metric: str,
    shots: int,
    cells: Sequence[Measured | None],
    known_floors: Mapping[str, float],
    *,
    is_rate: bool,
) -> Line:
    return Line(
        name=f"{NAMES.get(metric, metric.removesuffix(',none'))} ({shots}s)",
        metric=metric,
        shots=shots,
        scores=tuple(each.scores.get(metric) if each else None for each in cells),
        values=tuple(each.values.get(metric) if each else None for each in cells),
        stderrs=tuple(each.stderrs.get(metric) if each else None for each in cells),
        floors=known_floors,
        is_rate=is_rate,
        upward=next((each.upward.get(metric) for each in cells if each), None),
    )


def _cut_line(shots: int, cells: Sequence[Measured | None]) -> list[Line]:
    """The share of answers that ended at the token limit, where a tokenizer can count them."""
    values = tuple(share_cut(each) if each else None for each in cells)
    if all(each is None for each in values):
        return []
    scores = tuple(None if each is None else float(each.mean()) for each in values)
    name = f"{NAMES['cut']} ({shots}s)"
    return [Line(name, "cut", shots, scores, values, (None,) * len(cells), is_rate=True)]


def _floors(protocol: Protocol | None, docs: Sequence[Document]) -> FloorsByMetric:
    """The floors of each score over ``docs``; none for another harness task."""
    return protocol.floors(docs) if protocol else {}


def _part(title: str, first: Measured, lines: Sequence[Line], mask: Mask) -> Block:
    docs = [doc for doc, chosen in zip(_docs(first), mask, strict=True) if chosen]
    known_floors = _floors(first.protocol, docs)
    parts = tuple(_masked(line, mask, known_floors) for line in lines)
    return Block(title, len(docs), parts, is_part=True, clusters=case_clusters(docs))


def _masked(line: Line, mask: Mask, known_floors: FloorsByMetric) -> Line:
    values = tuple(None if each is None else each[mask] for each in line.values)
    return _from_values(line, values, known_floors)


def _joined(lines: Sequence[Line], known_floors: FloorsByMetric) -> Line:
    values = tuple(
        np.concatenate(each) if all(part is not None for part in each) else None
        for each in zip(*(line.values for line in lines), strict=True)
    )
    return _from_values(lines[0], values, known_floors)


def _from_values(
    line: Line, values: tuple[Floats | None, ...], known_floors: FloorsByMetric
) -> Line:
    return replace(
        line,
        scores=tuple(None if each is None else float(each.mean()) for each in values),
        values=values,
        stderrs=(None,) * len(values),
        floors=known_floors.get(line.metric, {}),
    )


def _all(columns: Sequence[Column]) -> list[tuple[tuple[str, int], Measured]]:
    return [entry for column in columns for entry in column.measured.items()]


def _subjects(columns: Sequence[Column]) -> list[str]:
    """Every subject: the paper's exams first, other harness tasks last, each group by name."""
    last = max(each.position for each in PROTOCOLS.values()) + 1
    found = {
        name: each.protocol.position if each.protocol else last for (name, _), each in _all(columns)
    }
    return sorted(found, key=lambda name: (found[name], name))


def _first(columns: Sequence[Column], subject: str) -> Measured:
    return next(each for (name, _), each in _all(columns) if name == subject)


def _docs(measured: Measured) -> list[Document]:
    """The questions of a task of ours, in the order of its keys; [] for another harness task."""
    return [record["doc"] for record in measured.records]
