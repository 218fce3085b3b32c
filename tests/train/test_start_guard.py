"""The start guard where only evaluations are run: it does nothing, and cannot break torch."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

TRAINING = ["accelerate", "launch", "-m", "axolotl.cli.train", f"{ROOT}/recipes/opencalm7b.yml"]
"""Refused where Axolotl is installed: the two exports are missing."""


def python(*options, code, **env):
    """Runs ``code`` in a fresh Python without the two exports."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DO_NOT_TRACK", "HF_HUB_OFFLINE")}
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        env={**kept, **env},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_standard_library_is_enough():
    """No package is installed in this Python, not even torch, and none is imported."""
    ended = python(
        "-I",
        "-S",
        code=f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"sys.orig_argv = {TRAINING!r}\n"
        "from jmedlora.train.start_guard import check_start\n"
        "check_start()\n"
        "roots = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(roots - set(sys.stdlib_module_names) - {'__main__', 'jmedlora'}))",
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize(("hidden", "status"), [(True, 0), (False, 1)])
def test_torch_can_be_imported_where_axolotl_is_not(hidden, status):
    """torch itself calls the entry point of this install, as it does for every user."""
    ended = python(
        code="import sys\n"
        f"if {hidden}: sys.modules['axolotl'] = None  # as if it were not installed\n"
        f"sys.orig_argv = {TRAINING!r}\n"
        "import torch\n"
        "print('imported')",
        TORCH_DEVICE_BACKEND_AUTOLOAD="1",
    )
    assert ended.returncode == status, ended.stderr
    assert ended.stdout == ("imported\n" if hidden else "")
    assert ("nothing was started or sent" in ended.stderr) is not hidden


def test_axolotl_without_a_spec_counts_as_installed(monkeypatch):
    from types import ModuleType

    from jmedlora.train.start_guard import check_start

    module = ModuleType("axolotl")
    monkeypatch.setitem(sys.modules, "axolotl", module)
    monkeypatch.setattr(sys, "orig_argv", TRAINING)
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    with pytest.raises(SystemExit):
        check_start()
