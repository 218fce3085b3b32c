"""The file run_card.json beside a model or adapter: read whatever it holds, written in one step.

``jmedlora.train.run_card`` says what stands in it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator

from jmedlora.core.atomic_write import atomic_write
from jmedlora.core.json_file import NotJsonError, read_json

RUN_CARD = "run_card.json"
MOST = 10**9
"""Steps or hours: more is a slip, or a damaged file."""


def read_card(folder: Path) -> dict[str, Any] | None:
    """The run card in ``folder``, or None where there is none that can be read."""
    try:
        card = read_json(folder / RUN_CARD)
    except (OSError, NotJsonError):
        return None
    return card if isinstance(card, dict) else None


def _or_none(value: Any, check: Callable[[Any], Any]) -> Any:
    try:
        return check(value)
    except ValidationError:
        return None


OrNone = WrapValidator(_or_none)
"""What is not as it must be counts as unknown: the card may be another program's, or damaged."""


class RunCard(BaseModel):
    """What a run card tells of the model beside it; None where it tells nothing of use.

    adapter: "lora" or "qlora". base_model: what training began with. step: training steps.
    wall_hours: of training.
    """

    model_config = ConfigDict(frozen=True)

    adapter: Annotated[str | None, OrNone] = None
    base_model: Annotated[str | None, OrNone] = None
    step: Annotated[Annotated[int, Field(strict=True, ge=0, le=MOST)] | None, OrNone] = None
    wall_hours: Annotated[Annotated[float, Field(strict=True, ge=0, le=MOST)] | None, OrNone] = None


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Puts ``card`` into ``folder`` in one step: readers find the old or the new, never a half."""
    text = json.dumps(card, ensure_ascii=False, indent=2)  # a loss may be no number: NaN
    with atomic_write(folder / RUN_CARD) as file:
        file.write(f"{text}\n".encode())
