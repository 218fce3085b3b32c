"""What the search does not find, said wherever its results are."""

from collections.abc import Iterator

from jmedlora.data.overlap.thresholds import Thresholds

LAST_40, SHUFFLED, STEMS = 7, 89, 75
"""Percent found, measured by benchmarks/overlap on IgakuQA with the default thresholds: of leaks of
only the last 40 characters, of copies with their clauses in another order, of stems alone of any
length.
"""


def limits(thresholds: Thresholds) -> list[str]:
    """One sentence each."""
    return list(_limits(thresholds))


def _limits(thresholds: Thresholds) -> Iterator[str]:
    yield (
        "Not found: translations (for IgakuQA's published English add igakuqa_en), other words, "
        "escaped text (\\uXXXX, &#…;), and most fragments."
    )
    yield (
        f"Stems under {thresholds.min_stem} characters are looked for only with their choices or "
        "their right answer: alone they are too much like other questions."
    )
    if thresholds == Thresholds():
        yield (
            f"Measured on IgakuQA: found are {LAST_40} % of leaks of only the last 40 characters, "
            f"{STEMS} % of stems alone, {SHUFFLED} % of copies with their clauses in another order."
        )
    else:
        yield "How much is found was not measured at these thresholds."
