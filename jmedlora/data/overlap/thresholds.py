"""From when on a text counts as a copy. The defaults are measured by ``benchmarks/overlap``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """containment: the share, 0 to 1, of a question's character 3-grams that a text must hold.

    sure: the share of a question with its choices from which no further test is made: the clauses
    may then stand in another order. ratio, stem_ratio: rapidfuzz's partial ratio, 0 to 100, that a
    question with choices and a stem alone or with its answer must reach. min_stem: characters,
    normalised, from which a stem is looked for alone; three Latin ones count as one.
    """

    containment: float = 0.35
    sure: float = 0.8
    ratio: float = 80.0
    stem_ratio: float = 88.0
    min_stem: int = 40
