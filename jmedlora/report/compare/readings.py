"""Other readings of the scores, worked out from the logged responses: ``table --readings``."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from jmedlora.exams.protocol import OtherReadings
from jmedlora.report.compare.columns import Column
from jmedlora.report.load.measurements import Floats, Measured
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import response_of

OTHERS = {
    True: "The other readings stand in rows of their own (docs/metrics.md).",
    False: "table --readings adds the other readings (docs/metrics.md).",
}
"""Where the other readings are, by whether they were worked out."""


def with_readings(columns: Sequence[Column]) -> list[Column]:
    """``columns`` with the other readings of their scores, where the protocol has some.

    Raises ResultsError if none has.
    """
    found = [
        replace(column, measured={key: _read(each) for key, each in column.measured.items()})
        for column in columns
    ]
    if not any(readings_of(each) for column in found for each in column.measured.values()):
        what = "--readings: these runs hold no score that can be read in several ways"
        raise ResultsError(f"{what}; leave it out")
    return found


def readings_of(measured: Measured) -> OtherReadings | None:
    """The readings that ``measured`` holds; None unless ``with_readings`` gave it some."""
    known = measured.protocol.readings if measured.protocol else None
    return known if known and known.metrics[0].name in measured.scores else None


def reading_names(cells: Sequence[Measured]) -> tuple[str, ...]:
    """The names of the readings that ``cells`` hold, in the order of their protocol."""
    found = next((readings for each in cells if (readings := readings_of(each))), None)
    return tuple(metric.name for metric in found.metrics) if found else ()


def metrics_with_readings(columns: Sequence[Column], given: Sequence[str]) -> list[str]:
    """The scores ``given`` and the readings of each, whose names begin with the score's.

    Raises ResultsError if all of them are scores that cannot be read in another way.
    """
    cells = [each for column in columns for each in column.measured.values()]
    found = [name for name in reading_names(cells) if name.rpartition("_")[0] in given]
    scores = {score for each in cells if each.protocol for score in each.protocol.scores}
    if not found and scores.issuperset(given):
        what = f"--readings: {', '.join(given)} is read in one way only"
        raise ResultsError(f"{what}; leave it out, or add --metric accuracy or exact_match")
    return [*given, *found]


def reading_notes(columns: Sequence[Column]) -> Iterator[str]:
    """A note for each subject: on how many questions the readings can differ, and which is taken.

    None where they differ on no question, unless the other readings were asked for.
    """
    noted = set()
    for column in columns:
        for (subject, _), each in column.measured.items():
            readings = each.protocol.readings if each.protocol else None
            if not readings or subject in noted:
                continue
            noted.add(subject)
            several = sum(readings.differ(record["doc"]) for record in each.records)
            is_read = bool(readings_of(each))
            if several or is_read:
                count = f"{several} of {len(each.records)} questions"
                yield f"{subject}: {count} {readings.note} {OTHERS[is_read]}"


def _read(measured: Measured) -> Measured:
    readings = measured.protocol.readings if measured.protocol else None
    if not readings:
        return measured
    samples = [_values(each, readings) for each in measured.samples or (measured,)]
    values = {name: np.mean([each[name] for each in samples], axis=0) for name in samples[0]}
    means = {name: float(each.mean()) for name, each in values.items()}
    return replace(
        measured,
        scores={**measured.scores, **means},
        values={**measured.values, **values},
        upward={**measured.upward, **dict.fromkeys(means, True)},
    )


def _values(measured: Measured, readings: OtherReadings) -> dict[str, Floats]:
    """By reading, the value of each question."""
    rows = [readings.score(each["doc"], response_of(each) or "") for each in measured.records]
    return {
        metric.name: np.array([row[metric.name] for row in rows], dtype=np.float64)
        for metric in readings.metrics
    }
