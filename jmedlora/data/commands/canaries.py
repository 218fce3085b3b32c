"""``jmed-data canaries``: random marked records, put into a copy of a training file."""

import argparse
import secrets
from pathlib import Path

from jmedlora.core.cli.arguments import positive, whole
from jmedlora.core.cli.command import Command

MOST_REPETITIONS = 100
REPETITIONS = (1, 3, 10, 30)
REFERENCES = 255
"""An exposure is then 8 bits at most."""


def _repetitions(text: str) -> int:
    value = positive(text)
    if value > MOST_REPETITIONS:
        raise argparse.ArgumentTypeError(f"'{value}': give at most {MOST_REPETITIONS}")
    return value


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the training file")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="COPY", help="the copy to write, with canaries"
    )
    parser.add_argument(
        "--add", type=positive, required=True, metavar="N", help="how many different canaries"
    )
    parser.add_argument(
        "--repeat",
        type=_repetitions,
        nargs="+",
        default=REPETITIONS,
        metavar="TIMES",
        help="how often each stands in the copy, dealt to the canaries in turn, 1 to "
        f"{MOST_REPETITIONS} (default: {' '.join(map(str, REPETITIONS))})",
    )
    parser.add_argument(
        "--references",
        type=positive,
        default=REFERENCES,
        metavar="N",
        help="canaries that are trained nowhere, against which exposure is measured: at most "
        f"log2(N + 1) bits (default: {REFERENCES})",
    )
    parser.add_argument(
        "--for",
        dest="kind",
        choices=("train", "pretrain"),
        default="train",
        help="what the file is trained for (default: train)",
    )
    parser.add_argument(
        "--seed", type=whole, metavar="N", help="seed of the draw (default: a new one, noted in "
        "the manifest)"
    )  # fmt: skip


def _run(args: argparse.Namespace) -> int:
    from jmedlora.data.canaries.insert import Wanted, add_canaries
    from jmedlora.data.canaries.manifest import manifest_beside

    seed = secrets.randbelow(10**9) if args.seed is None else args.seed
    wanted = Wanted(args.add, tuple(dict.fromkeys(args.repeat)), args.references, seed)
    manifest = add_canaries(args.file, args.out, args.kind, wanted)
    marked, added = manifest.marked, sum(wanted.times)
    share = added / marked.records
    print(f"{args.out}: {marked.records} records, {added} of them canaries ({share:.0%})")
    print(f"{manifest_beside(args.out)}: the manifest, for the task jmed_recite_canaries")
    return 0


CANARIES = Command(
    name="canaries",
    text="Put random marked sentences into a copy of a training file, one to 100 times each. A "
    "model that was trained on the copy is then asked how well it knows them (the task "
    "jmed_recite_canaries, jmed-report recite). This measures memory without a patient's "
    "record. Do not share a model that was trained on the copy.",
    options=_add_options,
    run=_run,
    example="jmed-data canaries data/train.jsonl --add 16 --out data/train.marked.jsonl",
    sections={
        "reads": "the training file; it is not changed",
        "writes": "--out: the copy; beside it, as NAME.canaries.json, the manifest: the canaries, "
        "their lines, the references, the seed and the SHA-256 of both files",
    },
    status={1: "the file cannot be used or holds canaries already, or a file cannot be written"},
    see="jmed-report recite; docs/recite.md",
)
