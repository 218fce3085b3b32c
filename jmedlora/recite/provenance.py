"""What a results file says of what was recited: written by the tasks, read by the report."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Literal[1] = 1
"""The version of this form. A file with another one is refused."""
KEY = "recite"
"""Under which it stands in a task's metadata."""
Part = Literal["trained", "held_out", "canaries"]
Measure = Literal["continuation", "loss", "exposure", "said"]
Count = Annotated[int, Field(ge=0, le=10**9, strict=True)]
Text = Annotated[str, Field(strict=True)]


class _Noted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Noted):
    """A file that was asked from: its name without folders, and its SHA-256."""

    name: Text
    sha256: Text


class Recited(_Noted):
    """What one task asked.

    jmed: the version of the package. part: which records. measure: what of them. sources: their
    files; for canaries the manifest. trained: the training files, for all parts. recipe: SHA-256
    of the recipe that says how they are put. asked: how many; eligible: of how many they were drawn
    with ``seed``. repeated, also_trained, short, long: how many were left out (recite.draw).
    given: characters of an answer in its prompt. characters: that are compared. marked: SHA-256 of
    the training file with canaries, None without; unmarked: of the same file without them.
    references: canaries that were trained nowhere.
    """

    format: Literal[1]
    jmed: Text
    part: Part
    measure: Measure
    sources: tuple[Source, ...]
    trained: tuple[Source, ...]
    recipe: Text
    asked: Count
    eligible: Count
    repeated: Count = 0
    also_trained: Count = 0
    short: Count = 0
    long: Count = 0
    given: Count = 0
    characters: Count = 0
    seed: Count = 0
    marked: Text | None = None
    unmarked: Text | None = None
    references: Count = 0

    def as_record(self) -> dict[str, Any]:
        """Plain JSON types, without what is None."""
        return self.model_dump(mode="json", exclude_none=True)
