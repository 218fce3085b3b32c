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
from jmedlora.exams.provenance import FollowUps
from jmedlora.report.compare.cases import case_clusters
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.readings import reading_names, readings_of
from jmedlora.report.compare.sampling_spread import (
    AGREEMENT,
    DEVIATION,
    MAJORITY,
    deviation,
    majority,
    samples_of,
    self_agreement,
)
from jmedlora.report.compare.statistics import Clusters, Floats
from jmedlora.report.compare.trial import trial
from jmedlora.report.compare.truncation import AT_LIMIT, share_cut
from jmedlora.report.load.measurements import Measured

Mask = npt.NDArray[np.bool_]
NAMES = {
    **{name: each.title for name, each in METRICS.items()},
    AT_LIMIT: "Cut by length",
    AGREEMENT: "Same answer again",
}
"""What people read for a metric."""
FLOOR_NAMES = (CHANCE, EMPTY_ANSWER, ALL_CHOICES)
POOLED = ("igakuqa", "jjsimqa")


@dataclass(frozen=True, slots=True)
class Line:
    """One metric at some shots, with one entry a column: its score, and each question's value.

    scores: None where the column has no such run. values: None where single values are unknown.
    stderrs: lm-eval's, where single values are unknown. upward: whether more is better, None if
        lm-eval does not say. samples: of a line whose scores are standard deviations over samples,
        what they are the deviations of, (samples, questions); () for every other line.
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
    samples: tuple[Floats | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Lines over the same questions.

    subject: the exam, without what the title adds; "" for several pooled. is_part: of an exam that
    was broken down. is_tested: whether its differences are. clusters: the cases that the questions
    belong to, None where no two are known to share one.
    """

    title: str
    questions: int
    lines: tuple[Line, ...]
    subject: str = ""
    is_part: bool = False
    is_tested: bool = True
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
        title = ", ".join(filter(None, [subject, trial(first)]))
        groups = [group_of(doc) for doc in _docs(first)] if group_of else []
        if not groups or None in groups:
            clusters = case_clusters(_docs(first))
            blocks.append(Block(title, len(first.keys), tuple(lines), subject, clusters=clusters))
            continue
        for group in sorted(set(groups), key=str):
            mask = np.array([each == group for each in groups])
            blocks.append(_part(f"{title}, {group}", first, lines, mask))
    return [block for block in blocks if block.lines]


def follow_up_blocks(columns: Sequence[Column], whole: Block) -> list[Block]:
    """The share of right answers of a subject, apart for follow-ups (連問) and for all others.

    whole: the subject's own block. [] where its runs note no follow-ups. Nothing is tested: more
    tests would cost those of the whole exam power.
    """
    noted, first = follow_ups_of(columns, whole.subject), _first(columns, whole.subject)
    if not noted or not first.protocol:
        return []
    lines = [line for line in whole.lines if line.metric == first.protocol.right]
    follows = np.isin([str(doc.get("problem_id")) for doc in _docs(first)], noted.ids)
    how = "with" if noted.with_case else "without"
    parts = {"without follow-ups": ~follows, f"follow-ups asked {how} their case": follows}
    if not follows.any():  # a trial may have none
        return []
    return [
        replace(_part(f"{whole.title}, {name}", first, lines, mask), is_tested=False)
        for name, mask in parts.items()
        if mask.any()
    ]


def follow_ups_of(columns: Sequence[Column], subject: str) -> FollowUps | None:
    """The follow-ups that the runs of ``subject`` note; None where none of them notes any."""
    noted = (each.ours.data.follow_ups for (name, _), each in _all(columns)
             if name == subject and each.ours)  # fmt: skip
    return next(filter(None, noted), None)


def pooled_block(columns: Sequence[Column]) -> Block | None:
    """The scores over the questions of the paper's exams together; None if neither was asked.

    A column that lacks one of the exams at some shots has no entry there.
    """
    subjects = [name for name in _subjects(columns) if name in POOLED]
    per_exam = [subject_lines(columns, name) for name in subjects]
    if not subjects:
        return None
    docs = [doc for name in subjects for doc in _docs(_first(columns, name))]
    known_floors = _floors(_first(columns, subjects[0]), docs)
    by_key = [{(line.metric, line.shots): line for line in lines} for lines in per_exam]
    lines = [
        _joined([lines[key] for lines in by_key], known_floors)
        for key in by_key[0]
        if all(key in lines for lines in by_key)
    ]
    asked = [(name, trial(_first(columns, name))) for name in subjects]
    names = [f"{name} ({part})" if part else name for name, part in asked]
    title = f"{' + '.join(names)}, pooled"
    return Block(title, len(docs), tuple(lines), clusters=case_clusters(docs))


def subject_lines(columns: Sequence[Column], subject: str) -> list[Line]:
    """The lines of one subject over all its questions: by shots, scores before rates."""
    shots = sorted({n for (name, n), _ in _all(columns) if name == subject})
    first = _first(columns, subject)
    known_floors = _floors(first, _docs(first))
    return [line for n in shots for line in _lines(columns, subject, n, known_floors)]


