"""Text without what copies of it may differ in."""

import unicodedata


def comparable(text: str) -> str:
    """``text`` without width (NFKC), case and white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
