"""``jmed-report verify``: every score worked out again from the logged responses."""

import argparse
import sys

from jmedlora.core.cli.command import Command
from jmedlora.core.errors import printable
from jmedlora.report.commands.run_options import add_results

SHOWN = 20
"""Differences of a task that are shown without --all."""


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_results(parser, "RUN")
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"show every difference (default: the first {SHOWN} of each task)",
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.load.results_file import ResultsError
    from jmedlora.report.load.runs import find_runs
    from jmedlora.report.verify.terminal import lines, summary
    from jmedlora.report.verify.verified import can_be_verified, verify_run

    runs = [run for run in find_runs(args.results) if can_be_verified(run)]
    if not runs:
        remedy = "name a run of this project's tasks"
        raise ResultsError(f"{args.results[0]}: holds no task whose scores are known; {remedy}")
    verified = []
    for run in runs:
        verified.append(verify_run(run))
        print("\n".join(lines(verified[-1], None if args.all else SHOWN)))
    print(summary(verified))
    wrong = [run for run in verified if not run.holds]
    for each in wrong:
        print(printable(f"jmed-report: {each.path}: not confirmed by its answers"), file=sys.stderr)
    return 1 if wrong else 0


VERIFY = Command(
    name="verify",
    text="Work out every score again from the logged responses, and say which stored "
    "scores differ. It computes scores of single answers, means, standard errors and pooled "
    "groups with the scoring code of this version. It compares questions and prompts with "
    "the hashes that the run noted. It shows no response.",
    options=_add_options,
    run=_run,
    example="jmed-report verify results",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples",
        "writes": "nothing but the report",
    },
    status={1: "a stored score differs, or answers were not logged, or cannot be read"},
    see="jmed-report table, jmed-report audit; docs/report.md",
)
