"""What of a value from JSON or YAML is a number: Python counts true and false among them."""

from typing import TypeGuard


def is_whole(value: object) -> TypeGuard[int]:
    """Whether ``value`` is a whole number; true, false and 1.0 are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether ``value`` is a number, NaN and infinity included; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
