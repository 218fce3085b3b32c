"""From folders of lm-eval's results to columns, and from columns to a table."""

from collections.abc import Callable
from pathlib import Path

from jmedlora.core.display import counted
from jmedlora.exams.cache import locate
from jmedlora.exams.documents import Document
from jmedlora.exams.readers.igakuqa_notes import read_notes
from jmedlora.report.compare.baselines import comparison
from jmedlora.report.compare.chosen_scores import only
from jmedlora.report.compare.columns import Column, columns
from jmedlora.report.compare.comparability import refuse_incomparable, warnings
from jmedlora.report.compare.design_effects import serial_questions
from jmedlora.report.compare.lost_answers import lost_answers
from jmedlora.report.compare.readings import reading_notes
from jmedlora.report.compare.sampling_notes import sampling_notes
from jmedlora.report.compare.sections import (
    Block,
    exam_blocks,
    follow_up_blocks,
    follow_ups_of,
    pooled_block,
)
from jmedlora.report.compare.table import Table, build_table
from jmedlora.report.compare.truncation import AT_LIMIT, NEARLY, cannot_tell
from jmedlora.report.load.labels import read_labels
from jmedlora.report.load.measurements import Measured, measure
from jmedlora.report.load.repeated_runs import join_repeats
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import find_runs

GROUP_NAMES = {
    "year": "year",
    "section": "section",
    "answers": "number of answers",
    "category": "category",
}
GROUPINGS = tuple(GROUP_NAMES)
CUT = (
    f"Cut by length: answers that are {NEARLY:.0%} as long as the token limit or longer when the "
    "model's tokenizer encodes them again; lm-eval does not log why an answer ended."
)


def read_columns(
    paths: list[Path],
    labels: Path | None,
    takes: Callable[[Measured], bool] = lambda _: True,
) -> list[Column]:
    """The columns of all runs in ``paths``. Raises ResultsError if they cannot be compared.

    takes: whether a column may hold what a run measured on one subject (default: all of it).
    """
    runs = find_runs(paths)
    measured = join_repeats(each for run in runs for each in measure(run) if takes(each))
    if not any(each.scores or each.values for each in measured):
        raise ResultsError(f"{paths[0]}: no task was scored in these runs")
    found = columns(measured, read_labels(labels) if labels else {})
    refuse_incomparable(found)
    return found


def table_of(
    found: list[Column],
    *,
    pooled: bool,
    by: str | None,
    seed: int,
    resamples: int,
    repeats: bool = False,
    follow_ups: bool = False,
    against: str | None = None,
    metrics: list[str] | None = None,
) -> Table:
    """The table of ``found``, over each exam, over all of them pooled, or over parts (``by``).

    repeats: whether its notes give the score of each sample. follow_ups: below each whole exam also
    the follow-ups apart. against: the name of the column that all others are compared with.
    metrics: the scores to show, by name (default: all). Raises UserError if there is no such
    column or score.
    """
    blocks = _blocks(found, pooled=pooled, by=by)
    if follow_ups and not pooled and not by:
        blocks = [part for each in blocks for part in (each, *follow_up_blocks(found, each))]
    if metrics:
        blocks = only(blocks, metrics)
    return build_table(
        found,
        blocks,
        comparison(found, against),
        warnings=[*warnings(found), *lost_answers(found)],
        notes=[
            *_left_out(found),
            *_follow_ups(found),
            *reading_notes(found),
            *_unusable(found),
            *_not_broken_down(blocks, by),
            *_cut(found, blocks),
            *sampling_notes(found, each_sample=repeats),
            *serial_questions(blocks),
        ],
        seed=seed,
        resamples=resamples,
    )


def _left_out(found: list[Column]) -> list[str]:
    """A note for each exam of which an exclude list left questions out."""
    noted = dict.fromkeys(
        (subject, each.ours.left_out)
        for column in found
        for (subject, _), each in column.measured.items()
        if each.ours and each.ours.left_out
    )
    return [
        f"{subject}: {counted(number, 'question')} left out by an exclude list; the scores are "
        "over the others."
        for subject, number in noted
    ]


def _follow_ups(found: list[Column]) -> list[str]:
    """A note for each exam with follow-ups that were asked without their case."""
    subjects = dict.fromkeys(subject for column in found for subject, _ in column.measured)
    noted = {subject: follow_ups_of(found, subject) for subject in subjects}
    return [
        f"{subject}: {counted(len(each.ids), 'follow-up')} of serial questions (連問) asked "
        "without the case that they belong to; igakuqa_case and the chat tasks ask them with it."
        for subject, each in noted.items()
        if each and not each.with_case
    ]


def _unusable(found: list[Column]) -> list[str]:
    """A note for each score of another harness task that is not a number."""
    return [
        f"{column.title}: {metric} of {each.subject} is not a number and left out."
        for column in found
        for each in column.measured.values()
        for metric in each.unusable
    ]


def _not_broken_down(blocks: list[Block], by: str | None) -> list[str]:
    """A note for each exam that could not be broken down."""
    return [
        f"{block.title}: shown whole; the {GROUP_NAMES[by]} is not known for every question."
        for block in blocks
        if by and not block.is_part
    ]


def _cut(found: list[Column], blocks: list[Block]) -> list[str]:
    """What the rate of cut answers means, and where it is not known."""
    shown = [CUT] if any(line.metric == AT_LIMIT for each in blocks for line in each.lines) else []
    unknown = [column.title for column in found if any(map(cannot_tell, column.measured.values()))]
    if not unknown:
        return shown
    names = "any model" if len(unknown) == len(found) else "; ".join(unknown)
    return [
        *shown,
        f"Cut by length is not known for {names}: no readable tokenizer.json of the model is on "
        "this machine.",
    ]


def _blocks(found: list[Column], *, pooled: bool, by: str | None) -> list[Block]:
    if not pooled:
        return exam_blocks(found, grouping(by) if by else None)
    block = pooled_block(found)
    if block is None:
        raise ResultsError("--pooled: these runs hold none of the paper's exams")
    return [block]


def grouping(by: str) -> Callable[[Document], str | None]:
    """From a question to its group: a year, a section, the number of answers, a category (診療科).

    Categories are those of IgakuQA's metadata, which must be on this machine.
    """
    if by == "category":
        notes = read_notes(locate("igakuqa").root)
        return lambda doc: notes[doc["problem_id"]].category if doc["problem_id"] in notes else None
    if by == "answers":
        return lambda doc: f"{len(doc['answer'])} correct" if "answer" in doc else None
    return lambda doc: f"{by} {doc[by]}" if doc.get(by) else None
