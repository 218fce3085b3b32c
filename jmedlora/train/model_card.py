"""The model card that Axolotl leaves, README.md: nothing in it is loaded from a network."""

import re
from pathlib import Path

from jmedlora.core.atomic_write import write_file

MODEL_CARD = "README.md"
REMOTE_PICTURE = re.compile(
    r'\[?<img src="https?://[^<>]{1,1000}>(\]\(https?://[^()\s]{1,1000}\))?\n?'
)
"""Such as Axolotl's badge, and the badges of trackers in TRL's cards, with their links."""


def strip_remote_pictures(folder: Path) -> None:
    """Takes out of the card in ``folder``, if there is one, each picture on another machine.

    Whoever opens the card would tell that machine so. Raises OSError and WriteError.
    """
    card = folder / MODEL_CARD
    if not card.is_file():
        return
    text = card.read_text(encoding="utf-8")
    if (kept := REMOTE_PICTURE.sub("", text)) != text:
        write_file(card, kept)