def _lines(
    columns: Sequence[Column], subject: str, shots: int, known_floors: FloorsByMetric
) -> list[Line]:
    cells = [column.measured.get((subject, shots)) for column in columns]
    present = [each for each in cells if each]
    protocol = present[0].protocol
    if protocol:
        scores, rates = (*protocol.scores, *reading_names(present)), protocol.rates
    else:
        scores, rates = _metrics(present), ()
    lines = [
        _line(metric, shots, cells, known_floors.get(metric, {}), is_rate=metric in rates)
        for metric in (*scores, *rates)
    ]
    more = _sampled_lines(protocol, shots, cells) if any(each.samples for each in present) else []
    return [*lines, *more, *_at_limit(shots, cells)]


def _metrics(cells: Sequence[Measured | None]) -> tuple[str, ...]:
    """The scores that another harness task has in any column."""
    return tuple(dict.fromkeys(key for each in cells if each for key in each.scores))


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


def _sampled_lines(
    protocol: Protocol | None, shots: int, cells: Sequence[Measured | None]
) -> list[Line]:
    """The majority vote, the spread of each score over the samples, and their agreement."""
    metrics = protocol.scores if protocol else _metrics(cells)
    right = NAMES.get(protocol.right, "") if protocol else ""
    voted = _of_values(f"{right} by majority ({shots}s)", MAJORITY, shots, cells, majority)
    same = _of_values(f"{NAMES[AGREEMENT]} ({shots}s)", AGREEMENT, shots, cells, self_agreement)
    return [
        *(replace(line, upward=True) for line in voted),
        *(_deviation_line(metric, shots, cells) for metric in metrics),
        *(replace(line, is_rate=True) for line in same),
    ]


def _deviation_line(metric: str, shots: int, cells: Sequence[Measured | None]) -> Line:
    name = f"{NAMES.get(metric, metric.removesuffix(',none'))}, SD over samples ({shots}s)"
    nothing = (None,) * len(cells)
    line = Line(name, f"{metric}_{DEVIATION}", shots, nothing, nothing, nothing)
    return _from_samples(line, tuple(samples_of(each, metric) if each else None for each in cells))


def _from_samples(line: Line, samples: tuple[Floats | None, ...]) -> Line:
    scores = tuple(None if each is None else deviation(each) for each in samples)
    return replace(line, scores=scores, samples=samples)


def _at_limit(shots: int, cells: Sequence[Measured | None]) -> list[Line]:
    """The share of answers that ended at the token limit, where a tokenizer can count them."""
    found = _of_values(f"{NAMES[AT_LIMIT]} ({shots}s)", AT_LIMIT, shots, cells, share_cut)
    return [replace(line, is_rate=True) for line in found]


def _of_values(
    name: str,
    metric: str,
    shots: int,
    cells: Sequence[Measured | None],
    values_of: Callable[[Measured], Floats | None],
) -> list[Line]:
    """The line of what ``values_of`` gives each question; [] if no column has any."""
    values = tuple(values_of(each) if each else None for each in cells)
    if all(each is None for each in values):
        return []
    scores = tuple(None if each is None else float(each.mean()) for each in values)
    return [Line(name, metric, shots, scores, values, (None,) * len(cells))]


def _floors(measured: Measured, docs: Sequence[Document]) -> FloorsByMetric:
    """The floors of each score over ``docs``; none for another harness task."""
    floors = measured.protocol.floors(docs) if measured.protocol else {}
    readings = readings_of(measured)
    return {**floors, **readings.floors(docs)} if readings else floors


def _part(title: str, first: Measured, lines: Sequence[Line], mask: Mask) -> Block:
    docs = [doc for doc, chosen in zip(_docs(first), mask, strict=True) if chosen]
    known_floors = _floors(first, docs)
    parts = tuple(_masked(line, mask, known_floors) for line in lines)
    return Block(title, len(docs), parts, first.subject, is_part=True, clusters=case_clusters(docs))


def _masked(line: Line, mask: Mask, known_floors: FloorsByMetric) -> Line:
    if line.samples:
        return _from_samples(
            line, tuple(None if each is None else each[:, mask] for each in line.samples)
        )
    values = tuple(None if each is None else each[mask] for each in line.values)
    return _from_values(line, values, known_floors)


def _joined(lines: Sequence[Line], known_floors: FloorsByMetric) -> Line:
    if lines[0].samples:
        each_column = zip(*(line.samples for line in lines), strict=True)
        return _from_samples(lines[0], tuple(map(_side_by_side, each_column)))
    values = tuple(
        np.concatenate(each) if all(part is not None for part in each) else None
        for each in zip(*(line.values for line in lines), strict=True)
    )
    return _from_values(lines[0], values, known_floors)


def _side_by_side(parts: Sequence[Floats | None]) -> Floats | None:
    """The samples of several exams as one; None where there are not as many of each."""
    known = [each for each in parts if each is not None]
    alike = len(known) == len(parts) and len({len(each) for each in known}) == 1
    return np.concatenate(known, axis=1) if alike else None


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
