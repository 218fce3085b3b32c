"""The context of a model, read from its folder."""

import json

import pytest

from jmedlora.models.context_length import UnknownContextError, read_context


def test_the_length_check_never_runs_code_of_the_model(tmp_path, monkeypatch):
    """Even where a terminal would answer yes to transformers' question."""
    modules = str(tmp_path / "modules")
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", modules)
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    ran = tmp_path / "ran"
    config = {"model_type": "odd", "auto_map": {"AutoConfig": "conf.Odd"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "conf.py").write_text(f"open({str(ran)!r}, 'w')\nclass Odd: pass\n")
    with pytest.raises(UnknownContextError):
        read_context(str(tmp_path))
    assert not ran.exists()
