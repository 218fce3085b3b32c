"""The project installed as its users install it: a wheel, in an environment of its own."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import lm_eval
import torch

from tests.support.commands import ROOT

LEFT_OUT = shutil.ignore_patterns(
    *(".*", "build", "demo", "dist", "outputs", "*.egg-info", "__pycache__")
)


def build_wheel(folder: Path) -> None:
    """Builds the checkout's wheel in ``folder``."""
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "source")


def build_sdist(folder: Path) -> Path:
    """The checkout's source distribution, built in ``folder``."""
    source = folder / "checkout"
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    program = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
    command = [sys.executable, "-c", program, str(folder)]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("jmedlora-*.tar.gz")
    return found


def install(wheel: Path, folder: Path, *, all_tasks: bool = True) -> Path:
    """A clean environment in ``folder`` with an lm-eval of its own and the wheel; its bin folder.

    all_tasks: with lm-eval's own tasks, which cost every run five seconds to list.
    """
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    # The heavy dependencies are read where they are; an editable install beside them is not seen.
    (site / "dependencies.pth").write_text(f"{Path(torch.__file__).parent.parent}\n")
    installed = Path(lm_eval.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__") if all_tasks else without_tasks(installed)
    shutil.copytree(installed, site / "lm_eval", ignore=ignored)
    for info in installed.parent.glob("lm_eval-*.dist-info"):
        shutil.copytree(info, site / info.name)
    for name in ("lm_eval", "accelerate"):
        _copy_script(name, folder / "bin")
    pip("--python", folder / "bin" / "python", "install", "--no-deps", wheel)
    return folder / "bin"


def without_tasks(package: Path) -> Callable[[str, list[str]], set[str]]:
    """Leaves out, in a copy of lm-eval, the folders below lm_eval/tasks."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        below = [name for name in names if (Path(folder) / name).is_dir()]
        return {"__pycache__", *(below if Path(folder) == package / "tasks" else ())}

    return ignored


def pip(*args: str | Path) -> None:
    command = [sys.executable, "-m", "pip", *map(str, args)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def _copy_script(name: str, folder: Path) -> None:
    """A console script of this environment, started by the Python in ``folder``."""
    source = Path(sys.executable).with_name(name)
    if not source.exists():  # the environment with the newest lm-eval borrows some
        return
    script = source.read_text().splitlines()
    script[0] = f"#!{folder / 'python'}"
    (folder / name).write_text("\n".join(script) + "\n")
    (folder / name).chmod(0o755)
