"""From all that recognisers report to the findings: no two of which overlap."""

from collections.abc import Iterable, Sequence

from jmedlora.data.personal.finding import Finding, Kind

THRESHOLD = 0.5
"""Findings of less confidence are dropped."""
CONFIRMED = 0.6
"""The confidence of a word that is part of a name found with certainty in the same text."""
CERTAIN = 0.8
SHORTEST_PART = 2


def settle(findings: Iterable[Finding], text: str) -> list[Finding]:
    """The findings of ``text`` to report, sorted by place; none overlaps another.

    A word that may be a name counts where a certain name of the same text begins or ends with it.
    Of two kinds in one place the surer one stays, then the longer one; what the other covers
    beside it stays too where it is more than punctuation. Two findings of one kind that overlap become one.
    """
    confirmed = _confirmed(sorted(findings), text)
    return _apart([each for each in confirmed if each.confidence >= THRESHOLD], text)


def _confirmed(findings: Sequence[Finding], text: str) -> list[Finding]:
    names = [each for each in findings if each.kind is Kind.NAME]
    known = {
        part
        for each in names
        if each.confidence >= CERTAIN
        for part in _parts(_letters(text[each.start : each.end]))
    }
    return [
        Finding(each.start, each.end, each.kind, max(each.confidence, CONFIRMED))
        if each.kind is Kind.NAME and _letters(text[each.start : each.end]) in known
        else each
        for each in findings
    ]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _parts(name: str) -> Iterable[str]:
    """The beginnings and ends of a name."""
    for length in range(SHORTEST_PART, len(name) + 1):
        yield name[:length]
        yield name[-length:]


def _apart(findings: Sequence[Finding], text: str) -> list[Finding]:
    apart: list[Finding] = []
    for finding in sorted(findings):
        last = apart[-1] if apart else None
        if last is None or last.end <= finding.start:
            apart.append(finding)
        elif last.kind is finding.kind:
            apart[-1] = _united(last, finding)
        elif _rank(finding) > _rank(last):
            apart[-1:] = [*_rest(last, last.start, finding.start, text), finding]
            # What the first one covers behind the second is lost only where both began together.
        elif finding.end > last.end:
            apart += _rest(finding, last.end, finding.end, text)
    return apart


def _united(one: Finding, other: Finding) -> Finding:
    return Finding(
        min(one.start, other.start),
        max(one.end, other.end),
        one.kind,
        max(one.confidence, other.confidence),
    )


def _rank(finding: Finding) -> tuple[float, int]:
    return finding.confidence, finding.end - finding.start


def _rest(finding: Finding, start: int, end: int, text: str) -> list[Finding]:
    if end > start and len(_letters(text[start:end])) >= SHORTEST_PART:
        return [Finding(start, end, finding.kind, finding.confidence)]
    return []
