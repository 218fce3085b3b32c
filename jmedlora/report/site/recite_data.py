"""What ``jmed-report recite --format json`` says of models, without the training records in it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from jmedlora.core.display import visible
from jmedlora.core.errors import UserError, printable
from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.report.recite.page import json_text
from jmedlora.report.recite.recitals import read_recitals
from jmedlora.report.recite.recited import recited
from jmedlora.report.recite.words import NAMES, PARTS, SHARES

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Estimate(_Part):
    """A value with its 95 % interval."""

    value: Number
    low: Number
    high: Number


class Figure(_Part):
    """One figure of the ``n`` records of one part; base, change: None where no base was asked."""

    name: str
    part: str
    n: int
    model: Estimate
    base: Estimate | None
    change: Estimate | None


class Canaries(_Part):
    """The mean exposure in bits of canaries with the same number of repetitions."""

    repetitions: int
    exposure: Number
    least: Number
    most: Number
    base: Number | None


class Origin(_Part):
    """is_known: whether the model's run card says that it was trained on what it was asked."""

    is_known: bool


class Recited(_Part):
    """One model. share: how many of the trained records that it was asked for come out within an
    answer, 0 to 1; None: it was asked for none.

    most_bits: the largest exposure that can be measured; None without canaries. origin: None of an
    earlier version.
    """

    name: str
    base: str
    share: Number | None
    figures: tuple[Figure, ...]
    canaries: tuple[Canaries, ...]
    most_bits: Number | None
    origin: Origin | None = None


MODELS = TypeAdapter(tuple[Recited, ...])


def read_recited(path: Path) -> tuple[Recited, ...]:
    """The models in ``path``. Raises UserError if it is not there or is another file."""
    again = "write it with: jmed-report recite RUN… --format json > FILE"
    try:
        return MODELS.validate_python(read_json(path))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); {again}") from error
    except NotJsonError as error:
        raise UserError(f"{path}: is not JSON ({error}); {again}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "(all)"
        what = printable(f"the field {field} is {first['input']!r}"[:120])
        raise UserError(f"{path}: {what}; {again}") from error


def recited_by(runs: Sequence[Path]) -> tuple[Recited, ...]:
    """What the models in ``runs`` recite, as ``jmed-report recite`` finds it; () without any."""
    if not runs:
        return ()
    return MODELS.validate_python(json.loads(json_text(recited(read_recitals(runs)))))


def recite_data(models: tuple[Recited, ...]) -> list[dict[str, Any]]:
    """The figures as the page shows them; no text of a record is among them."""
    return [
        {
            **each.model_dump(mode="json", exclude={"figures"}),
            "name": visible(each.name),
            "base": visible(each.base),
            "figures": [_figure(figure) for figure in each.figures],
        }
        for each in models
    ]


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        **figure.model_dump(mode="json"),
        "title": NAMES.get(figure.name, visible(figure.name)),
        "part": PARTS.get(figure.part, visible(figure.part)),
        "isShare": figure.name in SHARES,
    }
