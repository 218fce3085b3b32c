"""``jmed-data describe``: what a training file holds, in numbers and a histogram."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import dump
from jmedlora.core.cli.command import Command
from jmedlora.core.errors import FileError, UserError
from jmedlora.data.describe.profile import Profile, read_profile
from jmedlora.data.describe.profile_report import profile_lines, profile_record
from jmedlora.data.describe.token_profile import (
    DEFAULT_LIMIT,
    TokenProfile,
    bare_plan,
    count_tokens,
)
from jmedlora.data.recipe import DataPlan, read_recipe
from jmedlora.models.base_model import load_tokenizer


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what to describe")
    parser.add_argument(
        "--for",
        dest="use",
        choices=["train", "pretrain"],
        help="what it is (default: the recipe's, or as its fields say)",
    )
    parser.add_argument(
        "--recipe",
        type=Path,
        metavar="YML",
        help="count tokens as this recipe trains: its prompt, its limits, its base's tokenizer",
    )
    parser.add_argument(
        "--tokenizer",
        metavar="DIR",
        help="a model folder to take the tokenizer from; without --recipe the bare fields count",
    )
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="tokens of a prompt, an answer or a text, without --recipe (default: "
        f"{DEFAULT_LIMIT})",
    )
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="json: a list, one object a file"
    )


def _describe(args: argparse.Namespace) -> int:
    plan = read_recipe(args.recipe) if args.recipe else None
    _check(args, plan)
    use = args.use or (plan.kind if plan else None)
    count = _counter(plan, args.tokenizer, args.limit or DEFAULT_LIMIT)
    counted_by = " and ".join(str(each) for each in (args.recipe, args.tokenizer) if each)
    records, faulty = [], 0
    for path in args.files:
        try:
            profile = read_profile(path, use)
            tokens = count(profile)
        except FileError as error:
            faulty += 1
            print(error, file=sys.stderr)
            continue
        if args.format == "json":
            records.append(profile_record(profile, tokens))
        else:
            encoding = sys.stdout.encoding or "utf-8"
            print(*profile_lines(profile, tokens, counted_by, encoding=encoding), "", sep="\n")
    if args.format == "json":
        print(dump(records), end="")
    return 1 if faulty else 0


def _check(args: argparse.Namespace, plan: DataPlan | None) -> None:
    """Raises UserError for options that do not go together."""
    if plan and args.use not in (None, plan.kind):
        raise UserError(f"{args.recipe} trains on --for {plan.kind}, not on --for {args.use}")
    if args.limit is None:
        return
    if plan:
        raise UserError(f"--limit {args.limit}: {args.recipe} has limits of its own; leave it out")
    if not args.tokenizer:
        raise UserError(f"--limit {args.limit} counts tokens; add --tokenizer DIR")
    if args.limit < 1:
        raise UserError(f"--limit {args.limit}: give a number of tokens above 0")


def _counter(
    plan: DataPlan | None, tokenizer_from: str | None, limit: int
) -> Callable[[Profile], TokenProfile | None]:
    """Counts a file's tokens, if a recipe or a tokenizer was given."""
    if not plan and not tokenizer_from:
        return lambda _: None
    tokenizer: Any = load_tokenizer(tokenizer_from or (plan.base_model if plan else ""))
    return lambda profile: count_tokens(profile, plan or bare_plan(profile.kind, limit), tokenizer)


DESCRIBE = Command(
    name="describe",
    text="Show what training files hold: records, gaps, repetitions, lengths, a histogram. It "
    "counts instruction records or pretraining texts (.jsonl) in characters. With "
    "--recipe or --tokenizer it also counts tokens, and what is longer than the limit. It "
    "refuses no record.",
    options=_add_options,
    run=_describe,
    example="jmed-data describe data/train.jsonl --recipe recipes/opencalm7b.yml",
    sections={
        "reads": "instruction, output and input, or text, of each line; with --recipe its "
        "prompt and limits, and the tokenizer of its base_model",
        "writes": "nothing",
    },
    status={1: "a file cannot be read"},
    see="jmed-data check, which refuses what training would refuse; docs/prepare.md",
)
