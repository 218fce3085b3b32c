"""The longest run that two texts, or two lists of tokens, have in common."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CommonRun:
    """A run of neighbours that stands in both.

    length: in characters of texts, in tokens of lists; 0 where nothing is common.
    first_start, second_start: where it begins in the first and in the second one, 0-based.
    """

    length: int
    first_start: int
    second_start: int


@dataclass(slots=True)
class _State:
    """A state of the automaton: the ends of all parts that are ``length`` long at most.

    link: the state of their longest part that also stands elsewhere, -1 for the empty one's.
    end: behind the first place where they stand. following: the state behind each next item.
    """

    length: int
    link: int
    end: int
    following: dict[Hashable, int] = field(default_factory=dict)


def longest_common_run(first: Sequence[Hashable], second: Sequence[Hashable]) -> CommonRun:
    """The longest run of both, known as the longest common substring.

    Among several the one that ends earliest in ``first``, at its first place in ``second``. In a
    time and a memory that grow with the summed lengths only.
    Source: Blumer et al. 1985, the suffix automaton (Theoretical Computer Science 40, 31).
    """
    states = _automaton(second)
    best = CommonRun(0, 0, 0)
    state = length = 0
    for place, item in enumerate(first, start=1):
        while state and item not in states[state].following:
            state = states[state].link
            length = states[state].length
        if item in states[state].following:
            state, length = states[state].following[item], length + 1
        if length > best.length:
            best = CommonRun(length, place - length, states[state].end - length)
    return best


def _automaton(items: Sequence[Hashable]) -> list[_State]:
    """The states of all parts of ``items``; the first is that of the empty part."""
    states = [_State(0, -1, 0)]
    last = 0
    for item in items:
        last = _extend(states, last, item)
    return states


def _extend(states: list[_State], last: int, item: Hashable) -> int:
    """Appends ``item`` behind the state ``last`` of the whole; returns the new whole's state."""
    whole = len(states)
    length = states[last].length + 1
    states.append(_State(length, 0, length))
    place = last
    while place != -1 and item not in states[place].following:
        states[place].following[item] = whole
        place = states[place].link
    if place != -1:
        states[whole].link = _split(states, place, item)
    return whole


def _split(states: list[_State], place: int, item: Hashable) -> int:
    """The state of what stands at ``place`` with ``item`` behind it; made where none is exact."""
    reached = states[place].following[item]
    if states[reached].length == states[place].length + 1:
        return reached
    old = states[reached]
    copy = len(states)
    states.append(_State(states[place].length + 1, old.link, old.end, dict(old.following)))
    old.link = copy
    while place != -1 and states[place].following.get(item) == reached:
        states[place].following[item] = copy
        place = states[place].link
    return copy
