"""From all that recognisers report to the findings: no two of which overlap."""

from bisect import bisect, bisect_left
from collections.abc import Iterable, Iterator, Sequence

from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.recognisers.beside_names import numbers_beside

THRESHOLD = 0.5
"""Findings of less confidence are dropped."""
CONFIRMED = 0.6
"""The confidence of a word that is part of a name found with certainty in the same text."""
CERTAIN = 0.8
SHORTEST_PART = 2


def settle(findings: Iterable[Finding], text: str) -> list[Finding]:
    """The findings of ``text`` to report, sorted by place; none overlaps another.

    A word that may be a name counts where a certain name of the same text begins or ends with it.
    If two kinds are found in one place, the surer one stays, then the longer one; what the other
    covers beside it stays too where it is more than punctuation. Two findings of one kind that
    overlap become one.
    """
    confirmed = _confirmed(sorted(findings), text)
    names = [each for each in confirmed if each.kind is Kind.NAME and each.confidence >= THRESHOLD]
    confirmed += numbers_beside(names, text)
    return _apart([each for each in confirmed if each.confidence >= THRESHOLD], text)


def _confirmed(findings: Sequence[Finding], text: str) -> list[Finding]:
    names = [each for each in findings if each.kind is Kind.NAME]
    known = {
        part
        for each in names
        if each.confidence >= CERTAIN
        for part in _parts(text[each.start : each.end])
    }
    return [
        Finding(each.start, each.end, each.kind, max(each.confidence, CONFIRMED))
        if each.kind is Kind.NAME and _letters(text[each.start : each.end]) in known
        else each
        for each in findings
    ]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _parts(written: str) -> Iterable[str]:
    """The beginnings and ends of a name, and its words."""
    yield from written.split()
    name = _letters(written)
    yield name
    for length in range(SHORTEST_PART, len(name) + 1):
        yield name[:length]
        yield name[-length:]


def _apart(findings: Iterable[Finding], text: str) -> list[Finding]:
    apart: list[Finding] = []
    for finding in sorted(_united(findings), key=_rank, reverse=True):
        place = bisect(apart, finding)
        # Those that begin before it: the last one may reach into it.
        first = place - 1 if place and apart[place - 1].end > finding.start else place
        last = bisect_left(apart, finding.end, key=_start)
        apart[first:last] = sorted(
            [*apart[first:last], *_uncovered(finding, apart[first:last], text)]
        )
    return apart


def _united(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one kind that overlap, as one."""
    united: list[Finding] = []
    for finding in sorted(findings, key=lambda each: (each.kind, each)):
        last = united[-1] if united else finding
        if united and last.kind is finding.kind and finding.start < last.end:
            end, confidence = max(last.end, finding.end), max(last.confidence, finding.confidence)
            united[-1] = Finding(last.start, end, last.kind, confidence)
        else:
            united.append(finding)
    return united


def _rank(finding: Finding) -> tuple[float, int]:
    return finding.confidence, finding.end - finding.start


def _start(finding: Finding) -> int:
    return finding.start


def _uncovered(finding: Finding, others: Sequence[Finding], text: str) -> Iterator[Finding]:
    """The parts of ``finding`` beside ``others`` that are more than a mark or a single letter."""
    starts = [finding.start, *(each.end for each in others)]
    ends = [*(each.start for each in others), finding.end]
    for start, end in zip(starts, ends, strict=True):
        if start == finding.start and end == finding.end:
            yield finding
        elif start < end and len(_letters(text[start:end])) >= SHORTEST_PART:
            yield Finding(start, end, finding.kind, finding.confidence)
