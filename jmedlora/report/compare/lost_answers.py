"""A warning of scores that say little, because many answers were cut off or cannot be read."""

from collections.abc import Iterator, Sequence

from jmedlora.exams.answer_warnings import MANY
from jmedlora.report.compare.columns import Column

LOST = {
    "cut": "many answers were cut off and count as wrong; raise max_gen_toks, or use a model with "
    "a longer context",
    "unparsed": "many answers cannot be read and count as wrong; see jmed-report audit",
}
"""What a high rate means, and what to do about it."""


def lost_answers(columns: Sequence[Column]) -> list[str]:
    """One line for each rate that is above MANY somewhere: in which rows and columns it is."""
    found: dict[str, list[str]] = {}
    for column in columns:
        for rate, where in _high_rates(column):
            found.setdefault(rate, []).append(where)
    return [f"{LOST[rate]}: {'; '.join(places)}" for rate, places in found.items()]


def _high_rates(column: Column) -> Iterator[tuple[str, str]]:
    for (subject, shots), each in column.measured.items():
        known = each.protocol.rates if each.protocol else ()
        for rate in LOST:
            if rate in known and (share := each.scores.get(rate, 0)) > MANY:
                yield rate, f"{subject} {shots}s {share:.0%} ({column.title})"
