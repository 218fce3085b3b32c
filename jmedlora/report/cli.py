"""The command ``jmed-report``."""

import argparse
import sys
from collections.abc import Sequence

from jmedlora.core.cli.run_command import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 unusable input, 2 wrong usage)."""

    def run() -> int:
        args = _parser().parse_args(argv)
        return args.run(args)

    return run_command("jmed-report", run)


def _parser() -> argparse.ArgumentParser:
    # Imported here, because numpy and scipy take a second in which Ctrl-C may come.
    from jmedlora.core.cli.manual_page import DATA, ManualPage, manual
    from jmedlora.report.commands import consistency, exam, plot, responses, scores, table

    parser = argparse.ArgumentParser(
        prog="jmed-report",
        description="Read the result files that lm-eval writes: scores, tables, curves, pages and "
        "verdicts. Loads no model and needs no network.",
        epilog=manual(
            example="jmed-report table results --out report",
            sections={"environment": DATA},
            see="jmed-report COMMAND --help; docs/report.md, docs/metrics.md",
        ),
        formatter_class=ManualPage,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (scores, table, plot, responses, exam, consistency):
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
