"""The options of ``jmed-data overlap``."""

import argparse
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from jmedlora.core.cli.arguments import positive
from jmedlora.core.errors import UserError
from jmedlora.data.overlap.thresholds import Thresholds

DEFAULT_EXAMS = ["igakuqa", "jjsimqa"]
DEFAULT_THRESHOLDS = Thresholds()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the files, the exams, what is written, and the thresholds."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="TRAIN", help="instruction records or texts, .jsonl"
    )
    parser.add_argument(
        "--exam",
        nargs="+",
        default=DEFAULT_EXAMS,
        metavar="EXAM",
        help="names of exams, or files of your own, .jsonl or .csv (default: igakuqa jjsimqa)",
    )
    _add_outputs(parser)
    _add_thresholds(parser)


def thresholds_from(args: argparse.Namespace) -> Thresholds:
    """The thresholds that the options ask for. Raises UserError for --sure below --containment."""
    if args.sure < args.containment:
        what = f"--sure {args.sure:g}: is below --containment {args.containment:g}"
        raise UserError(f"{what}; give --sure at least as much, or --containment less")
    return Thresholds(**{each.name: getattr(args, each.name) for each in fields(Thresholds)})


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for hits.jsonl, overlap.html and summary.json",
    )
    parser.add_argument(
        "--drop",  # as text: a Path would lose the "/" that makes it a folder
        metavar="FILE_OR_DIR",
        help="write the training file without the records that hold a question; for several "
        "files a folder, DIR/",
    )
    parser.add_argument(
        "--exclude-list",
        type=Path,
        metavar="FILE",
        help='write the problem_ids found, for --metadata \'{"exclude": "FILE"}\' of lm_eval',
    )
    parser.add_argument(
        "--fail-on-hit", action="store_true", help="exit status 1 if a question is found"
    )


def _add_thresholds(parser: argparse.ArgumentParser) -> None:
    share, percent = _number_between(0, 1), _number_between(0, 100)
    for name, kind, text in (
        ("--containment", share, "share of a question's 3-grams that a record must hold"),
        (
            "--sure",
            share,
            "share of a question with its choices from which the order does not matter",
        ),
        ("--ratio", percent, "partial ratio of a question with its choices"),
        ("--stem-ratio", percent, "partial ratio of a stem alone or with its answer"),
        (
            "--min-stem",
            positive,
            "characters from which a stem is looked for alone; 3 Latin ones count as 1",
        ),
        ("--choices", share, "share of the 3-grams within the choices, for choices alone"),
        (
            "--parts",
            share,
            "share of a question's runs of 13 characters, for parts in a record and its neighbour",
        ),
    ):
        default = getattr(DEFAULT_THRESHOLDS, name[2:].replace("-", "_"))
        help_text = f"{text} (default: {default:g})"
        parser.add_argument(name, type=kind, default=default, metavar="N", help=help_text)


def _number_between(least: float, most: float) -> Callable[[str], float]:
    """A number above ``least`` and up to ``most``."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = least
        if not least < value <= most:  # false for nan, too
            raise argparse.ArgumentTypeError(f"'{text}': give a number above {least} up to {most}")
        return value

    return number
