"""Where two sets of settings differ, as a line can say it."""

import json
from collections.abc import Mapping
from typing import Any

MOST = 4
"""Settings in a message."""
SHOWN = 60
"""Characters of a setting in a message."""


def setting_differences(
    before: Mapping[str, Any], now: Mapping[str, Any], *, between: str = "now"
) -> str:
    """The settings of which the values differ, nested ones by their path; "" if there are none.

    between: the word in front of the second value.
    """
    old, new = _flatten(before), _flatten(now)
    changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    shown = [f"{key} ({_difference(old.get(key), new.get(key), between)})" for key in changed]
    more = f" and {len(shown) - MOST} more" if shown[MOST:] else ""
    return f"{'; '.join(shown[:MOST])}{more}"


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings with their path as the key."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _difference(before: Any, now: Any, between: str) -> str:
    """Both values, from a little before the place where they part."""
    texts = [json.dumps(value, ensure_ascii=False) for value in (before, now)]
    same = next((i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    start = max(0, same - 10) if max(map(len, texts)) > SHOWN else 0
    end = start + SHOWN
    cut = [f"{'…' if start else ''}{text[start:end]}{'…' if text[end:] else ''}" for text in texts]
    return f"{cut[0]}, {between} {cut[1]}"
