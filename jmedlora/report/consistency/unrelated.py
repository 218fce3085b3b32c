"""What a response chooses in a question that it does not answer: the floor of agreeing choices.

A choice is read from free text by similarity (``jmed_metrics.nearest``), so every text is nearest
to some choice, and a long choice to many texts: a response that ignores the choices falls on the
same content in whatever order they are shown. How often that happens is measured here with the
run's own responses, each given to other questions.
"""

from collections.abc import Iterator, Mapping, Sequence

from jmed_metrics import score_response

ROTATIONS = 8
"""How many other questions' responses a question is given at most: all of a group of up to nine.
One each was too few: over 60 questions the floor lay between .31 and .42, by which one it was."""

Question = tuple[Sequence[str], Sequence[int]]
"""The choices as published, and the 0-based indices of the correct ones."""
Chosen = tuple[int, ...]
"""Ascending 0-based indices; () for an empty response."""


def choices_of_others(
    questions: Mapping[str, Question], responses: Mapping[str, str]
) -> dict[str, tuple[Chosen, ...]]:
    """By problem_id, what the responses to other questions would choose among its choices.

    The others are those of ``others``; () where there is none. ``questions`` and ``responses`` are
    by problem_id and have the same ones.
    """
    sizes = {name: (len(choices), len(gold)) for name, (choices, gold) in questions.items()}
    return {
        name: tuple(score_response(responses[each], *questions[name]).chosen for each in found)
        for name, found in others(sizes).items()
    }


def others(sizes: Mapping[str, tuple[int, int]]) -> dict[str, list[str]]:
    """The questions whose responses stand in for one's own, by problem_id.

    sizes: (choices, correct ones) of each question. The questions of one size, in the order of
    problem_id as text, form a circle of n; to each belong those ``shifts(n)`` places on. The
    shifts are far apart because the questions of one case stand side by side.
    """
    circles: dict[tuple[int, int], list[str]] = {}
    for name in sorted(sizes):
        circles.setdefault(sizes[name], []).append(name)
    return dict(pair for circle in circles.values() for pair in _turned(circle))


def shifts(count: int) -> list[int]:
    """At most ROTATIONS distinct shifts from 1 to ``count`` - 1, evenly spread; [] for count 1."""
    spread = {step * count // (ROTATIONS + 1) for step in range(1, ROTATIONS + 1)}
    return sorted(spread - {0})


def _turned(circle: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    count = len(circle)
    for place, name in enumerate(circle):
        yield name, [circle[(place + shift) % count] for shift in shifts(count)]
