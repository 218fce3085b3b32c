"""What a test asks of a command's manual page."""

import argparse
import re
from collections.abc import Iterator


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The subcommands of a parser by name; {} if it has none."""
    found = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The names of the options of a parser and its subcommands."""
    for action in parser._actions:
        yield from action.option_strings
    for each in subparsers(parser).values():
        yield from options_of(each)


def sections(page: str) -> dict[str, list[str]]:
    """The sections of a manual page, by heading, as lines."""
    found = re.split(r"^(\S.*):\n", page, flags=re.MULTILINE)
    return {
        heading: [line for line in text.splitlines() if line.strip()]
        for heading, text in zip(found[1::2], found[2::2], strict=True)
    }
