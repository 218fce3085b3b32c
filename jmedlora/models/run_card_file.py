"""The file run_card.json beside a model or adapter: read whatever it holds, written in one step.

``jmedlora.train.run_card`` says what stands in it.
"""

import json
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import atomic_write
from jmedlora.core.json_file import NotJsonError, read_json

RUN_CARD = "run_card.json"


def read_card(folder: Path) -> dict[str, Any] | None:
    """The run card in ``folder``, or None where there is none that can be read."""
    try:
        card = read_json(folder / RUN_CARD)
    except (OSError, NotJsonError):
        return None
    return card if isinstance(card, dict) else None


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Puts ``card`` into ``folder`` in one step: readers find the old or the new, never a half."""
    text = json.dumps(card, ensure_ascii=False, indent=2)
    with atomic_write(folder / RUN_CARD) as file:
        file.write(f"{text}\n".encode())
