"""The SHA-256 of a file."""

import hashlib
from pathlib import Path

from jmedlora.core.regular_file import open_regular


def sha256(path: Path) -> str:
    """64 hex digits; the file is read in pieces. Raises OSError."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
