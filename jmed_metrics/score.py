"""One response scored by the paper's three metrics (JMedLoRA, section 3.2).

The paper gives no rule for questions with several correct choices. Here they are taken as a set, as
the accuracy and the exact match of ``Score`` say; the other readings are in ``readings``.

``score_response`` computes everything once; ``accuracy``, ``exact_match`` and ``gestalt_score`` are
thin wrappers around it for a single number. All three range from 0 to 1, higher is better, and the
paper's table shows their means over the questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jmed_metrics.normalize import composed
from jmed_metrics.similarity import gestalt, nearest

SEPARATOR = ","
"""Joins the texts of several choices, in prompts and in reference answers (the authors' code)."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one response to one question is worth, and why.

    accuracy: 1 if the k choices nearest to the response are exactly the correct ones, else 0;
        k is the number of correct choices, which the question states (「2つ選べ」).
    exact_match: 1 if the text of every correct choice occurs in the response, else 0.
    gestalt_score: similarity (0 to 1) of the response to the correct choices' texts, joined by ",".
    chosen: 0-based indices of the k nearest choices, ascending; empty if nothing was answered.
    empty: the response has no character but white space.
    tied: only label order decided which choice was the k-th nearest.
    ended_by_length: generation stopped at the token limit; None where the caller cannot know.
    """

    accuracy: int
    exact_match: int
    gestalt_score: float
    chosen: tuple[int, ...]
    empty: bool
    tied: bool
    ended_by_length: bool | None = None


def score_response(
    response: str,
    choices: Sequence[str],
    answer: Sequence[int],
    *,
    ended_by_length: bool | None = None,
) -> Score:
    """Score ``response`` to a question: ``choices``, and ``answer``, their correct 0-based indices.

    Outer white space of the response is ignored, and so is how characters are put together: all
    texts are compared in NFC. An empty response scores 0 by all three. Raises ValueError if a
    choice is empty, or if ``answer`` is empty, repeats an index or names a choice that is not
    there.
    """
    correct = correct_indices(choices, answer)
    response, choices = composed(response.strip()), [composed(each) for each in choices]
    if not response:
        return Score(0, 0, 0.0, (), empty=True, tied=False, ended_by_length=ended_by_length)
    texts = [choices[index] for index in correct]
    found = nearest(response, choices, len(correct))
    if len(texts) == 1 and correct[0] in found.values:
        similarity = found.values[correct[0]]
    else:
        similarity = gestalt(response, SEPARATOR.join(texts))
    return Score(
        accuracy=int(found.chosen == correct),
        exact_match=int(all(text in response for text in texts)),
        gestalt_score=similarity,
        chosen=found.chosen,
        empty=False,
        tied=found.tied,
        ended_by_length=ended_by_length,
    )


def correct_indices(choices: Sequence[str], answer: Sequence[int]) -> tuple[int, ...]:
    """``answer`` ascending. Raises ValueError for a question that cannot be scored."""
    correct = tuple(sorted(answer))
    if not correct or len(set(correct)) != len(correct) or not _within(correct, choices):
        raise ValueError(
            f"answer={list(answer)}: give distinct indices between 0 and {len(choices) - 1}"
        )
    if not all(choices):
        raise ValueError(f"choices={list(choices)}: an empty text occurs in every response")
    return correct


def accuracy(response: str, choices: Sequence[str], answer: Sequence[int]) -> int:
    """1 if the choices nearest to the response are exactly the correct ones, else 0."""
    return score_response(response, choices, answer).accuracy


def exact_match(response: str, choices: Sequence[str], answer: Sequence[int]) -> int:
    """1 if every correct choice's text occurs in the response, else 0."""
    return score_response(response, choices, answer).exact_match


def gestalt_score(response: str, choices: Sequence[str], answer: Sequence[int]) -> float:
    """Similarity, 0 to 1, of the response to the correct choices' texts joined by ","."""
    return score_response(response, choices, answer).gestalt_score


def _within(indices: Sequence[int], choices: Sequence[str]) -> bool:
    return all(0 <= index < len(choices) for index in indices)
