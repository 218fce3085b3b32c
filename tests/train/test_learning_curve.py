"""The picture of the loss."""

import pytest

from jmedlora.train.learning_curve import draw_curve

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
    assert draw_curve(history, tmp_path / "a.png", "recipes/a_b$.yml") is True
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("history", [[], [{"step": 2, "eval_loss": 3.0}], [{"step": 2, "loss": 1}]])
def test_a_run_that_logged_nothing_has_no_curve(tmp_path, history):
    assert draw_curve(history, tmp_path / "a.png", "title") is False
    assert not (tmp_path / "a.png").exists()
