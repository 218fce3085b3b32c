"""The start guard: which starts it refuses; where only evaluations run it does nothing."""

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from jmedlora.train import start_guard
from tests.support.commands import ROOT
from tests.support.plugin import RECIPES

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


BIN = Path(sys.executable).parent
PYTHON = "/env/bin/python"
LLAMA = "recipes/llama70b.yml"


@pytest.mark.parametrize(
    ("command", "recipe", "launcher"),
    [
        ([PYTHON, "/env/bin/accelerate", "launch", "-m", "axolotl.cli.train", LLAMA], LLAMA, True),
        ([PYTHON, "/env/bin/axolotl", "train", LLAMA, "--max_steps=8"], LLAMA, True),
        ([PYTHON, "/env/bin/axolotl", "preprocess", LLAMA], LLAMA, True),
        ([PYTHON, "-m", "axolotl.cli.train", LLAMA], LLAMA, False),
        ([PYTHON, "-u", "-m", "axolotl.cli.train", LLAMA], LLAMA, False),
        ([PYTHON, "/env/bin/torchrun", "-m", "axolotl.cli.train", LLAMA], LLAMA, True),
        ([PYTHON, "-m", "axolotl.cli.train", f"--config={LLAMA}"], LLAMA, False),
        ([PYTHON, "-m", "axolotl.cli.train", "--config", LLAMA], LLAMA, False),
        ([PYTHON, "-m", "axolotl.cli.train", "lr=1/own.yml"], "lr=1/own.yml", False),
        ([PYTHON, "-m", "axolotl.cli.train", "other.yml"], None, False),  # not of this project
        ([PYTHON, "-m", "axolotl.cli.train", "missing.yml"], None, False),
        ([PYTHON, "-m", "axolotl.cli.train", "folder.yml"], None, False),
        ([PYTHON, "-m", "axolotl.cli.train", "bytes.yml"], None, False),
        ([PYTHON, "-m", "axolotl.cli.train"], None, False),
        ([PYTHON, "-m", "pytest", LLAMA], None, False),
        ([PYTHON, "/env/bin/lm_eval", "run", "--config", LLAMA], None, False),
        ([PYTHON, "/env/bin/jmed-data", "check", "--recipe", LLAMA], None, False),
        ([PYTHON, "-c", "import torch"], None, False),
        ([], None, False),
    ],
)
def test_the_guard_knows_a_start_of_a_recipe(tmp_path, monkeypatch, command, recipe, launcher):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes").symlink_to(RECIPES)
    (tmp_path / "other.yml").write_text("plugins:\n  - axolotl.integrations.liger.LigerPlugin\n")
    (tmp_path / "lr=1").mkdir()
    (tmp_path / "lr=1" / "own.yml").symlink_to(RECIPES / "llama70b.yml")
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "bytes.yml").write_bytes(b"\xff\xfe\0")
    assert start_guard.find_recipe(command) == recipe
    assert start_guard.is_launcher(command) is launcher


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.yml")))
def test_the_guard_knows_every_shipped_recipe(name):
    path = str(RECIPES / f"{name}.yml")
    assert start_guard.find_recipe([PYTHON, "-m", "axolotl.cli.train", path]) == path


REFUSED = "telemetry or the Hub would be used; run: export"
NOT_STARTED = f"jmed-train: {LLAMA}: nothing was started or sent, because {REFUSED}"
TRACK = [  # value of DO_NOT_TRACK, of AXOLOTL_DO_NOT_TRACK, whether telemetry is off
    (None, None, False), ("1", None, True), (None, "1", True), ("true", None, True),
    (" True ", None, True), ("0", "1", True), ("1", "0", True), ("0", None, False),
    ("", None, False), ("yes", None, False), ("false", "no", False),
]  # fmt: skip
HUB = [(None, False), ("1", True), ("0", False), ("true", False), ("", False)]


@pytest.mark.parametrize(("track", "hub"), list(product(TRACK, HUB)))
def test_what_is_not_switched_off_is_asked_for(track, hub):
    ours, axolotls, private = track
    given = {"DO_NOT_TRACK": ours, "AXOLOTL_DO_NOT_TRACK": axolotls, "HF_HUB_OFFLINE": hub[0]}
    environment = {name: value for name, value in given.items() if value is not None}
    missing = [] if private else ["DO_NOT_TRACK=1"]
    missing += [] if hub[1] else ["HF_HUB_OFFLINE=1"]
    expected = f"{REFUSED} {' '.join(missing)}" if missing else ""
    assert start_guard.missing_exports_line(environment) == expected


def clean(**env):
    """An environment that switches nothing off."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {**kept, **env}


@pytest.mark.parametrize(
    "command",
    [
        [BIN / "accelerate", "launch", "-m", "axolotl.cli.train"],
        [BIN / "axolotl", "train"],
        [sys.executable, "-m", "axolotl.cli.train"],
    ],
    ids=["accelerate", "axolotl", "python"],
)
def test_the_real_command_is_refused_in_one_line(tmp_path, command):
    # Not in the checkout: a stale jmedlora.egg-info there hides the guard from "python -m".
    (tmp_path / "recipes").symlink_to(RECIPES)
    ended = subprocess.run(
        [*map(str, command), LLAMA], cwd=tmp_path, env=clean(), capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    expected = f"{NOT_STARTED} DO_NOT_TRACK=1 HF_HUB_OFFLINE=1\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", expected)
    assert [path.name for path in tmp_path.iterdir()] == ["recipes"]  # nothing was started


def test_the_launch_line_of_the_header_is_refused_in_the_checkout():
    command = [BIN / "accelerate", "launch", "-m", "axolotl.cli.train", LLAMA]
    ended = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=clean(DO_NOT_TRACK="1"), capture_output=True,
        text=True, timeout=600, check=False,
    )  # fmt: skip
    expected = f"{NOT_STARTED} HF_HUB_OFFLINE=1\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", expected)
