"""Reading a file that holds one JSON value."""

import json
from pathlib import Path
from typing import Any

from jmedlora.core.regular_file import read_regular


class NotJsonError(Exception):
    """What is read is not JSON; the text says why."""


def read_json(path: Path) -> Any:
    """The value in ``path``. Raises OSError, and NotJsonError if the file is not JSON in UTF-8."""
    return parse_json(read_regular(path))


def parse_json(raw: bytes | str) -> Any:
    """The value that ``raw`` is. Raises NotJsonError."""
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        return json.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # not UTF-8, not JSON, a number too long, too deep
        raise NotJsonError(str(error)) from error
