"""The command ``jmed-data``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from jmed_data.exam_file import read_exam
from jmed_data.exams import load_exam
from jmed_data.faults import ExamError
from jmed_data.fetch import FetchError, fetch, read_manifest
from jmed_data.model_folder import check_model, is_adapter
from jmed_data.sources import locate

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 faults found, 2 wrong usage)."""
    args = _parser().parse_args(argv)
    try:
        return args.run(args)
    except (FetchError, ValueError) as error:
        print(f"jmed-data: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("jmed-data: interrupted; run the same command again to go on", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jmed-data",
        description="Fetch and check what an evaluation needs.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fetch(commands)
    _add_where(commands)
    _add_check(commands)
    _add_check_model(commands)
    return parser


def _add_fetch(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "fetch",
        help="download published exams into the cache",
        description="Download published exams into the cache, pinned and checked by SHA-256. "
        "This is the only part of the evaluation that needs a network.",
        epilog="example: jmed-data fetch igakuqa jjsimqa",
    )
    parser.add_argument("exams", nargs="+", choices=sorted(read_manifest()), metavar="EXAM",
                        help="igakuqa or jjsimqa")  # fmt: skip
    parser.add_argument("--mirror", metavar="URL",
                        help="address to fetch from in place of the public repository")  # fmt: skip
    parser.add_argument("--dest", type=Path, metavar="DIR",
                        help="folder to fill in place of the cache")  # fmt: skip
    parser.set_defaults(run=_fetch)


def _add_check(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "check",
        help="check exam files of your own",
        description="Check exam files (.jsonl or .csv) against the schema and print every fault: "
        "file, line, problem_id, value, remedy. Exit status 1 if there is one.",
        epilog="example: jmed-data check exam.jsonl",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .jsonl or .csv exam")
    parser.set_defaults(run=_check)


def _add_where(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "where",
        help="print where published exams lie",
        description="Print which copy of a published exam the tasks would ask: the folder in "
        "$JMED_DATA, else the cache. Exit status 1 if it is in neither.",
        epilog="example: jmed-data where igakuqa jjsimqa",
    )
    parser.add_argument("exams", nargs="+", choices=sorted(read_manifest()), metavar="EXAM",
                        help="igakuqa or jjsimqa")  # fmt: skip
    parser.set_defaults(run=_where)


def _add_check_model(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "check-model",
        help="check a model folder before a long run",
        description="Check that a folder holds a complete model or LoRA adapter: configuration, "
        "tokenizer, safetensors of full length, no pickle, no code of its own. Loads nothing.",
        epilog="example: jmed-data check-model models/open-calm-7b out/checkpoint-1000",
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a model or adapter")
    parser.set_defaults(run=_check_model)


def _fetch(args: argparse.Namespace) -> int:
    manifest = read_manifest()
    for exam in args.exams:
        print(manifest[exam].notice)
        folder = fetch(manifest[exam], mirror=args.mirror, dest=args.dest)
        print(f"{exam}: {folder}")
    return 0


def _where(args: argparse.Namespace) -> int:
    for exam in args.exams:
        place = locate(exam)
        questions = len(load_exam(exam).items)
        print(f"{exam}: {place.root} ({place.source}), {questions} questions")
    return 0


def _check_model(args: argparse.Namespace) -> int:
    faulty = 0
    for folder in args.folders:
        faults = check_model(folder)
        faulty += bool(faults)
        print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
        if not faults:
            kind = "a LoRA adapter" if is_adapter(folder) else "a model"
            print(f"{folder}: {kind}, no fault")
    return 1 if faulty else 0


def _check(args: argparse.Namespace) -> int:
    faulty = 0
    for path in args.files:
        try:
            items = read_exam(path)
        except ExamError as error:
            faulty += 1
            print(*error.faults, sep="\n", file=sys.stderr)
        else:
            print(f"{path}: {len(items)} questions, no fault")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
