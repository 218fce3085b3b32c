"""How a program and its commands are declared, and how a command line runs one of them."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jmedlora.core.cli.manual_page import filled, manual
from jmedlora.core.cli.run_command import run_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a program: what its manual page says, the options it takes, what it does.

    text: what it is for; the first sentence is also its line on the program's page.
    options: adds its arguments to a parser. run: does the work and returns the exit status.
    example: one line. see: where to read on.
    sections: headings of the page and their lines. status: what differs from the usual statuses.
    """

    name: str
    text: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    example: str
    see: str
    sections: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[int, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """Its line on the page of the program."""
        first, _, _ = self.text.partition(". ")
        return first.removesuffix(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program with commands. The fields that it shares with Command mean the same."""

    name: str
    text: str
    commands: Sequence[Command]
    example: str
    see: str
    sections: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[int, str] = field(default_factory=dict)


def run_program(program: Program, argv: Sequence[str]) -> int:
    """Runs the command that ``argv`` names; returns the exit status.

    Wrong usage and --help end the process, as argparse has it, with status 2 and 0.
    """

    def run() -> int:
        args = build_parser(program, argv).parse_args(argv)
        (command,) = (each for each in program.commands if each.name == args.command)
        return command.run(args)

    return run_command(program.name, run)


def build_parser(program: Program, argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser that ``argv`` needs.

    A command whose name is not in ``argv`` cannot be the one that is meant. It gets no options, and
    what it would import for them is not imported.
    """
    parser = _Parser(
        prog=program.name,
        description=filled(program.text),
        epilog=_end_of_page(program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for command in program.commands:
        added = commands.add_parser(
            command.name,
            help=command.summary,
            description=filled(command.text),
            epilog=_end_of_page(command),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if command.name in argv:
            command.options(added)
    return parser


class _Parser(argparse.ArgumentParser):
    """One whose --help fails where it cannot be written; argparse ignores that."""

    def print_help(self, file: Any = None) -> None:
        print(self.format_help(), end="", file=file, flush=True)


def _end_of_page(entry: Program | Command) -> str:
    return filled(
        manual(example=entry.example, sections=entry.sections, status=entry.status, see=entry.see)
    )
