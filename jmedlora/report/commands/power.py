"""``jmed-report power``: how small a difference between two models some questions can show."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.atomic_write import dump
from jmedlora.core.cli.arguments import bounded_number, positive
from jmedlora.core.cli.command import Command
from jmedlora.core.errors import UserError

if TYPE_CHECKING:
    from jmedlora.report.compare.power_plan import Pair

share = bounded_number(lambda value: 0 < value <= 1, "a share above 0 and up to 1, such as 0.3")
part = bounded_number(lambda value: 0 <= value <= 1, "a share from 0 to 1, such as 0.5")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "results",
        nargs="*",
        type=Path,
        metavar="RESULTS",
        help="folders or results_*.json of two or more models, whose discordance is taken",
    )
    parser.add_argument("--labels", type=Path, metavar="YML", help="as for jmed-report table")
    parser.add_argument("--questions", type=positive, nargs="+", help="how many, without RESULTS")
    parser.add_argument(
        "--discordance",
        type=share,
        nargs="+",
        metavar="SHARE",
        help="share of the questions that only one of the two answers rightly, without RESULTS",
    )
    parser.add_argument(
        "--difference", type=share, metavar="SHARE", help="how many questions would show this one"
    )
    parser.add_argument(
        "--tests", type=positive, default=1, help="how many tests Holm corrects for (default: 1)"
    )
    parser.add_argument(
        "--repeats", type=positive, default=1, help="samples a question (default: 1)"
    )
    parser.add_argument(
        "--within",
        type=part,
        metavar="SHARE",
        help="share of the variance of one sample's differences that comes from sampling: repeats "
        "lessen it",
    )
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="json: an object a pair"
    )


def _run(args: argparse.Namespace) -> int:
    from jmedlora.report.compare.power_plan import Wanted, power
    from jmedlora.report.render.power import print_power

    if args.repeats > 1 and args.within is None:
        raise UserError(
            f"--repeats {args.repeats}: give --within too; how much of the variance is sampling "
            "cannot be told from one sample a question"
        )
    wanted = Wanted(args.difference, args.tests, args.repeats, args.within)
    found = [power(pair, wanted) for pair in _pairs(args)]
    if args.format == "json":
        print(dump({"wanted": asdict(wanted), "pairs": [asdict(each) for each in found]}), end="")
    else:
        print_power(found, wanted)
    return 0


def _pairs(args: argparse.Namespace) -> "list[Pair]":
    """The pairs of the runs, or the assumed ones. Raises UserError for neither and for both."""
    from jmedlora.report.compare.comparison import read_columns
    from jmedlora.report.compare.power_plan import Pair, observed_pairs

    if bool(args.results) == bool(args.questions or args.discordance):
        raise UserError("give either RESULTS, or --questions and --discordance")
    if args.results:
        found = observed_pairs(read_columns(args.results, args.labels))
        if not found:
            raise UserError("these runs hold no two models with a right-or-wrong score in common")
        return found
    if not (args.questions and args.discordance):
        raise UserError("--questions and --discordance need each other")
    return [Pair("assumed", n, share) for n in args.questions for share in args.discordance]


POWER = Command(
    name="power",
    text="Show how small a difference between two models a number of questions can show. The "
    "power is 80 %, and the test is the paired one of jmed-report table, alone and "
    "corrected for several tests. The discordance is that of runs, or one that you "
    "assume. With --difference it says how many questions or samples show that "
    "difference.",
    options=_add_options,
    run=_run,
    example="jmed-report power --questions 459 1455 --discordance 0.25 0.35 --tests 12",
    sections={
        "reads": "results_*.json, and beside it the samples of --log_samples",
        "writes": "nothing but the report",
    },
    see="jmed-report table; docs/report.md, What a comparison can show",
)
