"""``python -m benchmarks.statistics``: how fast the statistics are, and whether intervals hold.

Speed: 10,000 resamples of 12 columns × 6 rows × 1,455 questions, and the paired tests of as many
cells.

Coverage: how often the 95 % interval that the table shows holds the truth, over simulated exams
with a known one: accuracy near a guess and exact match near 0 (Wilson), a Gestalt score drawn from
a skewed beta distribution (bootstrap), and paired differences of right-or-wrong scores, gained and
lost by so many (bootstrap, or Newcombe where fewer than 10 answers differ). Half a percent either
side of 95 % is what 2,000 simulations can tell. Exact match has the bootstrap as well, which the
table does not use for shares.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks.report import show, show_json
from jmedlora.report.compare.differences import differences
from jmedlora.report.compare.score_intervals import Scored, intervals
from jmedlora.report.compare.sections import Block, Line
from jmedlora.report.compare.statistics import Floats, bootstrap_intervals, mcnemar, sign_flip

QUESTIONS, COLUMNS, ROWS = 1455, 12, 6
SIZES = (40, 459, 1455)
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
SCORES: dict[str, tuple[str, float, Draw]] = {
    "accuracy .22": ("accuracy", 0.22, lambda rng, shape: (rng.random(shape) < 0.22).astype(float)),
    "exact match .02": (
        "exact_match",
        0.02,
        lambda rng, shape: (rng.random(shape) < 0.02).astype(float),
    ),
    "Gestalt .10 (beta .5, 4.5)": (
        "gestalt_score",
        0.1,
        lambda rng, shape: rng.beta(0.5, 4.5, shape),
    ),
}
CHANGES = ((0.02, 0.0), (0.05, 0.02), (0.10, 0.05), (0.20, 0.10))
"""Shares of questions gained and lost."""
BOTH = 0.3
"""Share of questions that are right before and after."""


def speed(repeats: int) -> dict[str, float]:
    """Seconds, the best of ``repeats``, for each part of one large table."""
    rng = np.random.default_rng(0)
    values = (rng.random((QUESTIONS, COLUMNS * ROWS)) < 0.22).astype(float)
    gestalt = rng.beta(0.5, 4.5, (QUESTIONS, 2 * COLUMNS))

    def paired() -> None:
        for column in range(1, COLUMNS * ROWS):
            mcnemar(values[:, 0], values[:, column])
        sign_flip(gestalt - gestalt[:, :1])

    jobs = {"bootstrap": lambda: bootstrap_intervals(values), "paired tests": paired}
    return {name: min(_seconds(job) for _ in range(repeats)) for name, job in jobs.items()}


def coverage(simulations: int) -> dict[str, dict[int, float]]:
    """The share of simulated exams whose interval holds the truth, by score and questions."""
    rng = np.random.default_rng(0)
    found: dict[str, dict[int, float]] = {}
    for name, (metric, truth, draw) in SCORES.items():
        exams = {size: draw(rng, (size, simulations)) for size in SIZES}
        found[name] = {size: _covered(truth, _shown(metric, each)) for size, each in exams.items()}
        if metric == "exact_match":
            drawn = {size: bootstrap_intervals(each) for size, each in exams.items()}
            row = {size: _covered(truth, each) for size, each in drawn.items()}
            found[f"{name} by bootstrap, not used"] = row
    for gained, lost in CHANGES:
        found[f"difference, gained {gained:.2f} lost {lost:.2f}"] = {
            size: _covered(gained - lost, _changes(rng, size, simulations, gained, lost))
            for size in SIZES
        }
    return found


def _shown(metric: str, exams: Floats) -> list[tuple[float, float]]:
    """The intervals that a table shows of such scores; none counts as one of no width."""
    scored = [Scored(metric, float(each.mean()), len(each), each) for each in exams.T]
    found = intervals(scored)
    return [(each.low, each.high) if each else (np.nan, np.nan) for each in found]


def _changes(
    rng: np.random.Generator, size: int, simulations: int, gained: float, lost: float
) -> list[tuple[float, float]]:
    """The intervals that a table shows of differences between two columns, an exam a line."""
    drawn = rng.random((simulations, size))
    before = (drawn < BOTH) | ((drawn >= BOTH + gained) & (drawn < BOTH + gained + lost))
    after = drawn < BOTH + gained
    lines = [
        Line("", "accuracy", 0, (0.0, 0.0), (one.astype(float), other.astype(float)), (None, None))
        for one, other in zip(before, after, strict=True)
    ]
    block = Block("", size, tuple(lines))
    found = differences(block, [(None, 0)] * len(lines), ["", ""], seed=1, resamples=1000)
    return [
        (each.low, each.high) for each in found.values()
        if each.low is not None and each.high is not None
    ]  # fmt: skip


def _covered(truth: float, limits: list[tuple[float, float]]) -> float:
    return float(np.mean([low <= truth <= high for low, high in limits]))


def _seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.statistics",
        description="Seconds of the statistics, and how often the intervals hold the truth.",
        epilog="example: python -m benchmarks.statistics --simulations 500",
    )
    parser.add_argument("--simulations", type=int, default=2000, help="exams of each kind (2000)")
    parser.add_argument("--repeats", type=int, default=3, help="timed runs of each part (3)")
    args = parser.parse_args()
    seconds, covered = speed(args.repeats), coverage(args.simulations)
    title = f"10,000 resamples, {COLUMNS} columns x {ROWS} rows x {QUESTIONS:,} questions"
    show(title, ("part", "seconds"), [(name, f"{each:.2f}") for name, each in seconds.items()])
    print()
    show(
        f"coverage of the 95 % intervals, {args.simulations:,} simulated exams each",
        ("score", *(f"{size:,} questions" for size in SIZES)),
        [(name, *(f"{each:.3f}" for each in row.values())) for name, row in covered.items()],
    )
    show_json("statistics", ("numpy", "scipy"), {"seconds": seconds, "coverage": covered})


if __name__ == "__main__":
    main()
