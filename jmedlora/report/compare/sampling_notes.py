"""What a table says of sampling: which scores are of one sample, which of several, and of which."""

from collections.abc import Iterator, Sequence

from jmedlora.report.compare.columns import Column
from jmedlora.report.load.measurements import Measured

EXPLAINED = (
    "Several samples: the runs of one model that differ only in their seed, or the answers of "
    "lm-eval's repeats. A question's score is the mean over its samples. The interval resamples "
    "questions, each with all its samples: it holds the spread over questions and over samples. "
    "SD over samples: how far the scores of single samples lie from each other. Same answer again: "
    "the share of the pairs of samples that choose the same. By majority: the score of the answer "
    "that most samples choose (self-consistency)."
)


def sampling_notes(found: Sequence[Column], *, each_sample: bool) -> list[str]:
    """A note on the scores of one sample, and one for each score of several.

    each_sample: also what a score of several is, and the score of each sample.
    """
    cells = [(column, each) for column in found for each in column.measured.values()]
    several = [(column, each) for column, each in cells if each.samples]
    single = dict.fromkeys(
        column.title for column, each in cells if not each.samples and each.signature.is_sampled
    )
    notes = [EXPLAINED] if several and each_sample else []
    for column, each in several:
        notes += _of_several(column, each, each_sample=each_sample)
    if single:
        named = "every column" if len(single) == len(found) > 1 else "; ".join(single)
        notes.append(f"One sample; the spread over seeds is not in the intervals: {named}.")
    return notes


def _of_several(column: Column, measured: Measured, *, each_sample: bool) -> Iterator[str]:
    seeds = ", ".join(dict.fromkeys(each.conditions.seed or "?" for each in measured.samples))
    what = f"{column.title}, {measured.subject} {measured.shots}s"
    yield f"{what}: mean of {len(measured.samples)} samples (seed {seeds})."
    if each_sample:
        for metric in measured.scores:
            scores = ", ".join(f"{each.scores[metric]:.3f}" for each in measured.samples)
            yield f"{what}, {metric} of each sample: {scores}."
