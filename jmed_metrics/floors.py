"""What a score means nothing below: the scores of responses that know no medicine.

The paper prints no floor. On IgakuQA's 1,455 questions a uniform guess of the right size has
accuracy .185, and a response that repeats every choice has exact match 1.0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, nan
from statistics import fmean

from jmed_metrics.score import SEPARATOR, score_response


@dataclass(frozen=True, slots=True)
class Floors:
    """Scores over one exam of two responses without knowledge (an empty response scores 0).

    chance_accuracy: expected accuracy of a uniform guess of as many choices as are correct,
        the mean of 1 / C(choices, correct).
    echo_accuracy, echo_exact_match, echo_gestalt_score: means for the response that lists every
        choice, joined by ",".
    """

    chance_accuracy: float
    echo_accuracy: float
    echo_exact_match: float
    echo_gestalt_score: float


def floors(questions: Iterable[tuple[Sequence[str], Sequence[int]]]) -> Floors:
    """The floors of an exam given as (choices, correct indices) pairs; all nan if it has none."""
    questions = list(questions)
    if not questions:
        return Floors(nan, nan, nan, nan)
    echoes = [
        score_response(SEPARATOR.join(choices), choices, answer) for choices, answer in questions
    ]
    return Floors(
        chance_accuracy=fmean(1 / comb(len(choices), len(answer)) for choices, answer in questions),
        echo_accuracy=fmean(echo.accuracy for echo in echoes),
        echo_exact_match=fmean(echo.exact_match for echo in echoes),
        echo_gestalt_score=fmean(echo.gestalt_score for echo in echoes),
    )
