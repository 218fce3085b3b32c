"""What the commands have in common: how their manual pages are laid out, and numbers as options."""

import argparse
import textwrap
from collections.abc import Callable, Mapping

DIGITS = 9
"""Of a number at most: more is a slip, and would overflow a clock."""
KEPT = 4 * " "
"""What a line of a manual page begins with that is not to be wrapped, such as an example."""
STATUS = {
    0: "done",
    1: "input that cannot be used, or output that cannot be written",
    2: "wrong usage",
    130: "interrupted",
}
"""Exit statuses of every command, unless it says more."""
FAULTS = {1: "a fault was found, input cannot be used, or output cannot be written"}
"""What status 1 is of commands that look for faults."""
DATA = """\
$JMED_DATA: a folder with igakuqa/ and jjsimqa/, looked at first
$JMED_CACHE: where jmed-data fetch puts the exams (default: ~/.cache/jmedlora)"""
"""The environment of a command that reads published exams."""


class ManualPage(argparse.HelpFormatter):
    """Wraps each line of a text at its own indent; a line indented by KEPT stays as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(_filled(line, width, indent) for line in text.splitlines())


def _filled(line: str, width: int, indent: str) -> str:
    if line.startswith(KEPT) or not line.strip():
        return line
    begin = indent + line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=begin,
        subsequent_indent=f"{begin}  " if begin else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def manual(
    *,
    example: str,
    sections: Mapping[str, str] | None = None,
    status: Mapping[int, str] | None = None,
    see: str,
) -> str:
    """What stands below the options of a manual page.

    example: one line. sections: heading and lines, such as "reads", "writes" or "environment".
    status: what differs from STATUS. see: where to read on.
    """
    statuses = STATUS | dict(status or {})
    told = {heading: text.splitlines() for heading, text in (sections or {}).items()}
    told["exit status"] = [f"{number}: {meaning}" for number, meaning in statuses.items()]
    told["example"] = [f"  {example}"]  # with the indent below, KEPT
    told["see also"] = [see]
    return "\n\n".join(
        "\n".join([f"{heading}:", *(f"  {line}" for line in lines)])
        for heading, lines in told.items()
    )


def add_command(
    commands: argparse._SubParsersAction,
    run: Callable[[argparse.Namespace], int],
    name: str,
    text: str,
    *,
    example: str,
    sections: Mapping[str, str] | None = None,
    status: Mapping[int, str] | None = None,
    see: str,
) -> argparse.ArgumentParser:
    """A subcommand with a manual page; its one-line help is the first sentence of ``text``."""
    first, _, _ = text.partition(". ")
    parser = commands.add_parser(
        name,
        help=first.removesuffix("."),
        description=text,
        epilog=manual(example=example, sections=sections, status=status, see=see),
        formatter_class=ManualPage,
    )
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
