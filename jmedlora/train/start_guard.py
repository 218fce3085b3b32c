"""The guard: a recipe does not start before telemetry and the Hub are switched off.

Axolotl queues its first telemetry event, with the whole configuration, before it loads a recipe's
plugins, and the event is on its way while they are being imported (seen with 0.19.0). A plugin is
therefore too late. What does run early enough is an entry point of the group ``torch.backends``,
which ``import torch`` calls: in Axolotl before it reads the recipe, and in ``accelerate launch``
before it starts a process. It does nothing in any command that trains no recipe of this project.

The guard is for those who train. An entry point cannot be left out of an install without the extra
``train``, though: ``[train]`` behind it in setup.cfg states what it needs, but installers write
every entry point of a package, and torch loads it without looking at the extra. Where Axolotl is
not installed, nothing can be trained, and the guard returns at once.

This module is imported wherever torch is: it imports the standard library alone, so that it cannot
break ``import torch``.
"""

import logging
import os
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

PLUGIN = "jmedlora.train.plugin.RecipePlugin"
"""What a recipe of this project names among its plugins."""

NOISY = (
    "torchao", "torch.utils._pytree", "bitsandbytes.backends.cpu.ops", "accelerate.commands.launch",
)  # fmt: skip
TRUE_VALUES = ("1", "true")


def check_start() -> None:
    """The entry point: ends a command that would train a recipe of ours with telemetry on."""
    if not _has_axolotl():
        return
    command = sys.orig_argv
    recipe = find_recipe(command)
    if recipe is None:
        return
    if line := missing_exports_line(os.environ):
        start = f"jmed-train: {recipe}: nothing was started or sent"
        print(f"{start}, because {line}", file=sys.stderr, flush=True)
        raise SystemExit(1)
    quiet_imports()
    if is_launcher(command):
        sys.excepthook = _report_child_failure


def quiet_imports() -> None:
    """Leaves out what libraries say of themselves before a run has said its first line.

    That is: extensions of torchao and bitsandbytes for other machines, deprecations inside
    torchao, a kernel of the Hub that is not wanted, and that one machine is launched by default.
    """
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Skipping publisher trust check")


def _has_axolotl() -> bool:
    try:
        return find_spec("axolotl") is not None
    except ValueError:  # imported already, in an unusual way: without a __spec__
        return True


def find_recipe(command: Sequence[str]) -> str | None:
    """The recipe of this project that ``command`` would train, or None."""
    if not any(part.startswith("axolotl.cli.") or Path(part).name == "axolotl" for part in command):
        return None
    candidates = [path for part in command for path in (part, part.partition("=")[2])]
    return next((path for path in candidates if _names_plugin(path)), None)  # also of --config=FILE


def is_launcher(command: Sequence[str]) -> bool:
    """Whether ``command`` starts the training processes rather than being one of them."""
    return any(Path(part).name in ("accelerate", "axolotl", "torchrun") for part in command[:3])


def missing_exports_line(environment: Mapping[str, str]) -> str:
    """What ``environment`` lacks for a private start, as one line; "" if nothing."""
    missing = []
    if not any(
        environment.get(name, "").strip().lower() in TRUE_VALUES
        for name in ("DO_NOT_TRACK", "AXOLOTL_DO_NOT_TRACK")
    ):
        missing.append("DO_NOT_TRACK=1")
    if environment.get("HF_HUB_OFFLINE") != "1":  # Axolotl knows no other spelling
        missing.append("HF_HUB_OFFLINE=1")
    if not missing:
        return ""
    return f"telemetry or the Hub would be used; run: export {' '.join(missing)}"


def _names_plugin(part: str) -> bool:
    if not part.endswith((".yml", ".yaml")):
        return False
    try:
        return PLUGIN in Path(part).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _report_child_failure(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """In the launcher: the training process has said why it ended, so its traceback says enough."""
    if kind.__name__ not in ("CalledProcessError", "ChildFailedError"):
        sys.__excepthook__(kind, error, trace)
        return
    status = getattr(error, "returncode", None)
    if status is None:  # torchrun's error, of several processes
        status = next(iter(getattr(error, "failures", {}).values())).exitcode
    if status < 0:
        name = signal.Signals(-status).name
        line = f"training was ended by {name}; the same command goes on from the last checkpoint"
        print(f"jmed-train: {line}", file=sys.stderr, flush=True)
