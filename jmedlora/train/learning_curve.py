"""The learning curve of a run as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def draw_curve(history: Sequence[dict[str, Any]], path: Path, title: str) -> bool:
    """Writes loss and learning rate against the step as a PNG; False if nothing was logged.

    ``history`` is the trainer's log: entries with ``step`` and ``loss`` (and ``learning_rate``) or
    ``eval_loss``. Losses in nats a token. Where answers were rewarded, their mean ``reward`` (-1 to
    1) stands in place of the loss, which is about 0 there whatever was learnt.
    """
    trained = [entry for entry in history if "loss" in entry and "learning_rate" in entry]
    if not trained:
        return False
    from matplotlib.figure import Figure  # without pyplot: no display and no global state

    figure = Figure(figsize=(7, 6), layout="constrained")
    loss, rate = figure.subplots(2, 1, sharex=True)
    steps = [entry["step"] for entry in trained]
    rewarded = all("reward" in entry for entry in trained)
    shown = "reward" if rewarded else "loss"
    loss.plot(steps, [entry[shown] for entry in trained], color="black", label="training")
    evaluated = [entry for entry in history if "eval_loss" in entry]
    if evaluated:
        loss.plot(
            [entry["step"] for entry in evaluated],
            [entry["eval_loss"] for entry in evaluated],
            color="black", linestyle="--", marker="o", label="evaluation",
        )  # fmt: skip
        loss.legend()
    loss.set(title=title, ylabel="mean reward" if rewarded else "loss (nats a token)")
    rate.plot(steps, [entry["learning_rate"] for entry in trained], color="black")
    rate.set(xlabel="step", ylabel="learning rate")
    figure.savefig(path, dpi=120)
    return True
