"""What a physician judged on the page of a sample, as the page saved it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from jmed_metrics.intervals import proportion_interval
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.json_file import NotJsonError, parse_json
from jmedlora.core.regular_file import open_regular
from jmedlora.data.pairs.sample import VERDICTS, SampledPair, draw_pairs

LARGEST = 2**22
"""Bytes of a file of verdicts at most."""
SAVE_AGAIN = "save the verdicts again, on a page of sample-pairs of this version"


class SavedVerdicts(BaseModel, frozen=True, strict=True, extra="forbid"):
    """The file that the page saves: which pairs it showed, and what was chosen.

    drawn: how many pairs, with ``seed``. files: the SHA-256 of the files they were drawn from, by
    name. reviewer: as they named themselves, or "". saved: date and time in UTC, by their clock.
    verdicts: by the key of a pair.
    """

    drawn: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    files: dict[str, str]
    reviewer: str
    saved: str
    verdicts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of pairs (0 to 1) and Wilson's 95 % interval."""

    right: int
    pairs: int

    @property
    def share(self) -> float:
        return self.right / self.pairs

    @property
    def interval(self) -> tuple[float, float]:
        return proportion_interval(self.share, self.pairs)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.share:.3f} (95 % interval {low:.3f} to {high:.3f}, Wilson)"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many pairs of a sample got which verdict. At least one was judged."""

    saved: SavedVerdicts
    counts: Counter[str]

    @property
    def judged(self) -> int:
        return self.counts.total()

    @property
    def unjudged(self) -> int:
        return self.saved.drawn - self.judged

    @property
    def of_judged(self) -> Share:
        """The share that is right; what is unsure is not."""
        return Share(self.counts["right"], self.judged)

    @property
    def of_drawn(self) -> Share:
        """The same where what was left out is not right either: it may be left out for a reason."""
        return Share(self.counts["right"], self.saved.drawn)


def read_verdicts(path: Path, pairs: Sequence[SampledPair], files: Mapping[str, str]) -> Verdicts:
    """What was saved in ``path`` of a sample of ``pairs``, which stand in ``files`` (by SHA-256).

    Raises FileError for another sample, an unknown verdict, or where nothing was judged.
    """
    saved = _load(path)
    if saved.files != files:
        what = "are of a page that was made of other training files"
        raise _fault(path, None, what, "have a new page judged: jmed-data sample-pairs --out")
    drawn = draw_pairs(pairs, saved.drawn, saved.seed)
    keys = {pair.key for pair in drawn}
    if len(drawn) != saved.drawn:
        raise _fault(path, "drawn", f"{saved.drawn} is not what the page showed", SAVE_AGAIN)
    for key, verdict in saved.verdicts.items():
        if key not in keys:
            raise _fault(path, key, "is no pair that was drawn", SAVE_AGAIN)
        if verdict not in VERDICTS:
            raise _fault(path, key, f"{verdict!r} is no verdict", f"use {', '.join(VERDICTS)}")
    if not saved.verdicts:
        what = f"hold no verdict: none of the {saved.drawn} pairs was judged"
        raise _fault(path, None, what, "choose a verdict for each pair, and save again")
    return Verdicts(saved, Counter(saved.verdicts.values()))


def verdict_lines(verdicts: Verdicts) -> Iterator[str]:
    """The report: how many were judged, by whom, and the share that is right with its interval."""
    said = ", ".join(f"{verdicts.counts[each]} {each}" for each in VERDICTS)
    yield f"{verdicts.judged} of {verdicts.saved.drawn} pairs judged: {said}"
    yield f"by {verdicts.saved.reviewer or 'a reviewer without a name'}, {verdicts.saved.saved}"
    yield f"right, of those judged: {verdicts.of_judged}"
    if verdicts.unjudged:
        yield f"right, if the {verdicts.unjudged} not judged are not: {verdicts.of_drawn}"


def _load(path: Path) -> SavedVerdicts:
    try:
        with open_regular(path) as file:
            return SavedVerdicts.model_validate(parse_json(file.read(LARGEST)))
    except OSError as error:
        raise _fault(path, None, f"cannot be read ({error.strerror})", "check the path") from error
    except (NotJsonError, ValidationError) as error:
        raise _fault(path, None, "holds no verdicts", SAVE_AGAIN) from error


def _fault(path: Path, place: str | None, what: str, remedy: str) -> FileError:
    return FileError([Fault(path, None, place, what, remedy)])
