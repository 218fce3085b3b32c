"""The context of a model, read from its folder."""

import json
import subprocess
import sys

from tests.conftest import ROOT


def test_the_length_check_never_runs_code_of_the_model(tmp_path):
    """Even where a terminal would answer yes to transformers' question."""
    ran = tmp_path / "ran"
    config = {"model_type": "odd", "auto_map": {"AutoConfig": "conf.Odd"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "conf.py").write_text(f"open({str(ran)!r}, 'w')\nclass Odd: pass\n")
    code = (
        f"from jmedlora.models.context_length import read_context; read_context({str(tmp_path)!r})"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, input="y\n" * 9, text=True, capture_output=True, cwd=ROOT)
    assert found.returncode != 0
    assert not ran.exists()
