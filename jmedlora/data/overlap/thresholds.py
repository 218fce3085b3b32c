"""From when on a text counts as a copy, and what is not found then: measured by benchmarks."""

from collections.abc import Iterator
from dataclasses import dataclass

INSERTION_FACTOR = 1.25
"""How much longer a copy may be than the question, through what was inserted."""
STEMS, SHUFFLED, LAST_40 = 74, 92, 38
"""Percent found, measured by benchmarks/overlap on IgakuQA with the default thresholds: of stems
alone of any length, of copies with their clauses in another order, of leaks of only the last 40
characters. docs/measured.md has the whole table.
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The defaults are measured by ``benchmarks/overlap``.

    containment: the share, 0 to 1, of a question's character 3-grams that a text must hold.
    sure: the share of a question with its choices from which no further test is made: the clauses
    may then stand in another order. ratio, stem_ratio: rapidfuzz's partial ratio, 0 to 100, that a
    question with choices and a stem alone or with its answer must reach. min_stem: characters,
    normalised, from which a stem is looked for alone; three Latin ones count as one. choices: the
    share of the 3-grams within the choices that a text must hold to be a copy of them alone.
    parts: the share of a question's runs of 13 characters that a record must hold together with
    the one before or behind it.
    """

    containment: float = 0.35
    sure: float = 0.8
    ratio: float = 80.0
    stem_ratio: float = 88.0
    min_stem: int = 40
    choices: float = 0.95
    parts: float = 0.3


def coverage_notes(thresholds: Thresholds) -> list[str]:
    """What the search does not find, a sentence each: it is said wherever its results are."""
    return list(_coverage_notes(thresholds))


def _coverage_notes(thresholds: Thresholds) -> Iterator[str]:
    yield (
        "Not found: translations (for IgakuQA's published English add igakuqa_en), other words, "
        "escaped text (\\uXXXX, &#…;), most fragments, and copies in which a quarter of the "
        "characters was replaced."
    )
    yield (
        f"Stems under {thresholds.min_stem} characters are looked for only with their choices or "
        "their right answer: alone they are too much like other questions."
    )
    if thresholds == Thresholds():
        yield (
            f"The search finds {STEMS} of 100 stems that stand alone, {SHUFFLED} of 100 copies "
            f"with their clauses in another order, and {LAST_40} of 100 leaks of only the last 40 "
            "characters, as measured on IgakuQA."
        )
    else:
        yield "How much is found was not measured at these thresholds."
