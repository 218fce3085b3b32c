"""The command ``jmed-data``."""

import argparse
import sys
from collections.abc import Sequence

from jmed_data import check_command, fetch_command
from jmed_data.describe import command as describe_command
from jmed_data.fetch import FetchError
from jmed_data.generate import command as generate_command
from jmed_data.overlap import command as overlap_command
from jmed_data.pairs import command as parse_command

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
        description="Prepare the data: fetch and check what an evaluation or a training needs.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (
        fetch_command,
        check_command,
        generate_command,
        parse_command,
        describe_command,
        overlap_command,
    ):
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
