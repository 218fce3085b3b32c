"""One thing that is stored otherwise than it comes out when it is worked out again."""

import hashlib
from dataclasses import dataclass
from typing import Any

from jmedlora.core.errors import shortened
from jmedlora.core.number_checks import is_number

LONGEST = 40
"""Characters of a stored value that is no number."""
SHOWN = 12
"""Hex digits of a hash that are shown, as in a signature."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored, and what comes out of the responses.

    problem_id: of the question; "" where it is about all of a task's. what: a score, or a hash.
    stored, recomputed: as they are shown. No response is repeated in them.
    """

    task: str
    problem_id: str
    what: str
    stored: str
    recomputed: str

    def __str__(self) -> str:
        """In one line, such as "igakuqa 112A1: accuracy is stored as 1, recomputed 0"."""
        name = " ".join(filter(None, (self.task, self.problem_id or "(all questions)")))
        return f"{name}: {self.what} is stored as {self.stored}, recomputed {self.recomputed}"


def shown_value(value: Any) -> str:
    """A stored value in short: a number with six digits, "missing" for None."""
    if value is None:
        return "missing"
    if is_number(value):
        return f"{value:.6g}" if abs(value) < 1e300 else "a number too large"
    return shortened(repr(value), LONGEST)


def sha256_hex(text: str) -> str:
    """SHA-256 of ``text`` in UTF-8, 64 hex digits, as lm-eval hashes texts.

    A half surrogate pair, which lm-eval could not hash, becomes a question mark.
    """
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def shown_hash(value: Any) -> str:
    """The first digits of a hash; "missing" where there is none."""
    return value[:SHOWN] if isinstance(value, str) and value else "missing"
