"""The other readings of the paper's scores, for questions with several correct choices.

Section 3.2 says "the choice closest to the model's response" and "responses that contain the
correct answer": both speak of one choice, and no rule is given for several (223 of IgakuQA's 1,455
questions, 206 of JJSIMQA's 459). ``score_response`` takes them as a set: the k nearest choices must
be exactly the k correct ones, and the text of each must occur. The readings here are as near to the
words. With one correct choice all of them are the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from statistics import fmean

from jmed_metrics.normalize import composed
from jmed_metrics.score import SEPARATOR, correct_indices
from jmed_metrics.similarity import nearest


@dataclass(frozen=True, slots=True)
class Readings:
    """What one response is worth by other readings; each 0 or 1, higher is better.

    accuracy_any: 1 if the one choice nearest to the response is among the correct ones; ties go to
        the earlier label. Never below the accuracy of ``score_response``.
    exact_match_any: 1 if the text of any correct choice occurs in the response.
    exact_match_joined: 1 if the texts of the correct choices occur in it as one, joined by "," in
        label order, as the authors' code joins the reference answers of the Gestalt score.
    """

    accuracy_any: int
    exact_match_any: int
    exact_match_joined: int


def other_readings(response: str, choices: Sequence[str], answer: Sequence[int]) -> Readings:
    """The other readings of ``response``. The arguments are those of ``score_response``.

    Outer white space is ignored, and an empty response scores 0. Raises ValueError as it does.
    """
    correct = correct_indices(choices, answer)
    response, choices = composed(response.strip()), [composed(each) for each in choices]
    texts = [choices[index] for index in correct]
    return Readings(
        accuracy_any=int(not set(correct).isdisjoint(nearest(response, choices, 1).chosen)),
        exact_match_any=int(any(text in response for text in texts)),
        exact_match_joined=int(SEPARATOR.join(texts) in response),
    )


def chance_accuracy_any(questions: Iterable[tuple[Sequence[str], Sequence[int]]]) -> float:
    """The expected ``accuracy_any`` of a guess of one choice: the mean of correct / choices.

    nan without a question.
    """
    shares = [len(answer) / len(choices) for choices, answer in questions]
    return fmean(shares) if shares else nan
