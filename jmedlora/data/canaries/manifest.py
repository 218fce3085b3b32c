"""The file beside a training file with canaries: which they are, how often each stands there."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import read_json_value
from jmedlora.core.number_checks import is_whole
from jmedlora.data.canaries.draw import texts_of

FORMAT: Literal[1] = 1
"""The version of this form. A file with another one is refused."""
MOST_REPETITIONS = 100
MOST_CANARIES = 10_000
"""Also of references: there are 166,320 triples of words."""
SUFFIX = ".canaries.json"
ANEW = "make it anew with jmed-data canaries"
Count = Annotated[int, Field(ge=0, strict=True)]
Text = Annotated[str, Field(min_length=1, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HashedFile(_Part):
    """A training file: its name without folders, SHA-256 (64 hex digits), number of records."""

    name: Text
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    records: Count


class Reference(_Part):
    """A canary that no file holds. secret: its number, as it stands in the record."""

    record: dict[str, Any]
    secret: Text

    @property
    def repetitions(self) -> int:
        """How often it stands in the training file."""
        return 0


class Canary(Reference):
    """A canary of the training file. lines: where it stands there, 1-based: its repetitions."""

    lines: Annotated[tuple[Annotated[int, Field(ge=1, strict=True)], ...], Field(min_length=1)]

    @property
    def repetitions(self) -> int:
        return len(self.lines)


class Manifest(_Part):
    """What ``jmed-data canaries`` did.

    source: the training file without canaries. marked: the copy with them. seed:
    of everything random. references: drawn as the canaries were, and trained nowhere.
    """

    format: Literal[1]
    source: HashedFile
    marked: HashedFile
    seed: Count
    canaries: Annotated[tuple[Canary, ...], Field(min_length=1, max_length=MOST_CANARIES)]
    references: Annotated[tuple[Reference, ...], Field(min_length=1, max_length=MOST_CANARIES)]

    def as_record(self) -> dict[str, Any]:
        """Plain JSON types."""
        return self.model_dump(mode="json")


def manifest_beside(path: Path) -> Path:
    """Where the manifest of the training file ``path`` stands: train.jsonl, train.canaries.json."""
    return path.with_suffix(SUFFIX)


def read_manifest(path: Path) -> Manifest:
    """The manifest in ``path``. Raises FileError if it is none, or damaged."""
    value, faults = read_json_value(path)
    if faults:
        raise FileError([Fault(path, None, None, each.what, ANEW) for each in faults])
    form = value.get("format") if isinstance(value, dict) else None
    if not is_whole(form) or form != FORMAT:
        what = f"is no manifest of canaries in form {FORMAT}"
        raise FileError([Fault(path, None, None, what, "name what jmed-data canaries wrote")])
    try:
        manifest = Manifest.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise FileError([Fault(path, None, None, f"{where}: {first['msg']}", ANEW)]) from error
    for place, each in enumerate([*manifest.canaries, *manifest.references], start=1):
        if not _holds(each):
            what = f"the record of entry {place} does not hold its secret"
            raise FileError([Fault(path, None, None, what, ANEW)])
    return manifest


def _holds(entry: Reference) -> bool:
    return any(entry.secret in text for text in texts_of(entry.record))
