"""The scores of the recite tasks, worked out again from what the models wrote."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Any

from jmedlora.core.display import counted
from jmedlora.core.errors import printable
from jmedlora.core.jsonl import Record
from jmedlora.recite.provenance import Measure
from jmedlora.recite.scores import mean_exposure, score_continuation, score_said
from jmedlora.report.load.recitals import Recital, log_likelihood, written
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import samples_file
from jmedlora.report.verify.answers import first_responses
from jmedlora.report.verify.difference import Difference, shown_value
from jmedlora.report.verify.hashes import question_differences, task_differences
from jmedlora.report.verify.means import mean_differences, means_of
from jmedlora.report.verify.scores import is_same

Scores = Mapping[str, float]
MORE_TOKENS = 8
"""Tokens that a text may have beyond its bytes, where a tokenizer joins it to what is before."""
UNCHECKED: dict[Measure, tuple[str, ...]] = {
    "continuation": ("run_tokens: needs the model's tokenizer",),
    "loss": ("over how many tokens a loss is: needs the model's tokenizer",),
    "exposure": (),
    "said": (),
}
"""What cannot be worked out from the samples alone."""


def confirmed(recital: Recital) -> Recital:
    """``recital`` with the scores that its answers give. Raises ResultsError for stored others.

    A score that an earlier version did not store is added.
    """
    if found := sample_differences(recital):
        where = samples_file(recital.run, recital.task)
        more = f" (and {counted(len(found) - 1, 'other difference')})" if len(found) > 1 else ""
        remedy = "evaluate again, or see all of them with jmed-report verify"
        raise ResultsError(printable(f"{where}: {found[0]}{more}; {remedy}"))
    measure = recital.noted.measure
    records = {
        key: {**each, **scores_again(measure, each)} for key, each in recital.records.items()
    }
    return replace(recital, records=records)


def scores_again(measure: Measure, sample: Record) -> Scores:
    """What the answer in ``sample`` gives, by name; ``sample`` is complete (load.recitals)."""
    if measure == "continuation":
        return score_continuation(sample["doc"], written(sample), None)
    if measure == "said":
        return score_said(sample["doc"], written(sample))
    likelihood = log_likelihood(sample) or 0.0
    if measure == "exposure":
        return {"log_perplexity": -likelihood / log(2)}
    return {"loss": -likelihood / _tokens(sample, likelihood)}


def _tokens(sample: Record, likelihood: float) -> int:
    """Over how many tokens the stored loss is, as far as a whole number of them gives it."""
    loss = float(sample["loss"])
    doc = sample["doc"]
    before = doc["prompt"][len(doc["prompt"].rstrip()) :]
    most = len((before + doc["target"]).encode(errors="replace")) + MORE_TOKENS
    return min(max(round(-likelihood / loss), 1), most) if loss else 1


def sample_differences(recital: Recital) -> list[Difference]:
    """What single samples store otherwise than their answers give, questions included."""
    records = list(recital.records.values())
    found = question_differences(recital.task, records)
    return [*found, *(each for record in records for each in _of_sample(recital, record))]


def _of_sample(recital: Recital, sample: Record) -> Iterator[Difference]:
    name = sample["doc"]["id"]
    if first_responses(sample) != sample["filtered_resps"]:
        yield Difference(recital.task, name, "the answer", "another", "the response itself")
    for score, value in scores_again(recital.noted.measure, sample).items():
        if score in sample and not is_same(sample[score], value):
            shown = shown_value(sample[score]), shown_value(value)
            yield Difference(recital.task, name, score, *shown)


def recital_differences(recital: Recital) -> tuple[list[Difference], list[str]]:
    """All that ``recital`` stores otherwise than its answers give, means and hashes included.

    Behind it, what could not be checked.
    """
    records = sorted(recital.records.values(), key=_place)
    differences = sample_differences(recital)
    over_all, unchecked = task_differences(recital.task, recital.run.content, records)
    return (
        [*differences, *over_all, *_mean_differences(recital, records)],
        [*UNCHECKED[recital.noted.measure], *unchecked],
    )


def _place(sample: Record) -> int:
    place = sample.get("doc_id")
    return place if isinstance(place, int) else 0


def _mean_differences(recital: Recital, records: Sequence[Record]) -> list[Difference]:
    row = recital.run.content["results"].get(recital.task)
    measure = recital.noted.measure
    again = [scores_again(measure, each) for each in records]
    names = [name for name in again[0] if all(name in each for each in records)]
    means = means_of([{name: each[name] for name in names} for each in again])
    stored: Mapping[str, Any] = row if isinstance(row, dict) else {}
    found = mean_differences(recital.task, stored, means)
    if measure == "exposure":
        items = [(each["log_perplexity"], record["doc"]["repetitions"])
                 for each, record in zip(again, records, strict=True)]  # fmt: skip
        value, noted = mean_exposure(items), stored.get("exposure,none")
        if not is_same(noted, value):
            what = shown_value(noted), shown_value(value)
            found.append(Difference(recital.task, "", "exposure", *what))
    return found
