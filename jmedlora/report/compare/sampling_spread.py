"""What several sampled answers to each question show beside their mean.

Columns may have different numbers of samples; a column with one has no entry.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

import numpy as np

from jmedlora.report.compare.statistics import Floats
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.runs import response_of

AGREEMENT, DEVIATION, MAJORITY = "self_agreement", "deviation", "majority"
UNREAD = ""
"""What an answer that could not be read chooses."""


def samples_of(measured: Measured, metric: str) -> Floats | None:
    """The values of each sample, (samples, questions), from 0 to 1; None with fewer than two."""
    found = [each.values[metric] for each in measured.samples if metric in each.values]
    return np.stack(found) if len(found) > 1 else None


def deviation(samples: Floats) -> float:
    """The standard deviation (n - 1) of the score over ``samples``, as if each were a run."""
    return float(samples.mean(axis=1).std(ddof=1))


def self_agreement(measured: Measured) -> Floats | None:
    """For each question the share of the pairs of its samples that chose the same, from 0 to 1.

    An answer that could not be read agrees with none. None with fewer than two samples, or where
    nothing is chosen.
    """
    chosen = _chosen(measured)
    if chosen is None:
        return None
    return np.array(
        [fmean(a == b != UNREAD for a, b in combinations(each, 2)) for each in chosen],
        dtype=np.float64,
    )


def majority(measured: Measured) -> Floats | None:
    """For each question the right score of the answer that most samples chose, from 0 to 1.

    Self-consistency (Wang et al. 2023). An answer that could not be read has no vote, unless none
    could. Answers with as many votes give their mean: what a draw among them gets on average.
    """
    chosen = _chosen(measured)
    if chosen is None or measured.protocol is None:
        return None
    right = [each.values[measured.protocol.right] for each in measured.samples]
    return np.array(
        [
            _of_most_votes(votes, [float(each[place]) for each in right])
            for place, votes in enumerate(chosen)
        ],
        dtype=np.float64,
    )


def _of_most_votes(votes: Sequence[str], right: Sequence[float]) -> float:
    counts = Counter(vote for vote in votes if vote != UNREAD) or Counter(votes)
    most = max(counts.values())
    return fmean(right[votes.index(vote)] for vote, count in counts.items() if count == most)


def _chosen(measured: Measured) -> list[list[str]] | None:
    """What each sample chose, question by question."""
    protocol = measured.protocol
    if len(measured.samples) < 2 or not protocol or not protocol.right:
        return None
    if protocol.decoding is None:
        return None
    chosen = protocol.chosen
    return [
        [chosen(records[0]["doc"], response_of(record) or "") or UNREAD for record in records]
        for records in zip(*(each.records for each in measured.samples), strict=True)
    ]
