"""``python -m benchmarks.statistics``: how fast the statistics are, and whether intervals hold.

Speed: 10,000 resamples of 12 columns × 6 rows × 1,455 questions, and the paired tests of as many
cells.

Coverage: how often the 95 % bootstrap interval holds the true score, over simulated exams with a
known one: accuracy near a guess, exact match near 0, and a Gestalt score drawn from a skewed beta
distribution. Half a percent either side of 95 % is what 2,000 simulations can tell.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks.report import show, show_json
from jmedlora.report.compare.statistics import Floats, bootstrap_intervals, mcnemar, sign_flip

QUESTIONS, COLUMNS, ROWS = 1455, 12, 6
SIZES = (40, 459, 1455)
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
SCORES: dict[str, tuple[float, Draw]] = {
    "accuracy .22": (0.22, lambda rng, shape: (rng.random(shape) < 0.22).astype(float)),
    "exact match .02": (0.02, lambda rng, shape: (rng.random(shape) < 0.02).astype(float)),
    "Gestalt .10 (beta .5, 4.5)": (0.1, lambda rng, shape: rng.beta(0.5, 4.5, shape)),
}


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
    """The share of simulated exams whose interval holds the true score, by score and questions."""
    rng = np.random.default_rng(0)
    return {
        name: {size: _covered(truth, draw(rng, (size, simulations))) for size in SIZES}
        for name, (truth, draw) in SCORES.items()
    }


def _covered(truth: float, exams: Floats) -> float:
    limits = bootstrap_intervals(exams)
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
        f"coverage of the 95 % bootstrap interval, {args.simulations:,} simulated exams each",
        ("score", *(f"{size:,} questions" for size in SIZES)),
        [(name, *(f"{each:.3f}" for each in row.values())) for name, row in covered.items()],
    )
    show_json("statistics", ("numpy", "scipy"), {"seconds": seconds, "coverage": covered})


if __name__ == "__main__":
    main()
