"""The wheel, installed into an environment of its own: the literal commands, from any folder."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.commands import TASKS, results
from tests.support.installed import build_sdist, install, pip
from tests.support.published import publish

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def environment(tmp_path_factory, wheel) -> Path:
    """A clean environment's bin folder: lm-eval of its own, this wheel, and the dependencies."""
    return install(wheel, tmp_path_factory.mktemp("environment"))


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
        "jmed_metrics",
        "jmedlora",
        "lm_eval",
    }
    (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
    with zipfile.ZipFile(wheel) as archive:
        assert "jmedlora.train.start_guard:check_start" in archive.read(entry_points).decode()
    assert {
        "jmedlora/exams/sample/exam.jsonl",
        "jmedlora/report/render/paper_table.json",
        "jmedlora/report/render/templates/table.html.jinja",
        "jmedlora/report/render/templates/table.tex.jinja",
        "jmedlora/report/audit/templates/audit.html.jinja",
        "jmedlora/report/responses/templates/responses.html.jinja",
        "jmedlora/report/responses/templates/responses.md.jinja",
        "jmedlora/report/site/assets/explorer.js",
        "jmedlora/report/site/assets/site.css",
        "jmedlora/report/site/templates/site.html.jinja",
        "jmedlora/report/site/vendor/vega.min.js",
        "jmedlora/report/site/vendor/LICENSES.txt",
        "jmedlora/report/exam/verdict.py",
        "jmedlora/report/render/templates/sheets.html.jinja",
        "jmedlora/exams/descriptions/120.yaml",
        "jmedlora/report/figures/drawing.py",
        "jmedlora/report/consistency/agreement.py",
        "jmedlora/exams/sample/treatment.jsonl",
        "jmedlora/data/commands/describe.py",
        "jmedlora/data/generate/prompts/ja.txt",
        "jmedlora/data/generate/prompts/en.txt",
        "jmedlora/data/overlap/templates/overlap.html.jinja",
        "jmedlora/data/commands/parse.py",
    } <= names
    assert any(each.endswith("licenses/jmedlora/report/site/vendor/LICENSES.txt") for each in names)
    assert "lm_eval/__init__.py" not in names  # lm-eval's own files are not touched


def test_wheel_and_sdist_are_fit_for_an_index(wheel, tmp_path):
    """As twine checks them, and the sdist is complete: it builds the same wheel."""
    sdist = build_sdist(tmp_path)
    command = [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("PASSED") == 2
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source)
    (again,) = tmp_path.glob("*.whl")
    assert again.name == wheel.name
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert set(first.namelist()) == set(second.namelist())


@pytest.mark.lm_eval
def test_the_literal_command_from_any_folder(environment, tiny_model, tmp_path, monkeypatch):
    """With a task that has its questions in the wheel, and one whose exam lies in JMED_DATA."""
    monkeypatch.setenv("JMED_DATA", str(publish(tmp_path / "data", questions=2)))
    line = (
        f"lm_eval --tasks jmed_sample,jjsimqa --model hf --model_args pretrained={tiny_model} "
        "--device cpu --limit 2 --gen_kwargs do_sample=False,max_gen_toks=16 --output_path out"
    )
    found = command(line, environment, tmp_path)
    assert found.returncode == 0, found.stderr
    assert "|jmed_sample|" in found.stdout
    assert "|jjsimqa" in found.stdout
    config = results(tmp_path / "out")["configs"]["jmed_sample"]
    assert config["metadata"]["data"]["items"] == 40
    found = command("jmed-report signature out/*/results_*.json", environment, tmp_path)
    jjsimqa, sample = sorted(found.stdout.splitlines()[::2])
    assert jjsimqa.startswith("jjsimqa: jjsimqa|template:ja|shots:0|n:2|")
    assert sample.startswith("jmed_sample: jmed_sample|template:ja|shots:0|n:2/40|")


@pytest.mark.parametrize("name", ["jmed-data", "jmed-report", "jmed-train"])
def test_every_program_is_installed(name, environment, tmp_path):
    found = command(f"{name} --help", environment, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith(f"usage: {name} ")


@pytest.mark.lm_eval
def test_every_task_is_listed(environment, tmp_path):
    found = command("lm_eval ls tasks", environment, tmp_path)
    leaves = {path.stem for path in TASKS.glob("*.yaml") if not path.name.startswith("_")}
    missing = {name for name in leaves if name not in found.stdout}
    assert found.returncode == 0, found.stderr
    assert not missing
    assert "arc_easy" in found.stdout
