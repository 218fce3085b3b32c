"""The types of arguments that several commands take."""

import argparse
from collections.abc import Callable
from typing import Any, Protocol

DIGITS = 9
"""The most digits of a whole number: more is a slip, and would overflow a clock."""
SHOWN = 20
"""Characters of a wrong value that a message repeats."""


class TakesArguments(Protocol):
    """Where an option can be added: a parser, or a group of one."""

    def add_argument(self, *names: str, **options: Any) -> argparse.Action: ...


def whole(text: str) -> int:
    """A whole number from 0. Raises ArgumentTypeError."""
    return _whole_from(0, text)


def positive(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    return _whole_from(1, text)


def _whole_from(least: int, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) >= least):
        raise argparse.ArgumentTypeError(f"'{text[:SHOWN]}': give a whole number from {least}")
    return int(text)


def bounded_number(accepts: Callable[[float], bool], wanted: str) -> Callable[[str], float]:
    """The type of a number that ``accepts`` holds for; ``wanted`` names such numbers in messages.

    ``accepts`` must not hold for NaN: a comparison with NaN is false.
    """

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not accepts(value):
            raise argparse.ArgumentTypeError(f"'{text}': give {wanted}")
        return value

    return convert
