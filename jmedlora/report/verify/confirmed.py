"""Scores of a table, held against the responses; by default where that is quick."""

from collections.abc import Iterator, Sequence

from jmedlora.core.display import counted
from jmedlora.core.errors import printable
from jmedlora.report.compare.columns import Column
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import answers_of
from jmedlora.report.verify.difference import Difference
from jmedlora.report.verify.scorer import other_scorer
from jmedlora.report.verify.verified import verify_samples

MOST = 800_000
"""Characters of responses, as ``effort`` counts them, that are scored again by default.

Measured on one core of a small server: 2 microseconds of CPU time for each that is counted at most,
so 1.6 s (docs/report.md)."""
EACH = 200
"""Characters that an answer takes beside its own: the question and the hashes."""
SHOWN = 5
ESCAPE = (
    "the stored scores are not what the responses give: evaluate again, or see all differences "
    "with jmed-report verify; --no-verify shows the table all the same"
)
NOT_ASKED = "The scores were not held against the responses (--no-verify)."
TOO_LONG = (
    "The scores were not held against the responses, because there are many: --verify does it, and "
    "so does jmed-report verify."
)


def confirm(columns: Sequence[Column], *, wanted: bool | None) -> list[str]:
    """What a table has to say of scores that are not what the responses give; [] if all are.

    wanted: whether to score the responses again; None: if ``effort`` is at most MOST. Raises
    ResultsError for scores that this version computed otherwise than they are stored.
    """
    asked = [each for column in columns for each in _ours(column)]
    if not asked:
        return []
    if wanted is None and effort(asked) > MOST:
        return [TOO_LONG]
    if wanted is False:
        return [NOT_ASKED]
    return [line for each in asked for line in _confirmed(each)]


def effort(asked: Sequence[Measured]) -> int:
    """Characters of all responses, and EACH for every one; the paper's scores count half."""
    return sum(_effort(each) for each in asked)


def _effort(each: Measured) -> int:
    characters = sum(EACH + sum(map(len, answers_of(record))) for record in each.records)
    is_marked = each.protocol is not None and "unparsed" in each.protocol.rates
    return characters if is_marked else characters // 2


def _ours(column: Column) -> Iterator[Measured]:
    """The measurements of a column by this project's tasks, one of each run.

    If a run has several answers to a question (``repeats``), lm-eval stores the first's scores.
    """
    for each in column.measured.values():
        runs = {single.run.path: single for single in reversed(each.samples or (each,))}
        yield from (single for single in runs.values() if single.ours)


def _confirmed(each: Measured) -> Iterator[str]:
    """A warning where other code scored it, and scores otherwise."""
    if each.ours is None:
        return
    found = verify_samples(each.ours, each.records).differences
    if not found:
        return
    other = other_scorer(each.ours)
    if not other:
        raise _refused(each.ours, found)
    what = f"{counted(len(found), 'value')} of {each.task} in {each.run.path}"
    yield printable(
        f"{what}: stored otherwise than this version computes from the responses. The run says "
        f"that other code scored it ({other}). jmed-report verify shows which."
    )


def _refused(result: TaskResult, found: Sequence[Difference]) -> ResultsError:
    lines = [printable(f"{result.path}: {each}") for each in found[:SHOWN]]
    more = len(found) - len(lines)
    lines += [f"… and {more} more"] if more else []
    return ResultsError(
        "\n".join([*lines, f"the scores are not what the responses give; {ESCAPE}"])
    )
