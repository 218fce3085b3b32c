"""``python -m benchmarks``: every benchmark one after another, each in a process of its own.

Their tables go to standard output as they end, their JSON lines into one file. One that fails does
not stop the others; the exit status is then 1.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import show

QUICK = {
    "scoring": "--limit 100 --repeats 1",
    "throughput": "--shape tiny-llama --dtype bfloat16 --limit 3 --tokens 4 --repeats 1",
    "statistics": "--simulations 20 --repeats 1",
    "overlap": "--records 110 --planted 5 --no-other-years",
    "site": "--models 2 --questions 80 --repeats 1",
    "training": "--recipes opencalm7b --steps 3 --warmup 1",
}
"""Every benchmark, and the options with which it is over soonest."""


def main() -> int:
    args = _arguments()
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text("", encoding="utf-8")
    rows = [run(name, args.json, QUICK[name] if args.quick else "") for name in args.only]
    show("All benchmarks", ("benchmark", "seconds", "ended with status"), rows)
    print(f"figures: {args.json}")
    return 1 if any(status != "0" for *_, status in rows) else 0


def run(name: str, gathered: Path, options: str) -> tuple[str, str, str]:
    """Runs one benchmark, prints its table, and returns its name, seconds and exit status."""
    print(f"python -m benchmarks.{name} {options}".rstrip(), flush=True)
    start = time.monotonic()
    command = [sys.executable, "-m", f"benchmarks.{name}", *options.split()]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    table, figures = split(ended.stdout.splitlines())
    print("\n".join([*table, ""]), flush=True)
    with gathered.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in figures)
    return name, f"{time.monotonic() - start:.0f}", str(ended.returncode)


def split(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """What a benchmark printed: its tables, and its line of JSON (benchmarks/report.py)."""
    figures = [line for line in lines if line.startswith('{"benchmark"')]
    return [line for line in lines if line not in figures], figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run every benchmark and gather its figures.",
        epilog="example: python -m benchmarks --only scoring training",
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=QUICK, default=[*QUICK], metavar="NAME",
        help=f"some of {', '.join(QUICK)} (default: all)")  # fmt: skip
    add("--quick", action="store_true", help="as little of each as shows that it runs; its "
        "figures are not worth quoting")  # fmt: skip
    add("--json", type=Path, default=Path("build/benchmarks.jsonl"),
        help="where the figures go (build/benchmarks.jsonl)")  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
