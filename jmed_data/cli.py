"""The command ``jmed-data``."""

import argparse
import sys
from collections.abc import Sequence

from jmed_data.run import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 faults found, 2 wrong usage)."""

    def run() -> int:
        args = _parser().parse_args(argv)
        return args.run(args)

    return run_command("jmed-data", run)


def _parser() -> argparse.ArgumentParser:
    # Imported here, because numpy and scipy take a second in which Ctrl-C may come.
    from jmed_data import check_command, fetch_command
    from jmed_data.commands import DATA, FAULTS, ManualPage, manual
    from jmed_data.describe import command as describe_command
    from jmed_data.generate import command as generate_command
    from jmed_data.overlap import command as overlap_command
    from jmed_data.pairs import command as parse_command

    parser = argparse.ArgumentParser(
        prog="jmed-data",
        description="Prepare the data: fetch and check what an evaluation or a training needs, "
        "make training data from documents, and find exam questions in it. Only fetch uses the "
        "internet; generate calls a model's server, on this machine unless told otherwise.",
        epilog=manual(
            example="jmed-data fetch igakuqa jjsimqa",
            sections={"environment": DATA},
            status=FAULTS,
            see="jmed-data COMMAND --help; docs/prepare.md, docs/tasks.md (the exams)",
        ),
        formatter_class=ManualPage,
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
