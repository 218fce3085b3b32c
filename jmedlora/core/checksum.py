"""The SHA-256 of a file."""

import hashlib
from pathlib import Path


def sha256(path: Path) -> str:
    """64 hex digits; the file is read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
