"""The command ``jmed-report``."""

import argparse
import os
import sys
from collections.abc import Sequence

from jmed_report import overview, table_command
from jmed_report.consistency import command as consistency
from jmed_report.exam import command as exam
from jmed_report.figures import command as figures
from jmed_report.responses import command as responses
from jmed_report.results import ResultsError

INTERRUPTED = 130
COMMANDS = (overview, table_command, figures, responses, exam, consistency)
"""The modules that bring a subcommand: each has ``add_commands(commands)``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 unusable input, 2 wrong usage)."""
    args = _parser().parse_args(argv)
    try:
        return args.run(args)
    except (ResultsError, ValueError) as error:
        print(f"jmed-report: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("jmed-report: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jmed-report", description="Read the result files that lm-eval writes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
