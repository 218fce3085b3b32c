"""How far a model's choices depend on the order in which the choices were shown.

Pure: answers of several runs to the same questions in, shares out. All shares are between 0 and 1.
No share alone shows that a model knows: see Agreement on what must be read together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from statistics import fmean, stdev

from jmed_metrics import proportion_interval
from jmedlora.exams.schema import LETTERS


@dataclass(frozen=True, slots=True)
class Answer:
    """One run's answer to one question. All but ``order`` are ascending original 0-based indices.

    order: for each shown position, the original index of the choice there. gold: the correct
    choices. chosen: those nearest to the response; empty if nothing was answered. text: the
    response without outer white space. unrelated: what the same run's responses to other questions
    would choose here (``unrelated.choices_of_others``); empty if there is no fitting question.
    """

    order: tuple[int, ...]
    gold: tuple[int, ...]
    chosen: tuple[int, ...]
    text: str
    unrelated: tuple[tuple[int, ...], ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """The shown positions of the chosen choices, ascending."""
        return tuple(sorted(map(self.order.index, self.chosen)))

    @property
    def is_right(self) -> bool:
        """Whether the chosen choices are exactly the correct ones."""
        return self.chosen == self.gold

    @property
    def is_wrong(self) -> bool:
        """Whether other choices were chosen; an unanswered question is neither right nor wrong."""
        return bool(self.chosen) and not self.is_right


Run = Sequence[Answer]
"""The answers of one run; those of all runs are to the same questions, in the same order."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share, and how many cases it is a share of; None without any."""

    share: float | None
    of: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often runs agree; an unanswered question agrees with nothing.

    all_same: share of questions for which all runs chose the same content. All others are for two
    runs, over all pairs:

    content, position, text: share of questions for which they chose the same content, the same
        shown positions, and wrote the same text.
    unrelated: content if one of the two, each in turn, had answered another question; of: the
        questions that have another of the same numbers of choices and of correct ones.
    chance: content, or position, of two independent uniform guesses of the right size: the mean of
        1 / C(choices, correct).
    right: of the answers of one of the two, each in turn, that were right, the share for which the
        other chose the same content. wrong: the same of those that chose wrongly. Choices that do
        not depend on which are correct have right and wrong equal over questions of one
        C(choices, correct); both are chance for uniform guesses if all are answered. Over
        questions of several, right is slightly the higher, as small ones are more often right.

    A model that goes by position has position 1 and content near chance. Content is 1 for a model
    that knows, but also for one that always writes one text, whatever is asked (then unrelated
    equals content), and for one whose text depends on the question but not on knowledge (then
    unrelated is low, but accuracy is near that of guesses). So content by itself shows no
    knowledge: it has to lie above unrelated, and accuracy above its own floors. Right no higher
    than wrong is no sign of knowledge: with both near chance nothing holds the choices in place,
    with both far above it something does where the model does not know, too.
    """

    all_same: float
    content: float
    position: float
    text: float
    unrelated: Share
    chance: float
    right: Share
    wrong: Share


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
        text=fmean(_same([one.text, two.text]) for one, two in pairs),
        unrelated=Share(_mean(_unrelated(pairs)), sum(bool(each.unrelated) for each in runs[0])),
        chance=fmean(1 / comb(len(each.order), len(each.gold)) for each in runs[0]),
        right=_share([one.chosen == two.chosen for one, two in _turns(pairs) if one.is_right]),
        wrong=_share([one.chosen == two.chosen for one, two in _turns(pairs) if one.is_wrong]),
    )


def accuracy(run: Run) -> float:
    """Share of the questions whose chosen choices are exactly the correct ones."""
    return fmean(each.is_right for each in run)


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
    correct = sum(each.is_right for each in here)
    return Position(
        label=LETTERS[place],
        gold=len(here),
        correct=correct,
        interval=proportion_interval(correct / len(here), len(here)) if here else None,
        chosen=fmean(each.positions == (place,) for each in single),
        expected=len(here) / len(single),
    )


def _turns(pairs: Sequence[tuple[Answer, Answer]]) -> Iterator[tuple[Answer, Answer]]:
    """Every pair twice, each of the two first."""
    for one, two in pairs:
        yield one, two
        yield two, one


def _unrelated(pairs: Sequence[tuple[Answer, Answer]]) -> list[float]:
    """For each pair, each of the two first, the share of the second's unrelated choices it made."""
    return [
        fmean(_same([one.chosen, other]) for other in two.unrelated)
        for one, two in _turns(pairs)
        if two.unrelated
    ]


def _same(values: Sequence[tuple[int, ...]] | Sequence[str]) -> bool:
    """Whether all are equal and not empty."""
    return bool(values[0]) and len(set(values)) == 1


def _share(cases: Sequence[bool]) -> Share:
    return Share(_mean(cases), len(cases))


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
