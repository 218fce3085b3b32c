"""The command ``jmed-report``."""

import argparse
import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit status (0 done, 1 unusable input, 2 wrong usage)."""
    try:
        args = _parser().parse_args(argv)
        status = args.run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("jmed-report: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        _drop_output()
        return 1
    except ValueError as error:
        print(f"jmed-report: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        _drop_output()
        where = error.filename or "the output"
        print(
            f"jmed-report: {where}: cannot be read or written ({error.strerror})", file=sys.stderr
        )
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    # Imported here, because numpy and scipy take a second in which Ctrl-C may come.
    from jmed_report import overview, table_command
    from jmed_report.consistency import command as consistency
    from jmed_report.exam import command as exam
    from jmed_report.figures import command as figures
    from jmed_report.responses import command as responses

    parser = argparse.ArgumentParser(
        prog="jmed-report", description="Read the result files that lm-eval writes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (overview, table_command, figures, responses, exam, consistency):
        module.add_commands(commands)
    return parser


def _drop_output() -> None:
    """What is still unwritten would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
