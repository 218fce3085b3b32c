"""The picture of the loss."""

import numpy as np
import pytest
from PIL import Image

from jmedlora.train.learning_curve import curve_title, draw_curve

STEP = {"step": 2, "loss": 2.5, "learning_rate": 5e-5, "epoch": 0.1}


@pytest.mark.parametrize(
    "history",
    [
        [STEP],
        [STEP, {**STEP, "step": 4, "loss": 2.0}, {"step": 4, "train_runtime": 1.0}],
        [STEP, {"step": 2, "eval_loss": 3.0}],
        [{**STEP, "loss": 0.0, "reward": -0.5}, {**STEP, "step": 4, "loss": 0.0, "reward": 1.0}],
    ],
)
def test_the_curve_is_a_picture(tmp_path, history):
    assert draw_curve(history, tmp_path / "a.png", "a$b$ and $c") is True
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("history", [[], [{"step": 2, "eval_loss": 3.0}], [{"step": 2, "loss": 1}]])
def test_a_run_that_logged_nothing_has_no_curve(tmp_path, history):
    assert draw_curve(history, tmp_path / "a.png", "title") is False
    assert not (tmp_path / "a.png").exists()


def test_the_title_says_which_model_and_which_data():
    files = {"data/train.jsonl": {"records": 5000}, "b.jsonl": {"records": 1}, "c": {"records": 2}}
    card = {"recipe": {"file": "../recipes/opencalm7b.yml"}, "base_model": "models/calm"}
    assert curve_title({**card, "data": {"data/train.jsonl": {"records": 5000}}}) == (
        "opencalm7b.yml: calm\ntrain.jsonl (5,000 records)"
    )
    assert curve_title({**card, "data": files}).endswith("b.jsonl (1 record) and 1 more")


def test_a_single_step_is_seen(tmp_path):
    """It has no line: its marker stands in the middle of each panel, and nothing else does."""
    draw_curve([STEP], tmp_path / "a.png", "title")
    ink = np.asarray(Image.open(tmp_path / "a.png").convert("L")) < 128
    assert ink.shape == (720, 840)
    assert ink[120:280, 300:700].sum() > 4
    assert ink[440:600, 300:700].sum() > 4


def test_many_steps_have_no_markers(tmp_path):
    """A marker is wider than the line: a level of 5 steps has more ink than one of 500."""
    for count in (5, 500):
        history = [{**STEP, "step": n * 1000 // count} for n in range(count)]
        draw_curve(history, tmp_path / f"{count}.png", "title")
    few, many = (
        np.asarray(Image.open(tmp_path / f"{count}.png").convert("L"))[120:280, 300:700] < 128
        for count in (5, 500)
    )
    assert few.any(axis=1).sum() > many.any(axis=1).sum() > 0  # the rows that it is high
