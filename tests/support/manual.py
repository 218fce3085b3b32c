"""What a test asks of a command's manual page."""

import argparse
import contextlib
import io
import re

from jmedlora.core.cli.command import Program, build_parser


def page(program: Program, *words: str) -> str:
    """What ``program words --help`` prints."""
    return printed_help(build_parser(program, words), *words)


def printed_help(parser: argparse.ArgumentParser, *words: str) -> str:
    """What ``parser`` prints for ``words --help``."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        parser.parse_args([*words, "--help"])
    return said.getvalue()


def options_on(shown: str) -> list[str]:
    """The options that a page of --help explains, such as --out."""
    lines = re.findall(r"^ +(-.*?)(?:  |$)", shown, flags=re.MULTILINE)
    return [name for line in lines for name in re.findall(r"(?<!\S)--?[A-Za-z][\w-]*", line)]


def sections(page: str) -> dict[str, list[str]]:
    """The sections of a manual page, by heading, as lines."""
    found = re.split(r"^(\S.*):\n", page, flags=re.MULTILINE)
    return {
        heading: [line for line in text.splitlines() if line.strip()]
        for heading, text in zip(found[1::2], found[2::2], strict=True)
    }
