"""The learning curve of a run as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jmedlora.core.errors import LONGEST_NAME, shortened

MARKED = 60
"""Logged steps up to which each one has a marker; more would run into a thick line."""
FILES = 2
"""Data files that a title names before it counts the rest."""


def curve_title(card: Mapping[str, Any]) -> str:
    """What was trained on what, from a run card: the recipe and the base; the data's files."""
    base = shortened(Path(card["base_model"]).name, LONGEST_NAME)
    files = [
        f"{shortened(Path(name).name, LONGEST_NAME)} ({records:,} record{'s' * (records != 1)})"
        for name, records in ((name, found["records"]) for name, found in card["data"].items())
    ]
    more = f" and {len(files) - FILES} more" if len(files) > FILES else ""
    recipe = Path(card["recipe"]["file"]).name
    return f"{recipe}: {base}\n{', '.join(files[:FILES])}{more}"


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
    dots = {"marker": "o" if len(steps) <= MARKED else "", "markersize": 3}
    rewarded = all("reward" in entry for entry in trained)
    shown = "reward" if rewarded else "loss"
    loss.plot(steps, [entry[shown] for entry in trained], color="black", label="training", **dots)
    evaluated = [entry for entry in history if "eval_loss" in entry]
    if evaluated:
        loss.plot(
            [entry["step"] for entry in evaluated],
            [entry["eval_loss"] for entry in evaluated],
            color="black", linestyle="--", marker="s", label="evaluation",
        )  # fmt: skip
        loss.legend()
    loss.set_title(title, size=10, parse_math=False)  # a folder may be called "a$b$"
    loss.set(ylabel="mean reward" if rewarded else "loss (nats a token)")
    rate.plot(steps, [entry["learning_rate"] for entry in trained], color="black", **dots)
    rate.set(xlabel="step", ylabel="learning rate")
    figure.savefig(path, dpi=120)
    return True
