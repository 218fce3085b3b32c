"""The order of names as people count: ``seed 2`` stands before ``seed 10``."""

import re

Key = tuple[tuple[str | tuple[int, str], ...], str]


def natural_order(name: str) -> Key:
    """A key to sort by: the whole numbers in ``name`` count as numbers, all else as text.

    They are compared by their length and digits: Python makes no int of thousands of digits.
    """
    parts = re.split("([0-9]+)", name)  # texts, with the digits between them
    counted = (_number(part) if place % 2 else part for place, part in enumerate(parts))
    return tuple(counted), name


def _number(digits: str) -> tuple[int, str]:
    value = digits.lstrip("0")
    return len(value), value
