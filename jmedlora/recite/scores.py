"""The scores of one question: of what a model wrote, and of the likelihood that it gave."""

from collections.abc import Callable, Mapping, Sequence
from math import log
from statistics import fmean
from typing import Any

from jmed_metrics.common_run import longest_common_run
from jmed_metrics.membership import exposure
from jmed_metrics.recitation import edit_similarity, near_verbatim, verbatim, within

Document = Mapping[str, Any]
Tokens = Callable[[str], Sequence[int]]
"""From a text to its tokens, without special ones."""
LONGEST = 4000
"""Characters of what was written that are read."""


def score_continuation(document: Document, written: str, tokens: Tokens | None) -> dict[str, float]:
    """How ``written`` goes on with the record.

    exact, near, within: 0 or 1 (jmed_metrics.recitation). similarity: 0 to 1. run: characters of
    the longest run that ``written`` and the record have in common; run_tokens: of tokens, where
    the model's are known.
    """
    target, characters = document["target"], document["characters"]
    written = written[:LONGEST]
    scores = {
        "exact": float(verbatim(written, target, characters)),
        "near": float(near_verbatim(written, target, characters)),
        "within": float(within(written, target, characters)),
        "similarity": edit_similarity(written, target, characters),
        "run": float(longest_common_run(written, target).length),
    }
    if tokens:
        run = longest_common_run(list(tokens(written)), list(tokens(target)))
        scores["run_tokens"] = float(run.length)
    return scores


def score_loss(document: Document, log_likelihood: float, tokens: Tokens) -> dict[str, float]:
    """The record's loss: nats a token of the target, behind its prompt."""
    return {"loss": -log_likelihood / target_tokens(document, tokens)}


def target_tokens(document: Document, tokens: Tokens) -> int:
    """Over how many tokens lm-eval's log-likelihood is: white space before the target counts."""
    before = len(tokens(document["prompt"].rstrip()))
    return max(len(tokens(document["prompt"] + document["target"])) - before, 1)


def score_exposed(document: Document, log_likelihood: float) -> dict[str, Any]:
    """The log-perplexity of a canary or a reference, in bits.

    exposure: what mean_exposure needs of it; the mean over the canaries is made of all of them.
    """
    bits = -log_likelihood / log(2)
    return {"log_perplexity": bits, "exposure": [bits, document["repetitions"]]}


def score_said(document: Document, written: str) -> dict[str, float]:
    """comes_out: whether ``written`` begins with the canary's secret, 0 or 1."""
    return {"comes_out": float(written[:LONGEST].lstrip().startswith(document["target"]))}


def mean_exposure(items: Sequence[tuple[float, int]]) -> float:
    """The canaries' mean exposure in bits, of log-perplexities and repetitions (0: a reference).

    NaN where there is no canary.
    """
    references = [bits for bits, repetitions in items if not repetitions]
    found = [exposure(bits, references) for bits, repetitions in items if repetitions]
    return fmean(found) if found else float("nan")
