"""``jmed-report recite``: which training records a model recites, and what it learnt by heart."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.arguments import bounded_number, positive, whole
from jmedlora.core.cli.command import Command

SHOWN = 5
LEAST = 100
"""If none of so many comes out, 3.7 % of all may (95 %)."""


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="a folder given to lm_eval as --output_path, or a results_*.json, of the tasks "
        "jmed_recite and jmed_recite_canaries; of the base as well",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write all of it as one page")
    parser.add_argument(
        "--show",
        type=whole,
        default=SHOWN,
        metavar="N",
        help=f"so many records of each model in the terminal, worst first (default: {SHOWN})",
    )
    parser.add_argument(
        "--fail-above",
        type=bounded_number(lambda value: 0 <= value <= 1, "a share from 0 to 1"),
        metavar="SHARE",
        help="exit with status 1 if more than this share of a model's trained records asked come "
        "out, verbatim, nearly or within an answer, such as 0 or 0.01",
    )
    parser.add_argument(
        "--least",
        type=positive,
        default=LEAST,
        metavar="N",
        help="with --fail-above, exit with status 1 also if fewer than N of a model's training "
        f"records were asked, where there are more (default: {LEAST})",
    )
    parser.add_argument(
        "--format",
        choices=["text", "json"],
        default="text",
        help="json: a list with one object a model (default: text)",
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.recite.page import json_text, page
    from jmedlora.report.recite.recitals import read_recitals
    from jmedlora.report.recite.recited import recited, require_below
    from jmedlora.report.recite.terminal import lines

    models = recited(read_recitals(args.runs))
    if args.html:  # before anything is printed: the reader of a pipe may leave early
        write_file(args.html, page(models), private=True)
    if args.format == "json":
        print(json_text(models), end="")
    else:
        print(*lines(models, args.show), *([args.html] if args.html else []), sep="\n")
    if args.fail_above is not None:
        require_below(models, args.fail_above, args.least)
    return 0


RECITE = Command(
    name="recite",
    text="Show which training records a model recites, worst first, and what it learnt by "
    "heart. It compares each model with its base, and trained records with held-out ones, "
    "with intervals and paired tests. Canaries have their exposure. The page holds "
    "training records: keep it where they lie.",
    options=_add_options,
    run=_run,
    example="jmed-report recite results/base results/adapter --html recite.html --fail-above 0",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples; the run cards of the "
        "models and their bases",
        "writes": "with --html: one page, no script in it; else nothing but the report",
    },
    status={
        1: "with --fail-above more comes out of a model than that, too few of its records were "
        "asked, or its run card does not say that they are its own; a run cannot be used, or the "
        "page cannot be written"
    },
    see="jmed-data canaries, jmed-train merge; docs/recite.md",
)
