"""A search from its options to its files: what stands where, and what is written of it."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from jmedlora.core.atomic_write import dump
from jmedlora.core.errors import FileError
from jmedlora.core.line_stream import too_large_fault
from jmedlora.data.overlap.hit_counts import HitCounts
from jmedlora.data.overlap.html_report import FirstPairs, render_page
from jmedlora.data.overlap.input_files import TrainingStream, check_input_files
from jmedlora.data.overlap.options import thresholds_from
from jmedlora.data.overlap.output_files import (
    Streamed,
    check_no_overwrite,
    clean_file_paths,
    hit_record,
    write_clean_file,
    write_exclude_list,
)
from jmedlora.data.overlap.search import Hit, Search
from jmedlora.data.overlap.search_report import Report, report_lines, report_record
from jmedlora.data.overlap.sought_questions import (
    SoughtExam,
    SoughtQuestion,
    is_exam_file,
    read_exams,
)
from jmedlora.data.overlap.thresholds import coverage_notes

NAMES = ("hits.jsonl", "overlap.html", "summary.json")
"""What --out is for."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that are written. out: NAMES, or none. clean: one for each training file."""

    out: Sequence[Streamed]
    clean: Sequence[Streamed]
    excluded: Streamed | None

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Outputs":
        """The files to write. Raises UserError if one would overwrite an input or another."""
        out = [args.out / name for name in NAMES] if args.out else []
        clean = clean_file_paths(args.files, args.drop) if args.drop is not None else []
        excluded = [args.exclude_list] if args.exclude_list else []
        check_no_overwrite([*out, *clean, *excluded], [*args.files, *_exam_files(args)])
        streamed = [Streamed(path) for path in excluded]
        return cls(
            [Streamed(path) for path in out],
            [Streamed(path) for path in clean],
            streamed[0] if streamed else None,
        )

    @property
    def results(self) -> list[Streamed]:
        """What the search itself writes; the clean files come after it."""
        return [*self.out, *([self.excluded] if self.excluded else [])]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. pairs: for the page."""

    counts: HitCounts
    pairs: FirstPairs = field(default_factory=FirstPairs)


def find_overlap(args: argparse.Namespace) -> int:
    asked = thresholds_from(args)
    check_input_files(args.files, _exam_files(args), twice=args.drop is not None)
    outputs = Outputs.of(args)
    exams = read_exams(args.exam)
    search = Search([each for exam in exams for each in exam.questions], asked)
    with ExitStack() as stack:  # files that cannot be made are told before the search, not after
        for clean in outputs.clean:
            stack.enter_context(clean)
        report = _find(args.files, exams, search, outputs)
        # By now the results are in place: a disk too small for the clean files leaves them there.
        notes = list(_clean(report, outputs))
    print(*notes, sep="\n", end="\n" * bool(notes))
    return 1 if args.fail_on_hit and report.pairs else 0


def _exam_files(args: argparse.Namespace) -> list[Path]:
    return [Path(exam) for exam in args.exam if is_exam_file(exam)]


def _find(
    files: Sequence[Path], exams: Sequence[SoughtExam], search: Search, outputs: Outputs
) -> Report:
    """Searches, writes what was found but for the clean files, and prints it."""
    with ExitStack() as stack:
        for output in outputs.results:
            stack.enter_context(output)
        found = _search(files, search, outputs)
        report = _report(found.counts, exams, search)
        notes = _write(found, report, outputs)
    print(*report_lines(report), *notes, sep="\n", flush=True)
    return report


def _search(files: Sequence[Path], search: Search, outputs: Outputs) -> Found:
    """Goes through all files once."""
    found = Found(HitCounts(search.questions))
    size = sum(path.stat().st_size for path in files if path.is_file())
    with tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
        for path in files:
            _search_file(TrainingStream(path, bar.update), search, outputs, found)
    return found


def _search_file(stream: TrainingStream, search: Search, outputs: Outputs, found: Found) -> None:
    file_counts = found.counts.start_file(stream.path)
    try:
        for hit in search.find_hits(stream):
            _add(hit, search.questions[hit.question], stream.path, outputs, found)
    except MemoryError as error:
        raise FileError([too_large_fault(stream.path, stream.line)]) from error
    file_counts.records, file_counts.sha256 = stream.count, stream.sha256


def _add(hit: Hit, question: SoughtQuestion, file: Path, outputs: Outputs, found: Found) -> None:
    found.counts.add_hit(hit)
    if outputs.out:
        outputs.out[0].write_line(hit_record(hit, question, file))
        found.pairs.add(hit, question, file)


def _report(counts: HitCounts, exams: Sequence[SoughtExam], search: Search) -> Report:
    exam_counts = counts.by_exam(exams, search)
    coverage = coverage_notes(search.thresholds)
    return Report(exam_counts, counts.files, counts.pairs, search.thresholds, coverage)


def _write(found: Found, report: Report, outputs: Outputs) -> list[str]:
    """Writes what was asked for but the clean files, and says so in a line each."""
    notes = []
    if outputs.out:
        _, looked_at, summed = outputs.out
        looked_at.write(render_page(report, found.pairs.groups(found.counts.records_with)).encode())
        summed.write(dump(report_record(report)).encode())
        notes.append(f"{summed.path.parent}: {', '.join(NAMES)}")
    if outputs.excluded:
        questions = found.counts.found_questions()
        write_exclude_list(questions, outputs.excluded)
        notes.append(f"{outputs.excluded.path}: questions to exclude: {len(questions):,}")
    return notes


def _clean(report: Report, outputs: Outputs) -> Iterator[str]:
    """Writes the clean files, if asked for, and says so in a line each."""
    for file, clean in zip(report.files, outputs.clean, strict=False):
        yield f"{clean.path}: records left: {write_clean_file(file, clean):,}"
