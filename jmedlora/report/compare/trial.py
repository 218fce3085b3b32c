"""Trials: runs that were asked a part of an exam, by ``--limit`` or ``--samples``."""

from typing import Any

from jmedlora.report.load.measurements import Measured


def trial(measured: Measured) -> str:
    """Such as "trial: 20 of 1,455"; "" where the exam was asked whole, or nobody knows."""
    asked, whole = len(measured.keys), _whole(measured)
    return f"trial: {asked:,} of {whole:,}" if asked < whole else ""


def _whole(measured: Measured) -> int:
    if measured.ours:
        return measured.ours.data.items
    counts: Any = measured.run.content["n-samples"].get(measured.task)
    whole = counts.get("original") if isinstance(counts, dict) else None
    return whole if isinstance(whole, int) else 0
