"""What a run of ``jmed-data parse`` made, in numbers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jmedlora.data.parse.types import DUPLICATE, NEAR_DUPLICATE


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run.

    fewer, more: responses with fewer or more pairs than were asked for. repeated: lines with the
    key of an earlier line, which counts. unplanned: responses that are not in the latest plan and
    are left out. half_written: the line of responses.jsonl that was not
    written to its end, or None. rules, reasons: pairs in use by rule, texts not used by reason.
    """

    folder: Path
    responses: int
    fewer: int
    more: int
    repeated: int
    unplanned: int
    half_written: int | None
    rules: Counter[str]
    reasons: Counter[str]
    train: int
    evaluation: int
    files: tuple[str, ...]

    @property
    def pairs(self) -> int:
        """Pairs in use."""
        return self.train + self.evaluation

    @property
    def duplicates(self) -> int:
        return self.reasons[DUPLICATE] + self.reasons[NEAR_DUPLICATE]

    def lines(self) -> Iterator[str]:
        """The numbers for a terminal."""
        asked = f"{self.fewer} with fewer pairs than asked for, {self.more} with more"
        yield f"{self.folder}: {self.responses} responses ({asked})"
        if self.repeated:
            yield f"  {self.repeated} lines repeat an earlier request; the first one counts"
        if self.unplanned:
            yield f"  {self.unplanned} more are of an earlier run, which asked otherwise: left out"
        yield f"  {self.pairs} pairs, read by"
        yield from _counted(self.rules)
        if self.reasons:
            yield f"  {self.reasons.total()} texts not used, {self.duplicates} of them duplicates"
            yield from _counted(self.reasons)
        yield f"  {self.train} pairs for training, {self.evaluation} for evaluation"
        yield f"  written: {', '.join(self.files)}"


def by_count(counter: Counter[str]) -> list[tuple[str, int]]:
    """Names and counts, the largest first, alike ones by name."""
    return sorted(counter.items(), key=lambda each: (-each[1], each[0]))


def _counted(counter: Counter[str]) -> Iterator[str]:
    for name, count in by_count(counter):
        yield f"  {count:>7}  {name}"
