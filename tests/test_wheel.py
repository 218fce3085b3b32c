"""The wheel, installed into an environment of its own: the literal commands, from any folder."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import lm_eval
import pytest
import torch

from tests.conftest import ROOT, TASKS, results

pytestmark = [pytest.mark.lm_eval, pytest.mark.slow]

LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "demo", "*.egg-info", "__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "source")
    (found,) = folder.glob("jmedlora-*.whl")
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory, wheel) -> Path:
    """A clean environment's bin folder: lm-eval of its own, this wheel, and the dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    # The heavy dependencies are read where they are; an editable install beside them is not seen.
    (site / "dependencies.pth").write_text(f"{Path(torch.__file__).parent.parent}\n")
    installed = Path(lm_eval.__file__).parent
    shutil.copytree(installed, site / "lm_eval", ignore=shutil.ignore_patterns("__pycache__"))
    for info in installed.parent.glob("lm_eval-*.dist-info"):
        shutil.copytree(info, site / info.name)
    script = Path(sys.executable).with_name("lm_eval").read_text().splitlines()
    script[0] = f"#!{folder / 'bin' / 'python'}"
    (folder / "bin" / "lm_eval").write_text("\n".join(script) + "\n")
    (folder / "bin" / "lm_eval").chmod(0o755)
    pip("--python", folder / "bin" / "python", "install", "--no-deps", wheel)
    return folder / "bin"


def pip(*args: str | Path) -> None:
    command = [sys.executable, "-m", "pip", *map(str, args)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def command(line: str, environment: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{environment}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "HF_HUB_OFFLINE": "1"}
    env.pop("PYTHONPATH", None)
    return subprocess.run(
        line, shell=True, cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_every_task_and_no_test(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tasks = {f"lm_eval/tasks/jmed/{path.name}" for path in TASKS.iterdir() if path.is_file()}
    assert tasks <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "jmed_data",
        "jmed_metrics",
        "jmed_report",
        "jmed_train",
        "lm_eval",
    }
    (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
    with zipfile.ZipFile(wheel) as archive:
        assert "jmed_train.guard:check_start" in archive.read(entry_points).decode()
    assert {
        "jmed_data/sample/exam.jsonl",
        "jmed_report/paper_table.json",
        "jmed_report/formats/templates/table.html.jinja",
        "jmed_report/formats/templates/table.tex.jinja",
        "jmed_report/responses/templates/responses.html.jinja",
        "jmed_report/responses/templates/responses.md.jinja",
        "jmed_report/exam/verdict.py",
        "jmed_report/figures/drawing.py",
        "jmed_report/consistency/agreement.py",
        "jmed_data/sample/treatment.jsonl",
        "jmed_data/describe/command.py",
        "jmed_data/generate/prompts/ja.txt",
        "jmed_data/generate/prompts/en.txt",
        "jmed_data/overlap/templates/overlap.html.jinja",
        "jmed_data/pairs/command.py",
    } <= names
    assert "lm_eval/__init__.py" not in names  # lm-eval's own files are not touched


def test_the_literal_command_from_any_folder(environment, tiny_model, tmp_path):
    line = (
        f"lm_eval --tasks jmed_sample --model hf --model_args pretrained={tiny_model} "
        "--device cpu --limit 2 --gen_kwargs do_sample=False,max_gen_toks=16 --output_path out"
    )
    found = command(line, environment, tmp_path)
    assert found.returncode == 0, found.stderr
    assert "|jmed_sample|" in found.stdout
    config = results(tmp_path / "out")["configs"]["jmed_sample"]
    assert config["metadata"]["data"]["items"] == 40
    found = command("jmed-report signature out/*/results_*.json", environment, tmp_path)
    assert found.stdout.startswith("jmed_sample: jmed_sample|template:ja|shots:0|n:2/40|")


def test_jjsimqa_by_name(environment, tiny_model, tmp_path, real_data, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(real_data))
    line = (
        f"lm_eval --tasks jjsimqa --model hf --model_args pretrained={tiny_model} "
        "--device cpu --limit 2 --gen_kwargs do_sample=False,max_gen_toks=16"
    )
    found = command(line, environment, tmp_path)
    assert found.returncode == 0, found.stderr
    assert "|jjsimqa|" in found.stdout


def test_every_task_is_listed(environment, tmp_path):
    found = command("lm_eval ls tasks", environment, tmp_path)
    leaves = {path.stem for path in TASKS.glob("*.yaml") if not path.name.startswith("_")}
    missing = {name for name in leaves if name not in found.stdout}
    assert found.returncode == 0, found.stderr
    assert not missing
    assert "arc_easy" in found.stdout
