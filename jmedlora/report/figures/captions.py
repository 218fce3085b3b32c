"""The texts of a figure, in English and Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass

from jmedlora.exams.protocols import METRICS
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.truncation import AT_LIMIT


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a figure in one language; ``{}`` takes a number or a name.

    metrics: by metric; one that has no name here is shown as it is.
    """

    steps: str
    untrained: str
    shots: str
    questions: str
    chance: str
    interval: str
    metrics: Mapping[str, str]


WORDS = {
    "en": Words(
        steps="Training steps",
        untrained="{}, not trained",
        shots="{}-shot",
        questions="{} questions",
        chance="chance",
        interval="bands: 95 % intervals",
        metrics=NAMES,
    ),
    "ja": Words(
        steps="学習ステップ数",
        untrained="{}（学習なし）",
        shots="{}ショット",
        questions="{}問",
        chance="当て推量",
        interval="帯：95 % 信頼区間",
        metrics={
            **{name: each.japanese for name, each in METRICS.items()},
            AT_LIMIT: "打ち切り率",
        },
    ),
}
"""By language."""
