"""``jmed-data overlap``: which exam questions stand in a training file."""

import argparse

from jmedlora.core.cli.command import Command
from jmedlora.data.overlap.options import add_options
from jmedlora.exams.cache import ENVIRONMENT


def _run(args: argparse.Namespace) -> int:
    from jmedlora.data.overlap.run import find_overlap

    return find_overlap(args)


OVERLAP = Command(
    name="overlap",
    text="Find exam questions in training records or pretraining texts, however large the "
    "file. It looks at a record more closely if they share enough character 3-grams, and "
    "then takes rapidfuzz's partial ratio. Punctuation and space do not count. It does "
    "not find translations, other words and most fragments.",
    options=add_options,
    run=_run,
    example="jmed-data overlap data/train.jsonl --exam igakuqa jjsimqa --out overlap "
    "--drop data/train.clean.jsonl",
    sections={
        "reads": "one record at a time, so that a file may be larger than memory",
        "writes": "--out: hits.jsonl (every pair found), overlap.html (to look at), "
        "summary.json\n--drop: the training file without the records found\n--exclude-list: "
        "the questions found, for the tasks to leave out",
        "environment": ENVIRONMENT,
    },
    status={
        1: "with --fail-on-hit a question was found; input cannot be used, or output cannot be "
        "written"
    },
    see="docs/prepare.md, Overlap: how it decides, what it finds and what it does not",
)
