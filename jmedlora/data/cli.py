"""The command ``jmed-data``."""

import argparse
import sys
from collections.abc import Sequence

from jmedlora.core.cli.run_command import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 faults found, 2 wrong usage)."""

    def run() -> int:
        args = _parser().parse_args(argv)
        return args.run(args)

    return run_command("jmed-data", run)


def _parser() -> argparse.ArgumentParser:
    # Imported here, because numpy and scipy take a second in which Ctrl-C may come.
    from jmedlora.core.cli.manual_page import DATA, FAULTS, ManualPage, manual
    from jmedlora.data.commands import check, describe, fetch, generate, overlap, parse

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
    for module in (fetch, check, generate, parse, describe, overlap):
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
