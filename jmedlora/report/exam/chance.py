"""How likely a model reaches the pass lines with other questions of the same kind: the bootstrap.

The questions are resampled, the answers of the model to each are kept: what is said holds the
chance of the questions, not that of sampling (another seed could give other answers).

Resampled are single questions within strata of one section and one number of points, so that every
resample is an examination of the same form: as many questions a section, as many points in all.
Drawing n questions of a stratum with replacement is the same as drawing how many of the n have each
outcome from the multinomial distribution, which is what is done.

Cases (連問) are not drawn whole: a section of the national examination has five, too few to be
resampled. How much it would matter is told by the design effect of each line.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jmed_metrics.intervals import LEVEL
from jmedlora.exams.description import Description, PassLine
from jmedlora.exams.series import series_numbers
from jmedlora.report.compare.statistics import RESAMPLES, SEED
from jmedlora.report.exam.marked import Answered
from jmedlora.report.exam.reached import whole

CLOSE = (0.1, 0.9)
"""A verdict is close if the probability of reaching every line is one of these or between them."""
Outcome = tuple[bool, bool]
"""Whether an answer is right, and whether it took a forbidden choice."""
Stratum = tuple[str, float]
"""Section, points of each question."""
Form = tuple[str, tuple[float, ...]]
"""Section, and the points of each question of a case."""
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LineChance:
    """One pass line. interval: 95 % of the points, by percentiles of the resamples.

    probability: the share of resamples that reach it, 0 to 1; None where the line is not known.
    design_effect: see ``design_effect``.
    """

    interval: tuple[float, float]
    probability: float | None
    design_effect: float | None


@dataclass(frozen=True, slots=True)
class Chances:
    """The probabilities, 0 to 1, of one model's examination.

    forbidden: that at most as many questions as are allowed get a forbidden choice; None where
    that is not counted. every: that all of these are reached at once; None where any is not known.
    """

    lines: Mapping[str, LineChance] = field(default_factory=dict)
    forbidden: float | None = None
    every: float | None = None

    @property
    def close(self) -> bool | None:
        """Whether the verdict could well be another with other questions; None if not known."""
        return None if self.every is None else CLOSE[0] <= self.every <= CLOSE[1]

    def line_record(self, name: str) -> dict[str, Any]:
        """What is known of the line ``name``, as plain JSON types."""
        line = self.lines.get(name)
        return {
            "interval": line and list(map(whole, line.interval)),
            "probability": line and line.probability,
            "design_effect": line and line.design_effect,
        }


def probability_in_words(value: float | None) -> str:
    """0.5715 as ".57"; what would be rounded to 0 or 1 as "<.01" or ">.99"."""
    if value is None:
        return "n/a"
    rounded = f"{value:.2f}"
    return {"0.00": "<.01", "1.00": ">.99"}.get(rounded, rounded.removeprefix("0"))


def chances(answers: Sequence[Answered], description: Description) -> Chances:
    """The chances of ``answers`` to all questions; a question without an answer counts as wrong.

    The numbers are the same for the same marks: the seed is fixed.
    """
    drawn = _resamples(answers)
    found, reached = {}, []
    for name, line in description.lines.items():
        points = _points(drawn, line)
        passes = None if line.pass_from is None else points >= line.pass_from
        reached.append(passes)
        low, high = _percentiles(points)
        probability = None if passes is None else float(passes.mean())
        found[name] = LineChance((low, high), probability, design_effect(answers, line))
    forbidden = None
    if description.most_forbidden is not None:
        few = _forbidden(drawn) <= description.most_forbidden
        reached.append(few)
        forbidden = float(few.mean())
    known = [each for each in reached if each is not None]
    every = float(np.all(known, axis=0).mean()) if len(known) == len(reached) else None
    return Chances(found, forbidden, every)


def design_effect(answers: Sequence[Answered], line: PassLine) -> float | None:
    """The variance of the points of ``line``: with cases drawn whole, over with questions alone.

    1 if the questions of a case are no more alike than others, above 1 if they are. Both variances
    are those of a stratified sample, the sum over the strata of n times the variance with n - 1 in
    the denominator (Kish 1965); a stratum of cases is a section and the points of their questions.
    A case without another one of its form cannot be drawn in its place and counts as single
    questions. None where no case is left, or where nothing varies.
    """
    rated = [
        each for each in answers if each.question.section in line.sections and each.question.points
    ]
    numbers = series_numbers([each.question for each in rated])
    cases: dict[int, list[Answered]] = defaultdict(list)
    for each, number in zip(rated, numbers, strict=True):
        cases[number].append(each)
    forms = Counter(map(_form, cases.values()))
    whole = [
        unit
        for case in cases.values()
        for unit in ([case] if forms[_form(case)] > 1 else [[each] for each in case])
    ]
    alone = _variance([[each] for each in rated])
    return _variance(whole) / alone if alone and len(whole) < len(rated) else None


def _form(unit: Sequence[Answered]) -> Form:
    return unit[0].question.section, tuple(each.question.points for each in unit)


def _variance(units: Iterable[Sequence[Answered]]) -> float:
    """The variance of the points of all ``units``, each drawn whole from those of its form."""
    strata: dict[Form, list[float]] = defaultdict(list)
    for unit in units:
        strata[_form(unit)].append(sum(each.question.points for each in unit if each.correct))
    varying = [points for points in strata.values() if len(points) > 1]
    return float(sum(len(points) * np.var(points, ddof=1) for points in varying))


def _resamples(answers: Sequence[Answered]) -> dict[Stratum, dict[Outcome, Numbers]]:
    """How many answers of each stratum have each outcome, in each of the resamples."""
    strata: dict[Stratum, Counter[Outcome]] = defaultdict(Counter)
    for each in answers:
        outcome = each.correct, bool(each.mark and each.mark.forbidden)
        strata[each.question.section, each.question.points][outcome] += 1
    rng = np.random.default_rng(SEED)
    drawn: dict[Stratum, dict[Outcome, Numbers]] = {}
    for stratum, outcomes in strata.items():
        n = outcomes.total()
        shares = [count / n for count in outcomes.values()]
        columns = rng.multinomial(n, shares, size=RESAMPLES).T
        drawn[stratum] = dict(zip(outcomes, columns, strict=True))
    return drawn


def _points(
    drawn: Mapping[Stratum, Mapping[Outcome, Numbers]], line: PassLine
) -> NDArray[np.float64]:
    points = np.zeros(RESAMPLES)
    for (section, each), outcomes in drawn.items():
        if section in line.sections:
            points += each * sum(n for (right, _), n in outcomes.items() if right)
    return points


def _forbidden(drawn: Mapping[Stratum, Mapping[Outcome, Numbers]]) -> Numbers:
    taken = np.zeros(RESAMPLES, dtype=np.int64)
    for outcomes in drawn.values():
        taken += sum(n for (_, forbidden), n in outcomes.items() if forbidden)
    return taken


def _percentiles(points: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 %: points that resamples have, not something between two of them."""
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(points, [tail, 100 - tail], method="inverted_cdf")
    return float(low), float(high)
