"""What a search says: lines to print, and the same as JSON with all that it depends on."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from jmedlora.data.overlap.counts import ExamTally, FileTally
from jmedlora.data.overlap.thresholds import Thresholds

LIBRARIES = ("jmedlora", "numpy", "rapidfuzz", "scipy")
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a search found. pairs: how many of a question and a record. limits: what it misses."""

    exams: Sequence[ExamTally]
    files: Sequence[FileTally]
    pairs: int
    thresholds: Thresholds
    limits: Sequence[str]


def describe(report: Report) -> Iterator[str]:
    """Lines to print: the exams, the files, and what was not looked for."""
    for exam in report.exams:
        found = f"{len(exam.hit):,} of {exam.questions:,} questions found ({exam.share:.1%})"
        yield f"{exam.name}: {found}"
        if exam.not_alone:
            count = f"{exam.not_alone:,} of {exam.questions:,}"
            yield f"  looked for only with their choices or answer: {count}"
        if exam.too_short:
            named = ", ".join(exam.too_short[:SHOWN]) + ", …" * (len(exam.too_short) > SHOWN)
            yield f"  too short to look for: {len(exam.too_short):,} ({named})"
    for file in report.files:
        yield f"{file.path}: {len(file.lines):,} of {file.records:,} records hold a question"
    yield from report.limits


def summary(report: Report) -> dict[str, Any]:
    """The counts, and what they depend on, as plain JSON types."""
    return {
        "exams": {exam.name: _exam(exam) for exam in report.exams},
        "files": [_file(file) for file in report.files],
        "pairs": report.pairs,
        "thresholds": asdict(report.thresholds),
        "versions": {library: version(library) for library in LIBRARIES},
        "not_found": list(report.limits),
    }


def _exam(exam: ExamTally) -> dict[str, Any]:
    return {
        "questions": exam.questions,
        "found": len(exam.hit),
        "share": exam.share,
        "sha256": exam.sha256,
        "only_with_choices_or_answer": exam.not_alone,
        "too_short": list(exam.too_short),
        "records_by_problem_id": exam.hit,
    }


def _file(file: FileTally) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "sha256": file.sha256,
        "records": file.records,
        "with_a_question": len(file.lines),
    }
