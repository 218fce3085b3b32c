"""How far a model's choices depend on the order in which the choices were shown.

Pure: answers of several runs to the same questions in, shares out. All shares are between 0 and 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from statistics import fmean, stdev

from jmed_data.schema import LETTERS
from jmed_metrics import proportion_interval


@dataclass(frozen=True, slots=True)
class Answer:
    """One run's answer to one question. All but ``order`` are ascending original 0-based indices.

    order: for each shown position, the original index of the choice there. gold: the correct
    choices. chosen: those nearest to the response; empty if nothing was answered.
    """

    order: tuple[int, ...]
    gold: tuple[int, ...]
    chosen: tuple[int, ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """The shown positions of the chosen choices, ascending."""
        return tuple(sorted(map(self.order.index, self.chosen)))


Run = Sequence[Answer]
"""The answers of one run; those of all runs are to the same questions, in the same order."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often runs agree; an unanswered question agrees with nothing.

    all_same: share of questions for which all runs chose the same content. content, position: for
    two runs, averaged over all pairs, the share of questions for which they chose the same content,
    and the same shown positions. chance: what either would be for two independent uniform guesses
    of the right size, the mean of 1 / C(choices, correct). A model that knows has content 1 and
    position near chance; one that goes by position alone has it the other way round.
    """

    all_same: float
    content: float
    position: float
    chance: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Accuracies of runs: their mean, standard deviation (n - 1), lowest and highest."""

    mean: float
    deviation: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Position:
    """What happened at one shown position, over the single-answer questions of all runs.

    label: a, b … gold: how many answers had the correct choice there; correct: how many of these
    chose it. interval: Wilson's 95 % interval of their ratio, which takes the answers for
    independent; None without any. chosen: share of all answers that chose this position; expected:
    share of all that had the correct choice there.
    """

    label: str
    gold: int
    correct: int
    interval: tuple[float, float] | None
    chosen: float
    expected: float


def agreement(runs: Sequence[Run]) -> Agreement:
    """The agreement of two or more runs over their questions."""
    questions = list(zip(*runs, strict=True))
    pairs = [pair for answers in questions for pair in combinations(answers, 2)]
    return Agreement(
        all_same=fmean(_same([each.chosen for each in answers]) for answers in questions),
        content=fmean(_same([one.chosen, two.chosen]) for one, two in pairs),
        position=fmean(_same([one.positions, two.positions]) for one, two in pairs),
        chance=fmean(1 / comb(len(each.order), len(each.gold)) for each in runs[0]),
    )


def accuracy(run: Run) -> float:
    """Share of the questions whose chosen choices are exactly the correct ones."""
    return fmean(each.chosen == each.gold for each in run)


def unanswered(run: Run) -> float:
    """Share of the questions for which nothing was chosen."""
    return fmean(not each.chosen for each in run)


def spread(runs: Sequence[Run]) -> Spread:
    """The spread of the accuracies of two or more runs."""
    found = [accuracy(run) for run in runs]
    return Spread(fmean(found), stdev(found), min(found), max(found))


def by_position(runs: Sequence[Run]) -> list[Position]:
    """Every shown position, first one first; [] without single-answer questions."""
    single = [each for run in runs for each in run if len(each.gold) == 1]
    count = max((len(each.order) for each in single), default=0)
    return [_position(place, single) for place in range(count)]


def _position(place: int, single: Run) -> Position:
    here = [each for each in single if each.order.index(each.gold[0]) == place]
    correct = sum(each.chosen == each.gold for each in here)
    return Position(
        label=LETTERS[place],
        gold=len(here),
        correct=correct,
        interval=proportion_interval(correct / len(here), len(here)) if here else None,
        chosen=fmean(each.positions == (place,) for each in single),
        expected=len(here) / len(single),
    )


def _same(chosen: Sequence[tuple[int, ...]]) -> bool:
    return bool(chosen[0]) and len(set(chosen)) == 1
