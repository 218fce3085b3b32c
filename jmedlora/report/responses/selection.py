"""Which columns, tasks and questions the page of responses is about."""

from collections.abc import Sequence

from jmedlora.core.errors import UserError
from jmedlora.report.compare.baselines import baseline, named
from jmedlora.report.compare.columns import Column
from jmedlora.report.responses.side_by_side import Part


def base_of(found: list[Column], index: int, given: str | None) -> int | None:
    """The column that the one at ``index`` is compared with. Raises UserError if it is not one."""
    if given is None:
        return baseline(found, index)
    base = named(found, given, "--baseline")
    return None if base == index else base


def of_task(found: list[Part], task: str | None, shots: int | None) -> list[Part]:
    """The parts that were asked for. Raises UserError if there is none."""
    chosen = [
        part
        for part in found
        if task in (None, part.subject, *(cell.measured.task for cell in part.cells))
        and shots in (None, part.shots)
    ]
    if not chosen:
        known = ", ".join(f"{part.subject} with {part.shots} shots" for part in found) or "none"
        raise UserError(f"no such task was answered in text in these runs; they hold: {known}")
    return chosen


def with_questions(found: list[Part], ids: Sequence[str] | None) -> list[Part]:
    """The parts that hold any of ``ids``. Raises UserError for one that none holds."""
    if ids is None:
        return found
    held = [{doc.get("problem_id") for doc in part.docs} for part in found]
    for name in ids:
        if not any(name in each for each in held):
            raise UserError(f"--ids: {name} is none of the questions; check its spelling")
    return [part for part, each in zip(found, held, strict=True) if each & set(ids)]
