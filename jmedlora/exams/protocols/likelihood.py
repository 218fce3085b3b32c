"""The likeliest choice, by log-likelihoods of the choices' texts behind the prompt."""

from collections.abc import Sequence
from math import isnan
from statistics import fmean

from jmedlora.core.errors import UserError
from jmedlora.exams.document_check import is_choices_document
from jmedlora.exams.documents import Document, choices_document
from jmedlora.exams.protocol import CHANCE, Floors, Metric, Protocol
from jmedlora.exams.protocols import response
from jmedlora.exams.schema import Question


def score(doc: Document, results: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """1 or 0, as lm-eval's own ``multiple_choice`` computes them; among equals the first is taken.

    acc: whether the correct choice has the highest log-likelihood. acc_norm: whether it has the
    highest one per character. Raises UserError if the model's numbers cannot be log-likelihoods.
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
    raise UserError(f"{problem_id}: {what}; the scores would mean nothing")


def floors(docs: Sequence[Document]) -> Floors:
    """A guess of one choice; nothing is generated, so no answer can be empty or name them all."""
    chance = fmean(1 / len(doc["choices"]) for doc in docs)
    return {"acc": {CHANCE: chance}, "acc_norm": {CHANCE: chance}}


def _takes(question: Question) -> bool:
    """One choice is the likeliest: questions with several correct ones are left out."""
    return response.PROTOCOL.takes(question) and len(question.indices) == 1


PROTOCOL = Protocol(
    name="likelihood",
    position=3,
    templates={"ja": "d4896a79c48e"},  # the same prompt; the answer is the number of a choice
    signature="score:likelihood",
    decoding=None,
    score_metrics=(Metric("acc", "acc", "acc"), Metric("acc_norm", "acc_norm", "acc_norm")),
    rate_metrics=(),
    right="acc",
    splits_columns=False,
    takes=_takes,
    form=choices_document,
    is_whole=is_choices_document,
    score=score,
    floors=floors,
    chosen=lambda _doc, _response: None,
)
