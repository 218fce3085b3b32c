"""What a search says: lines to print, and the same as JSON with all that it depends on."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from jmedlora.data.overlap.hit_counts import ExamCounts, FileCounts
from jmedlora.data.overlap.thresholds import Thresholds

LIBRARIES = ("jmedlora", "numpy", "rapidfuzz", "scipy")
SHOWN_IDS = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a search found.

    pairs: how many of a question and a record. coverage: what the search does not find.
    """

    exams: Sequence[ExamCounts]
    files: Sequence[FileCounts]
    pairs: int
    thresholds: Thresholds
    coverage: Sequence[str]


def report_lines(report: Report) -> Iterator[str]:
    """Lines to print: the exams, the files, and what was not looked for."""
    for exam in report.exams:
        found = f"{len(exam.records_by_problem_id):,} of {exam.questions:,} questions found"
        yield f"{exam.name}: {found} ({exam.share:.1%})"
        if exam.only_with_choices_or_answer:
            count = f"{exam.only_with_choices_or_answer:,} of {exam.questions:,}"
            yield f"  looked for only with their choices or answer: {count}"
        if exam.too_short:
            named = ", ".join(exam.too_short[:SHOWN_IDS]) + ", …" * (
                len(exam.too_short) > SHOWN_IDS
            )
            yield f"  too short to look for: {len(exam.too_short):,} ({named})"
    for file in report.files:
        yield f"{file.path}: {len(file.hit_lines):,} of {file.records:,} records hold a question"
    yield from report.coverage


def report_record(report: Report) -> dict[str, Any]:
    """The counts, and what they depend on, as plain JSON types."""
    return {
        "exams": {exam.name: _exam_record(exam) for exam in report.exams},
        "files": [_file_record(file) for file in report.files],
        "pairs": report.pairs,
        "thresholds": asdict(report.thresholds),
        "versions": {library: version(library) for library in LIBRARIES},
        "not_found": list(report.coverage),
    }


def _exam_record(exam: ExamCounts) -> dict[str, Any]:
    return {
        "questions": exam.questions,
        "found": len(exam.records_by_problem_id),
        "share": exam.share,
        "sha256": exam.sha256,
        "only_with_choices_or_answer": exam.only_with_choices_or_answer,
        "too_short": list(exam.too_short),
        "records_by_problem_id": exam.records_by_problem_id,
    }


def _file_record(file: FileCounts) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "sha256": file.sha256,
        "records": file.records,
        "with_a_question": len(file.hit_lines),
    }
