"""The likeliest choice, by log-likelihoods of the choices' texts behind the prompt."""

from collections.abc import Sequence
from math import isnan
from typing import Any


def process_results(doc: dict[str, Any], results: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """1 or 0, as lm-eval's own ``multiple_choice`` computes them; among equals the first is taken.

    acc: whether the correct choice has the highest log-likelihood. acc_norm: whether it has the
    highest one per character. Ends the run if the model's numbers cannot be log-likelihoods.
    """
    values = [value for value, _ in results]
    _check(doc["problem_id"], values)
    (gold,) = doc["answer"]
    normed = [value / len(text) for value, text in zip(values, doc["choices"], strict=True)]
    return {
        "acc": float(values.index(max(values)) == gold),
        "acc_norm": float(normed.index(max(normed)) == gold),
    }


def _check(problem_id: str, values: Sequence[float]) -> None:
    """Different texts cannot all have probability 1, but some servers answer so.

    lm-eval would count the first choice as chosen, in every question.
    """
    if not any(values):
        what = "the log-likelihoods of all choices are exactly 0: the server does not compute them"
    elif any(map(isnan, values)):
        what = "a log-likelihood is not a number: the model overflows, load it in bfloat16"
    else:
        return
    raise SystemExit(f"jmed: {problem_id}: {what}; the scores would mean nothing")
