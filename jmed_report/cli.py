"""The command ``jmed-report``."""

import argparse
import sys
from collections.abc import Sequence

from jmed_data.run import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 unusable input, 2 wrong usage)."""

    def run() -> int:
        args = _parser().parse_args(argv)
        return args.run(args)

    return run_command("jmed-report", run)


def _parser() -> argparse.ArgumentParser:
    # Imported here, because numpy and scipy take a second in which Ctrl-C may come.
    from jmed_data.commands import DATA, ManualPage, manual
    from jmed_report import overview, table_command
    from jmed_report.consistency import command as consistency
    from jmed_report.exam import command as exam
    from jmed_report.figures import command as figures
    from jmed_report.responses import command as responses

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
    for module in (overview, table_command, figures, responses, exam, consistency):
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
