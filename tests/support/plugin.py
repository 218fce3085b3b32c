"""A recipe as Axolotl hands it to the plugin, and what the plugin says before it ends a run."""

import pytest
import yaml
from axolotl.utils.dict import DictDefault

from tests.support.commands import ROOT

RECIPES = ROOT / "recipes"


def on(monkeypatch, processes, rank=0):
    """This process is one of several, as torchrun tells it."""
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    monkeypatch.setenv("RANK", str(rank))


def load(name, **changes):
    """A shipped recipe as Axolotl hands it to the plugin."""
    path = RECIPES / f"{name}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return DictDefault({**content, "axolotl_config_path": str(path), **changes})


def stopped(capsys, action, *args, status=1):
    """The lines that ``action`` prints before it ends the run."""
    with pytest.raises(SystemExit) as caught:
        action(*args)
    assert caught.value.code == status
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()
