"""``jmed-data overlap``: which exam questions stand in a training file."""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from jmed_data.commands import add_command
from jmed_data.output import dump
from jmed_data.overlap.limits import limits
from jmed_data.overlap.options import add_options, thresholds
from jmed_data.overlap.outputs import (
    Streamed,
    hit_record,
    refuse_inputs,
    targets,
    write_clean,
    write_excluded,
)
from jmed_data.overlap.page import MOST, Pair, page
from jmed_data.overlap.questions import SoughtExam, is_file, read_exams
from jmed_data.overlap.report import Report, describe, summary
from jmed_data.overlap.search import Search
from jmed_data.overlap.stream import TrainingStream
from jmed_data.overlap.tally import Tally


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Adds ``overlap`` to the parser."""
    parser = add_command(
        commands,
        _run,
        "overlap",
        "Find exam questions in training records or pretraining texts, however large the file. "
        "Character 3-grams sieve, rapidfuzz's partial ratio judges; punctuation and space do not "
        "count. Not found: translations, other words, most fragments; see the README.",
        example="jmed-data overlap data/train.jsonl --exam igakuqa jjsimqa --out overlap "
        "--drop data/train.clean.jsonl",
    )
    add_options(parser)


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
        """Those asked for. Raises ValueError if one would overwrite an input or another."""
        out = [args.out / name for name in NAMES] if args.out else []
        clean = targets(args.files, args.drop) if args.drop else []
        excluded = [args.exclude_list] if args.exclude_list else []
        exams = [Path(exam) for exam in args.exam if is_file(exam)]
        refuse_inputs([*out, *clean, *excluded], [*args.files, *exams])
        streamed = [Streamed(path) for path in excluded]
        return cls(
            [Streamed(path) for path in out],
            [Streamed(path) for path in clean],
            streamed[0] if streamed else None,
        )

    @property
    def all(self) -> list[Streamed]:
        """Every file that is written."""
        return [*self.out, *self.clean, *([self.excluded] if self.excluded else [])]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. pairs: the first MOST, for the page."""

    tally: Tally
    pairs: list[Pair] = field(default_factory=list)


def _run(args: argparse.Namespace) -> int:
    _check_files(args.files)
    outputs = Outputs.of(args)
    exams = read_exams(args.exam)
    search = Search([each for exam in exams for each in exam.questions], thresholds(args))
    with ExitStack() as stack:  # files that cannot be made are told before the search, not after
        for output in outputs.all:
            stack.enter_context(output)
        found = _search(args.files, search, outputs)
        report = _report(found.tally, exams, search)
        notes = _write(found, report, outputs)
    print(*describe(report), *notes, sep="\n")
    return 1 if args.fail_on_hit and report.pairs else 0


def _check_files(files: Sequence[Path]) -> None:
    where = [path.resolve() for path in files]
    twice = next((path for path in files if where.count(path.resolve()) > 1), None)
    if twice:
        raise ValueError(f"{twice}: is given twice; name each file once")


def _search(files: Sequence[Path], search: Search, outputs: Outputs) -> Found:
    """Goes through all files once."""
    found = Found(Tally(search.questions))
    size = sum(path.stat().st_size for path in files if path.is_file())
    with tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
        for path in files:
            _search_file(TrainingStream(path, bar.update), search, outputs, found)
    return found


def _search_file(stream: TrainingStream, search: Search, outputs: Outputs, found: Found) -> None:
    tally = found.tally.begin(stream.path)
    for hit in search.hits(stream):
        question = search.questions[hit.question]
        found.tally.add(hit)
        if outputs.out:
            outputs.out[0].write_line(hit_record(hit, question, stream.path))
        if len(found.pairs) < MOST:
            found.pairs.append(Pair.of(hit, question, stream.path))
    tally.records, tally.sha256 = stream.count, stream.sha256


def _report(tally: Tally, exams: Sequence[SoughtExam], search: Search) -> Report:
    counted = tally.exams(exams, search.too_short)
    told = limits(search.thresholds)
    return Report(counted, tally.files, tally.hits, search.thresholds, told)


def _write(found: Found, report: Report, outputs: Outputs) -> list[str]:
    """Writes what was asked for, and says so in a line each."""
    notes = []
    if outputs.out:
        _, looked_at, summed = outputs.out
        looked_at.write(page(report, found.pairs).encode())
        summed.write(dump(summary(report)).encode())
        notes.append(f"{summed.path.parent}: {', '.join(NAMES)}")
    for file, clean in zip(report.files, outputs.clean, strict=False):
        notes.append(f"{clean.path}: records left: {write_clean(file, clean):,}")
    if outputs.excluded:
        questions = found.tally.found()
        write_excluded(questions, outputs.excluded)
        notes.append(f"{outputs.excluded.path}: questions to exclude: {len(questions):,}")
    return notes
