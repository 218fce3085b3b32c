"""The time of the day as files note it."""

from datetime import datetime, timezone


def utc_now() -> str:
    """Now in UTC, to the second, such as 2026-11-27T03:40:00+00:00."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
