"""``jmed-data parse``: training files from raw responses, as often as you like, without calls."""

import argparse
import sys
from pathlib import Path

from jmedlora.core.cli.arguments import TakesArguments, bounded_number
from jmedlora.core.cli.command import Command
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.lock import locked
from jmedlora.data.generate.response_store import RESPONSES_FILE
from jmedlora.data.pairs.dataset_card import Summary, summary_lines
from jmedlora.data.pairs.select_pairs import (
    DEFAULT_EVAL_SHARE,
    DEFAULT_SIMILARITY,
    LANGUAGES,
    ParseSettings,
)
from jmedlora.data.pairs.training_files import write_training_files


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="what generate had as --out")
    add_parse_options(parser)


def add_parse_options(group: TakesArguments) -> None:
    """Adds the options that ``settings_of`` reads to a parser or a group of one."""
    group.add_argument(
        "--language",
        choices=LANGUAGES,
        default="prompt",
        help="drop pairs in another language than this (default: prompt, which is that of the "
        "built-in prompt, and any for a prompt of your own)",
    )
    group.add_argument(
        "--near-duplicate",
        type=bounded_number(lambda x: 0 < x <= 1, "a number above 0, to 1, such as 0.8"),
        default=DEFAULT_SIMILARITY,
        metavar="SHARE",
        help="drop a pair that shares this much of its character 5-grams (Jaccard) with an earlier "
        f"one; 1 drops exact repetitions only (default: {DEFAULT_SIMILARITY})",
    )
    group.add_argument(
        "--eval-share",
        type=bounded_number(lambda x: 0 <= x < 1, "a number from 0 to below 1, such as 0.02"),
        default=DEFAULT_EVAL_SHARE,
        metavar="SHARE",
        help="share of the chunks that go to eval.jsonl with all their pairs; with 0 there is no "
        f"such file (default: {DEFAULT_EVAL_SHARE})",
    )


def settings_of(args: argparse.Namespace) -> ParseSettings:
    """The settings that the options of ``add_parse_options`` gave."""
    return ParseSettings(args.language, args.near_duplicate, args.eval_share)


def make_training_files(args: argparse.Namespace, folder: Path) -> None:
    """Makes the training files of ``folder`` and its page for a review board, and prints both."""
    from jmedlora.data.pairs.board_page import write_board_page

    _print_summary(write_training_files(folder, settings_of(args)))
    print(f"for a review board: {write_board_page(folder)}")


def _print_summary(summary: Summary) -> None:
    """Prints the numbers of a run; that a line was half-written goes to standard error."""
    if summary.half_written:
        print(
            f"{summary.folder / RESPONSES_FILE}:{summary.half_written}: half-written, not read; "
            "jmed-data generate asks for it again",
            file=sys.stderr,
        )
    print(*summary_lines(summary), sep="\n")


def _parse(args: argparse.Namespace) -> int:
    responses = args.folder / RESPONSES_FILE
    if not responses.is_file():  # before a lock makes a folder of a slip of the pen
        what, remedy = "is not there", "give the folder that jmed-data generate had as --out"
        raise FileError([Fault(responses, None, None, what, remedy)])
    with locked(args.folder):
        make_training_files(args, args.folder)
    return 0


PARSE = Command(
    name="parse",
    text="Make training files from the raw responses that generate wrote. It makes no calls, "
    "and you can repeat it. It prints how many pairs each rule read.",
    options=_add_options,
    run=_parse,
    example="jmed-data parse data/generated --near-duplicate 0.7 --eval-share 0.05",
    sections={
        "reads": "responses.jsonl in DIR",
        "writes": "train.jsonl and eval.jsonl: the pairs\nprovenance.jsonl: where each pair "
        "comes from\nrejected.jsonl: what was not used, and why\ncard.md: the numbers\n"
        "pairs.html: how every pair came about, for a review board to sign",
    },
    status={1: "no pair can be used, or the folder cannot be read or written"},
    see="jmed-data generate, jmed-data describe; docs/prepare.md",
)
