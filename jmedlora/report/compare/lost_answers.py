"""A warning of scores that say little, because many answers were cut off or cannot be read."""

from collections.abc import Iterator, Sequence

from jmedlora.exams.chat_warnings import MANY
from jmedlora.report.compare.columns import Column

LOST = {
    "cut": "answers were cut off and count as wrong; evaluate again with a larger max_gen_toks",
    "unparsed": "answers cannot be read and count as wrong; look at them: jmed-report audit",
}
"""What a high rate means, and what to do about it."""


def lost_answers(columns: Sequence[Column]) -> list[str]:
    """One line for each rate of a row that is above MANY in some columns, and what it is there."""
    shares: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        for row, rate, share in _high_rates(column):
            shares.setdefault((row, rate), []).append(f"{share:.0%} ({column.title})")
    return [f"{row}: {LOST[rate]}: {'; '.join(each)}" for (row, rate), each in shares.items()]


def _high_rates(column: Column) -> Iterator[tuple[str, str, float]]:
    for (subject, shots), each in column.measured.items():
        known = each.protocol.rates if each.protocol else ()
        for rate in LOST:
            if rate in known and each.scores.get(rate, 0) > MANY:
                yield f"{subject} {shots}s", rate, each.scores[rate]
