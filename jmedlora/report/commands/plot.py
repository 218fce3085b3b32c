"""``jmed-report plot``: scores against training steps, as figures for a paper."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.manual_page import add_command
from jmedlora.report.commands.run_options import add_run_options, add_statistics_options
from jmedlora.report.compare.comparison import read_columns, table_of
from jmedlora.report.compare.table import Table
from jmedlora.report.figures.captions import WORDS, Words
from jmedlora.report.figures.curves import Picture, labels, pictures
from jmedlora.report.load.results import PROTOCOLS, ResultsError

SHOWN = 10
"""Characters that a message names, of those that no font has."""
SCORES = tuple(score for protocol in PROTOCOLS.values() for score in protocol.scores)
"""Drawn unless --metric says otherwise: the scores of this project's tasks."""


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Adds the subcommand to the parser."""
    parser = add_command(
        commands,
        _run,
        "plot",
        "Draw scores against training steps, as PNG and SVG. One curve a model, with its 95 % "
        "interval and the chance level, a panel for each number of worked examples.",
        example="jmed-report plot results --out figures --language ja",
        sections={
            "reads": "results_*.json, and beside it the samples of --log_samples\n"
            "run_card.json or trainer_state.json beside an adapter, for names and steps",
            "writes": "into --out: a PNG and an SVG for each exam and score, which it names",
        },
        see="jmed-report table; docs/report.md",
    )
    add_run_options(parser)
    parser.add_argument(
        "--out", type=Path, default=Path(), help="folder for the figures (default: this one)"
    )
    parser.add_argument(
        "--metric",
        action="append",
        help="a score to draw, such as accuracy; may be repeated (default: all of our tasks)",
    )
    parser.add_argument("--pooled", action="store_true", help="the paper's exams as one")
    parser.add_argument("--language", choices=["en", "ja"], default="en", help="of the labels")
    add_statistics_options(parser)


def _run(args: argparse.Namespace) -> int:
    _check_matplotlib()
    found = read_columns(args.results, args.labels)
    table = table_of(found, pooled=args.pooled, by=None, seed=args.seed, resamples=args.resamples)
    drawn, left_out = pictures(table, _metrics(table, args.metric))
    for line in (*table.warnings, *left_out):
        print(f"jmed-report: {line}", file=sys.stderr)
    if not drawn:
        raise ResultsError("nothing to draw: no score of a model whose steps are known")
    _write(drawn, args.language, args.out)
    return 0


def _check_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ResultsError("plot needs matplotlib; run: pip install 'jmedlora[report]'") from error


def _metrics(table: Table, given: list[str] | None) -> set[str]:
    """The metrics to draw. Raises ResultsError for one that these runs do not have."""
    known = {row.metric.removesuffix(",none"): row.metric for s in table.sections for row in s.rows}
    for name in given or ():
        if name not in known:
            raise ResultsError(
                f"--metric {name}: no such score in these runs; they have {', '.join(known)}"
            )
    return {known[name] for name in given} if given else set(SCORES)


def _write(drawn: list[Picture], language: str, folder: Path) -> None:
    from jmedlora.report.figures.drawing import file_stem, looks, render

    words, families = _language(drawn, language)
    styles = looks(labels(drawn))
    used: Counter[str] = Counter()
    for picture in drawn:
        stem = file_stem(picture)
        used[stem.casefold()] += 1
        again = used[stem.casefold()]  # two exams may differ only in what a file name cannot hold
        for suffix, content in render(picture, styles, words, families).items():
            path = folder / f"{stem}{f'-{again}' if again > 1 else ''}.{suffix}"
            write_file(path, content)
            print(path)


def _language(drawn: list[Picture], language: str) -> tuple[Words, list[str]]:
    """The words, and the fonts that can write them; English ones where none writes Japanese."""
    from jmedlora.report.figures.drawing import texts
    from jmedlora.report.figures.fonts import DEFAULT, families, missing

    for name in dict.fromkeys((language, "en")):
        words = WORDS[name]
        text = "".join(texts(picture, words) for picture in drawn)
        if found := families(text):
            return words, found
        what = "labels are in English" if name == "ja" else "they are shown as boxes"
        print(
            f"jmed-report: no installed font has the characters {missing(text)[:SHOWN]}: {what}; "
            "install one, such as the package fonts-noto-cjk",
            file=sys.stderr,
        )
    return words, [DEFAULT]
