"""How every subcommand of ``jmed-data`` is added to its parser."""

import argparse
from collections.abc import Callable


def add_command(
    commands: argparse._SubParsersAction,
    run: Callable[[argparse.Namespace], int],
    name: str,
    text: str,
    *,
    example: str,
) -> argparse.ArgumentParser:
    """A subcommand whose one-line help is the first sentence of ``text``."""
    first, _, _ = text.partition(". ")
    parser = commands.add_parser(name, help=first, description=text, epilog=f"example: {example}")
    parser.set_defaults(run=run)
    return parser
