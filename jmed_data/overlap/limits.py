"""What the search does not find, said wherever its results are."""

from jmed_data.overlap.thresholds import Thresholds


def limits(thresholds: Thresholds) -> list[str]:
    """One sentence each. The shares are those that benchmarks/overlap measures by default."""
    return [
        "Not found: translations, other words, and most fragments (of leaks of only the last 40 "
        "characters 7 % are found); in part: clauses in another order (89 % are found).",
        "Stems without their choices are looked for from "
        f"{thresholds.min_stem} characters: shorter ones are too much like other questions.",
    ]
