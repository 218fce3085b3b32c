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
    """A note on the scores of one sample, and one for those of the same samples.

    each_sample: also what a score of several is, and the score of each sample.
    """
    cells = [(column, each) for column in found for each in column.measured.values()]
    several = [(column, each) for column, each in cells if each.samples]
    single = dict.fromkeys(
        column.title for column, each in cells if not each.samples and each.signature.is_sampled
    )
    notes = [EXPLAINED] if several and each_sample else []
    notes += _means(several, len(found))
    if each_sample:
        notes += [note for column, each in several for note in _each_sample(column, each)]
    if single:
        named = _named(list(single), len(found))
        notes.append(f"One sample; the spread over seeds is not in the intervals: {named}.")
    return notes


def _means(several: Sequence[tuple[Column, Measured]], columns: int) -> Iterator[str]:
    """How many samples the scores are means of: columns of the same seeds in one line."""
    found: dict[tuple[str, str], list[str]] = {}
    for column, each in several:
        seeds = ", ".join(dict.fromkeys(one.conditions.seed or "?" for one in each.samples))
        what = f"mean of {len(each.samples)} samples (seed {seeds})"
        found.setdefault((f"{each.subject} {each.shots}s", what), []).append(column.title)
    for (subject, what), titles in found.items():
        yield f"{_named(titles, columns)}, {subject}: {what}."


def _each_sample(column: Column, measured: Measured) -> Iterator[str]:
    for metric in measured.scores:
        scores = ", ".join(f"{each.scores[metric]:.3f}" for each in measured.samples)
        what = f"{column.title}, {measured.subject} {measured.shots}s, {metric}"
        yield f"{what} of each sample: {scores}."


def _named(titles: Sequence[str], columns: int) -> str:
    return "every column" if len(titles) == columns > 1 else "; ".join(titles)
