"""The texts of a figure, in English and Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass

from jmedlora.exams.protocols import METRICS
from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.truncation import AT_LIMIT
from jmedlora.report.figures.curves import Panel


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a figure in one language; ``{}`` takes a number or a name.

    listed: the floor of an answer that lists every choice. metrics: by metric; one that has no name
    here is shown as it is.
    """

    steps: str
    untrained: str
    shots: str
    questions: str
    chance: str
    listed: str
    interval: str
    whisker: str
    metrics: Mapping[str, str]


WORDS = {
    "en": Words(
        steps="Training steps",
        untrained="{}, not trained",
        shots="{}-shot",
        questions="{} questions",
        chance="chance",
        listed="all choices",
        interval="bands: 95 % intervals",
        whisker="lines: 95 % intervals",
        metrics=NAMES,
    ),
    "ja": Words(
        steps="学習ステップ数",
        untrained="{}（学習なし）",
        shots="{}ショット",
        questions="{}問",
        chance="当て推量",
        listed="全選択肢",
        interval="帯：95 % 信頼区間",
        whisker="線：95 % 信頼区間",
        metrics={
            **{name: each.japanese for name, each in METRICS.items()},
            AT_LIMIT: "打ち切り率",
        },
    ),
}
"""By language."""


def metric_name(metric: str, words: Words) -> str:
    """What people read for ``metric``."""
    return words.metrics.get(metric, metric.removesuffix(",none"))


def floor_of(panel: Panel, words: Words) -> tuple[str, float] | None:
    """The floor that a panel shows, by name: chance, or else the list of all choices.

    None where neither is known, and where that list gets full marks: it bounds nothing then.
    """
    if panel.chance is not None:
        return words.chance, panel.chance
    if panel.listed is not None and panel.listed < 1:
        return words.listed, panel.listed
    return None
