"""``jmed-data sample-pairs``: pairs for a physician to judge on one page, and what came of it."""

import argparse
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.cli.arguments import positive, whole
from jmedlora.core.cli.command import Command


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="what generate had as --out")
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--out", type=Path, metavar="FILE", help="the page to write")
    task.add_argument(
        "--verdicts", type=Path, metavar="FILE", help="what the page saved, to be reported"
    )
    parser.add_argument("--pairs", type=positive, default=50, help="pairs to draw (default: 50)")
    parser.add_argument("--seed", type=whole, default=0, help="seed of the draw (default: 0)")


def _run(args: argparse.Namespace) -> int:
    from jmedlora.data.pairs.board_page import write_board_page
    from jmedlora.data.pairs.sample import file_digests, read_pairs, render_page
    from jmedlora.data.pairs.verdicts import read_verdicts, verdict_lines

    pairs = read_pairs(args.folder)
    files = file_digests(args.folder)
    if args.verdicts:
        verdicts = read_verdicts(args.verdicts, pairs, files)
        print(*verdict_lines(verdicts), sep="\n")
        print(f"for a review board: {write_board_page(args.folder, verdicts)}")
        return 0
    write_file(args.out, render_page(pairs, args.pairs, args.seed, files), private=True)
    print(f"{args.out}: {min(args.pairs, len(pairs))} of {len(pairs)} pairs")
    return 0


SAMPLE_PAIRS = Command(
    name="sample-pairs",
    text="Draw pairs at random for a physician to judge on one HTML page, which works without a "
    "network; and report the verdicts that the page saved, with Wilson's interval.",
    options=_add_options,
    run=_run,
    example="jmed-data sample-pairs data/generated --out judge.html",
    sections={
        "reads": "train.jsonl, eval.jsonl and provenance.jsonl in DIR; with --verdicts what the "
        "page saved",
        "writes": "--out: the page, with the sentences of the source that hold each answer best\n"
        "pairs.html in DIR, with --verdicts: how every pair came about, and what was judged",
    },
    status={1: "a file cannot be used, or the page cannot be written"},
    see="jmed-data generate, jmed-data parse; docs/prepare.md",
)
