"""``python -m benchmarks.overlap``: what ``jmed-data overlap`` finds, how fast, in how much memory.

The 2,000 questions of IgakuQA, or those of ``--exam``, are looked for in 77,422 records (as many as
the paper's training data has) by the real command in a process of its own. The records are made on
the spot: a Markov chain over the exam's own characters writes them, so that they share about three
quarters of their 3-grams with the questions, more than real text does. Copies are planted among
them, one kind at a time for the same share of the questions.

False positives are counted in text that is clean though as similar as text gets: the questions of
each year of IgakuQA and JJSIMQA are looked for in those of all other years of both. Where a stem
shares a long run with what was found, the examiners reused it. All are listed by problem_id.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.other_years import LONG_STEM, other_years
from benchmarks.planted import PLANTS, recall, write_records
from benchmarks.report import show, show_json
from jmedlora.data.overlap.sought_questions import read_exams
from jmedlora.data.overlap.thresholds import Thresholds
from jmedlora.exams.cache import MissingDataError
from jmedlora.exams.documents import choices_document
from jmedlora.exams.registry import load_exam

EXAM, RECORDS, PLANTED = "igakuqa_exam", 77_422, 500
LIBRARIES = ("numpy", "rapidfuzz", "scipy")
PROGRAM = """
import sys
from jmedlora.data.cli import main
status = main(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr)
sys.exit(status)
"""
"""The command, and then its peak: getrusage would count what this process held when it forked."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command. seconds: by the clock. cpu: seconds of processor time, which other
    programs do not stretch. peak: MiB, resident, of the whole process. hits: those written.
    """

    seconds: float
    cpu: float
    peak: float
    hits: list[dict]


def run(train: Path, exam: str, out: Path) -> Run:
    """Looks for ``exam`` in ``train`` with the command."""
    options = ["overlap", train, "--exam", exam, "--out", out]
    line = [sys.executable, "-c", PROGRAM, *map(str, options)]
    start, cpu = time.perf_counter(), _cpu()
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    seconds, cpu = time.perf_counter() - start, _cpu() - cpu
    if ended.returncode:
        raise SystemExit(ended.stderr)
    lines = (out / "hits.jsonl").read_text(encoding="utf-8").splitlines()
    peak = int(ended.stderr.split()[-1]) / 1024
    return Run(seconds, cpu, peak, [json.loads(each) for each in lines])


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _half_exam(folder: Path) -> str:
    """A file of the first half of the questions, as far as a file may hold them."""
    items = load_exam("igakuqa").items[:1000]
    lines = [
        json.dumps({**choices_document(item), "exam": "half"}, ensure_ascii=False) for item in items
    ]
    path = folder / "half.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _half_file(train: Path) -> Path:
    lines = train.read_bytes().splitlines(keepends=True)
    path = train.with_name("half-train.jsonl")
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    return path


def main() -> None:
    args = _arguments()
    try:
        questions = read_exams([args.exam])[0].questions
    except MissingDataError as error:
        raise SystemExit(f"benchmarks.overlap needs the real exam: {error}") from error
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train = folder / "train.jsonl"
        plan = write_records(train, questions, args.records, args.planted)
        size = f"{len(questions):,} questions x {args.records:,} records"
        runs = {size: run(train, args.exam, folder / "a")}
        if args.exam == EXAM:
            runs["half the records"] = run(_half_file(train), EXAM, folder / "b")
            runs["1,000 questions"] = run(train, _half_exam(folder), folder / "c")
    _show(runs, plan, args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overlap",
        description="What jmed-data overlap finds, how fast, in how much memory.",
        epilog="example: python -m benchmarks.overlap --exam jmle2026 --records 20000 --planted 96",
    )
    add = parser.add_argument
    add("--records", type=int, default=RECORDS, help=f"in the training file ({RECORDS})")
    add("--planted", type=int, default=PLANTED, help=f"copies of each kind in it ({PLANTED})")
    add("--exam", default=EXAM, help=f"its questions are looked for and planted ({EXAM})")
    add("--other-years", action=argparse.BooleanOptionalAction, default=True,
        help="count false positives in other years' questions")  # fmt: skip
    args = parser.parse_args()
    if args.records < (least := (len(PLANTS) + 1) * args.planted):  # one kind takes two records
        parser.error(f"--records {args.records}: the copies alone are {least}")
    return args


def _show(runs: dict[str, Run], plan: Sequence[tuple[str, str]], args: argparse.Namespace) -> None:
    first = next(iter(runs.values()))
    counts = [args.records, args.records // 2, args.records][: len(runs)]
    rows = [
        (
            name,
            f"{each.seconds:.1f}",
            f"{each.cpu:.1f}",
            f"{count / each.seconds:,.0f}",
            f"{each.peak:.0f}",
        )
        for (name, each), count in zip(runs.items(), counts, strict=True)
    ]
    show("jmed-data overlap", ("run", "seconds", "CPU seconds", "records/s", "peak MiB"), rows)
    found = recall(first.hits, plan)
    print()
    title = f"copies found, of {args.planted} planted of each kind"
    show(title, ("kind", "recall"), [(kind, f"{share:.3f}") for kind, share in found.items()])
    stray = len({hit["line"] for hit in first.hits if not plan[hit["line"] - 1][0]})
    print(f"records found without a copy in them: {stray}")
    false = other_years(Thresholds()) if args.other_years else {}
    if false:
        _show_false(false)
    times = {
        name: {"seconds": run.seconds, "cpu": run.cpu, "peak_mib": run.peak}
        for name, run in runs.items()
    }
    figures = {"runs": times, "recall": found, "false_positives": false, "stray_records": stray}
    show_json("overlap", LIBRARIES, {**vars(args), **figures})


def _show_false(false: dict[str, dict]) -> None:
    print()
    show(
        "false positives: questions in other years' text (IgakuQA and JJSIMQA), with stems from "
        f"{LONG_STEM} characters | shorter",
        ("other years as", "questions", "found", "of these reused", "share found",
         "| shorter", "found"),
        [
            (shape, str(each["questions"]), str(len(each["found"])),
             str(len(each["of these reused"])), f"{each['rate']:.2%}",
             str(each["shorter stems"]), str(len(each["found with shorter stems"])))
            for shape, each in false.items()
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
