"""What the subcommands have in common: how they are added to a parser, and numbers as options."""

import argparse
from collections.abc import Callable

DIGITS = 9
"""Of a number at most: more is a slip, and would overflow a clock."""


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


def whole(text: str) -> int:
    """A whole number from 0. Raises ArgumentTypeError."""
    return _number(text, least=0)


def positive(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    return _number(text, least=1)


def _number(text: str, *, least: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) >= least):
        raise argparse.ArgumentTypeError(f"'{text[:20]}': give a whole number from {least}")
    return int(text)
