"""What the cases of serial questions (連問) do to the intervals of a table."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from jmedlora.report.compare.sections import Block
from jmedlora.report.compare.statistics import design_effect


def serial_questions(blocks: Sequence[Block]) -> list[str]:
    """One line with the cases of all blocks and the design effects of their scores.

    [] where no cases are known.
    """
    effects = [
        effect
        for block in blocks
        for line in block.lines
        for values in line.values
        if block.clusters is not None and values is not None and not line.is_rate
        if (effect := design_effect(values, block.clusters)) is not None
    ]
    if not effects:
        return []
    low, high = (f"{round(each, 2):.2f}" for each in (min(effects), max(effects)))
    shown = low if low == high else f"{low} to {high}"
    cases, questions = _cases(blocks)
    return [
        f"Serial questions (連問): design effect {shown} over the scores of this table "
        f"({cases} cases with {questions} questions). The bootstrap draws the questions of a case "
        "together. Wilson's intervals and the tests take questions as independent: an interval "
        f"that does not would be {sqrt(min(effects)):.2f} to {sqrt(max(effects)):.2f} times as "
        "wide."
    ]


def _cases(blocks: Sequence[Block]) -> tuple[int, int]:
    """The cases of more than one question of a block, and their questions.

    The untested blocks hold questions of others: the follow-ups of an exam.
    """
    asked = [block.clusters for block in blocks if block.is_tested]
    counts = [np.bincount(clusters) for clusters in asked if clusters is not None]
    sizes = np.concatenate(counts)
    shared = sizes[sizes > 1]
    return len(shared), int(shared.sum())
