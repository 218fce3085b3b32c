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


class _File(BaseModel):
    sha256: Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]


class _Dataset(BaseModel):
    path: Annotated[str, Field(strict=True)]


class _Datasets(BaseModel):
    """The recipe's settings that name files."""

    datasets: Annotated[tuple[_Dataset, ...], OrNone] = ()
    test_datasets: Annotated[tuple[_Dataset, ...], OrNone] = ()


class RunCard(BaseModel):
    """What a run card tells of the model beside it; None where it tells nothing of use.

    adapter: "lora" or "qlora". base_model: what training began with. step: training steps.
    wall_hours: of training. data: the files, by path. config: the recipe's settings.
    """

    model_config = ConfigDict(frozen=True)

    adapter: Annotated[str | None, OrNone] = None
    base_model: Annotated[str | None, OrNone] = None
    step: Annotated[Annotated[int, Field(strict=True, ge=0, le=MOST)] | None, OrNone] = None
    wall_hours: Annotated[Annotated[float, Field(strict=True, ge=0, le=MOST)] | None, OrNone] = None
    data: Annotated[dict[str, _File] | None, OrNone] = None
    config: Annotated[_Datasets | None, OrNone] = None

    @property
    def trained_on(self) -> dict[str, str]:
        """The training files by path, with their SHA-256; {} where the card does not tell them.

        Files that the run was only evaluated on are left out.
        """
        settings = self.config or _Datasets()
        trained = {Path(each.path) for each in settings.datasets or ()}
        evaluated = {Path(each.path) for each in settings.test_datasets or ()} - trained
        files = (self.data or {}).items()
        return {name: each.sha256 for name, each in files if Path(name) not in evaluated}


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Puts ``card`` into ``folder`` in one step: readers find the old or the new, never a half."""
    text = json.dumps(card, ensure_ascii=False, indent=2)  # a loss may be no number: NaN
    with atomic_write(folder / RUN_CARD) as file:
        file.write(f"{text}\n".encode())
