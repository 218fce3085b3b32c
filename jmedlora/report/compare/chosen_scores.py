"""Which scores a table or a picture shows: those that ``--metric`` names."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from jmedlora.core.errors import UserError
from jmedlora.report.compare.sections import Block


def named(metrics: Iterable[str], given: Sequence[str]) -> set[str]:
    """The names among ``metrics`` that ``given`` names, without lm-eval's filter behind a comma.

    Raises UserError for a name that no metric has.
    """
    known = {metric.removesuffix(",none"): metric for metric in metrics}
    for name in given:
        if name not in known:
            raise UserError(
                f"--metric {name}: no such score in these runs; they have {', '.join(known)}"
            )
    return {known[name] for name in given}


def only(blocks: Sequence[Block], given: Sequence[str]) -> list[Block]:
    """``blocks`` with the lines of these metrics alone; a block without one is left out.

    Raises UserError for a name that no metric has.
    """
    wanted = named((line.metric for block in blocks for line in block.lines), given)
    kept = (
        replace(block, lines=tuple(line for line in block.lines if line.metric in wanted))
        for block in blocks
    )
    return [block for block in kept if block.lines]
