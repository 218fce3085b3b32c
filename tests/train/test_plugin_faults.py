"""How the plugin ends a training: a fault of the user is one line, a bug keeps its traceback."""

import errno

import pytest
from axolotl.utils.dict import DictDefault

from jmedlora.core.errors import UserError
from jmedlora.train import plugin


@pytest.fixture
def registered(monkeypatch, tmp_path):
    """Registers the plugin for a training whose preparation raises the error that is given."""
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(plugin, "is_training", lambda: True)
    monkeypatch.setattr("jmedlora.train.final_line.install_final_line", lambda folder: None)

    def register(error):
        def fail(cfg):
            raise error

        monkeypatch.setattr(plugin, "prepare_run", fail)
        cfg = DictDefault(
            output_dir=str(tmp_path), max_steps=8, micro_batch_size=1, effective_batch=1
        )
        plugin.RecipePlugin().register(cfg)

    return register


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("data/train.jsonl: is empty; fill it"), "data/train.jsonl: is empty; fill it"),
        (
            PermissionError(errno.EACCES, "Permission denied", "outputs/run"),
            "outputs/run: cannot be read or written (Permission denied)",
        ),
    ],
)
def test_what_a_user_can_mend_is_a_line(registered, error, said, capsys):
    with pytest.raises(SystemExit) as ended:
        registered(error)
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"jmed-train: {said}"


def test_a_bug_is_not_caught(registered):
    with pytest.raises(ValueError, match="argument 2 is longer"):
        registered(ValueError("zip() argument 2 is longer than argument 1"))
