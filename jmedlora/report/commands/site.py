"""``jmed-report site``: everything that the reports say of some runs, as one page to look at."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.command import Command
from jmedlora.exams.cache import ENVIRONMENT
from jmedlora.report.commands.run_options import (
    add_run_options,
    add_statistics_options,
    add_verify_option,
)


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_run_options(parser, "; or published answers to an examination, as jmed-report exam reads")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", required=True, help="folder for the page, index.html"
    )
    parser.add_argument(
        "--without-texts",
        action="store_true",
        help="leave out the texts of questions, choices and answers: for a page to pass on",
    )
    parser.add_argument(
        "--overlap",
        type=Path,
        metavar="FOLDER",
        help="show what jmed-data overlap found in a training text (its --out)",
    )
    parser.add_argument(
        "--recite",
        type=Path,
        metavar="FILE",
        help="show what models recite of runs that lie elsewhere: what jmed-report recite "
        "--format json printed",
    )
    add_verify_option(parser)
    add_statistics_options(parser)


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.site.content import Options, content
    from jmedlora.report.site.inputs import read_inputs
    from jmedlora.report.site.overlap_data import read_overlap
    from jmedlora.report.site.page import FILE_NAME, page
    from jmedlora.report.site.recite_data import read_recited

    overlap = read_overlap(args.overlap) if args.overlap else None
    recited = read_recited(args.recite) if args.recite else ()
    options = Options(not args.without_texts, args.verify, args.seed, args.resamples)
    shown = content(read_inputs(args.results, args.labels), overlap, recited, options)
    path = args.out / FILE_NAME
    write_file(path, page(shown))
    print(path)
    return 0


SITE = Command(
    name="site",
    text="Write one page that shows everything: scores with intervals, learning curves, verdicts "
    "on examinations, categories, consistency, and every question with all answers. It is one "
    "file that opens in a browser without a network and loads nothing. It holds the exam's "
    "questions: mind its terms before passing it on, or leave them out (--without-texts).",
    options=_add_options,
    run=_run,
    example="jmed-report site results --out site",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples\n"
        "run_card.json or trainer_state.json beside an adapter, for names and steps\n"
        "published answers to an examination, as jmed-report exam reads them\n"
        "with --overlap: summary.json of jmed-data overlap\n"
        "with --recite: the list of jmed-report recite --format json",
        "writes": "index.html in the folder --out, with all data and programs in it",
        "environment": ENVIRONMENT,
    },
    see="jmed-report table, jmed-report responses; docs/site.md",
)
