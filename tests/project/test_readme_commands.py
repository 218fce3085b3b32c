"""Every command of the README and of docs/, run as printed, by the installed command lines.

The folder holds tiny models where the pages name real ones, and a stand-in answers where they
expect a model's server. A block is one shell, which ends at the first command that fails.
"""

import os
import re
import socket
import subprocess

import pytest

from tests.first_hour.steps import steps
from tests.support.chat_server import serving
from tests.support.commands import QUIET, ROOT
from tests.support.documented import checkout, commands, evaluated, shell_blocks, words
from tests.support.installed import install
from tests.support.warm_programs import MODULES, warm_programs

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("readme")]

PORT = 8000
"""Where the pages expect a model's server."""

VLLM = "lm_eval --tasks jmed --num_fewshot 0 --model vllm"
FOUR = "accelerate launch --num_processes 4 -m lm_eval --tasks jmed --num_fewshot 0 --model hf"
OPENCALM = "--model_args pretrained=models/open-calm-7b,dtype=bfloat16"
NOT_RUN = {
    "make demo": "minutes of training and evaluation",
    "make test": "this suite",
    "hf download HuggingFaceTB/SmolLM2-135M-Instruct --local-dir models/smollm2 config.json "
    "generation_config.json model.safetensors tokenizer.json tokenizer_config.json": "the internet",
    "jmed-data fetch jmle2026": "the same",
    "jmed-data fetch igakuqa jjsimqa": "needs the internet; test_download.py has a mirror",
    "jmed-data fetch jmle2026 igakuqa119": "the same",
    "python3 -m venv env": "the commands below are run in an environment that has the wheel",
    ". env/bin/activate": "the same",
    "pip install -c requirements.lock .[report]": "needs an index; support/installed.py: the wheel",
    "pip install -c requirements.lock .[report,train]": "needs an index",
    "pip install -c requirements.lock .[generate,personal]": "needs an index",
    "pip install -c requirements.lock .[personal]": "needs an index",
    "DO_NOT_TRACK=1 vllm serve models/writer --port 8000": "needs vLLM; a stand-in has its port",
    f"{VLLM} {OPENCALM} --output_path results --log_samples": "needs vLLM; test_vllm.py",
    f"{FOUR} {OPENCALM} --batch_size 16 --output_path results --log_samples": "needs four GPUs; "
    "tests/support/two_processes.py has two processes",
}
"""Commands, and why they are not run."""


def pages():
    """The English pages: the Japanese ones show the same blocks (tests/project/test_readme.py)."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [page for page in found if not page.stem.endswith(".ja") and shell_blocks(page)]


def line(command):
    return " ".join(words(command))


def test_what_is_not_run_stands_in_the_pages():
    blocks = [block for page in pages() for block in shell_blocks(page)]
    lines = [line(command) for block in blocks for command in commands(block)]
    assert set(NOT_RUN) <= set(lines)
    assert len(set(lines) - set(NOT_RUN)) > 20


@pytest.fixture(scope="module")
def environment(tmp_path_factory, real_data, real_recent, wheel):
    """The variables of a shell in which the project is installed.

    A command is a fork of a Python of that installation; test_wheel.py starts the scripts
    themselves.
    """
    folder = install(wheel, tmp_path_factory.mktemp("environment"), all_tasks=False)
    found = {**os.environ, **QUIET, "JMED_DATA": str(real_data), "COLUMNS": "120"}
    found.pop("PYTHONPATH", None)
    with warm_programs(MODULES, python=str(folder / "python")) as warm:
        programs = map(str, (warm, folder))
        yield {**found, "PATH": os.pathsep.join([*programs, os.environ["PATH"]])}


@pytest.fixture(scope="module")
def server():
    with socket.socket() as free:
        if free.connect_ex(("127.0.0.1", PORT)) == 0:
            pytest.fail(f"port {PORT}, which the pages name, is in use; end what listens there")
    with serving(port=PORT) as running:
        yield running


def run_page(page, folder, environment):
    """Runs a page's blocks in order; what they wrote to standard output, block by block."""
    printed = []
    for block in shell_blocks(page):
        script = "\n".join(each for each in commands(block) if line(each) not in NOT_RUN)
        done = subprocess.run(
            ["bash", "-e", "-u", "-o", "pipefail", "-c", script],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        printed.append(done.stdout)
    return printed


def found(folder, *, results):
    """Nothing, if each folder of ``results`` holds what lm_eval writes."""
    for name in results:
        assert list((folder / name).rglob("results_*.json")), name


def test_readme(environment, tmp_path):
    folder = checkout(tmp_path)
    printed = run_page(ROOT / "README.md", folder, environment)
    assert "models/smollm2: a model, no fault" in printed[-1]
    assert "Accuracy (0s)" in printed[-1]
    found(folder, results=["results"])


def test_the_first_hour_has_every_block_of_the_readme():
    """But for the demo's; ``make first-hour`` itself is run by hand."""
    found = [block for step in steps() for block in step.blocks]
    shown = shell_blocks(ROOT / "README.md")
    assert [each for each in shown if each not in found] == shown[:1]
    assert len(found) == len(shown)  # one of Python in place of the demo
    assert steps()[0].title == "Install"


def test_what_the_readme_prints_of_python(environment, tmp_path):
    """The block of Python, and below it the block that it prints."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ((program, printed),) = re.findall(
        r"^```python\n(.*?)^```\n\n```\n(.*?)^```$", text, re.M | re.S
    )
    done = subprocess.run(
        ["python", "-c", program],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == printed


def test_the_page_on_evaluation(environment, server, tmp_path):
    folder = checkout(tmp_path)
    printed = "\n".join(run_page(ROOT / "docs/evaluate.md", folder, environment))
    assert "models/open-calm-7b: a model, no fault" in printed
    assert len(server.bodies) > 40  # the 40 questions of the chat model
    found(folder, results=["results", "results-llama", "results-chat", "results-own", "trial"])


def test_the_page_on_training(environment, tmp_path):
    folder = checkout(tmp_path)
    printed = "\n".join(run_page(ROOT / "docs/training.md", folder, environment))
    assert "data/train.jsonl: 80 records, no fault" in printed
    table = (folder / "report" / "table.md").read_text(encoding="utf-8")
    assert "20 LoRA" in table  # the base and the adapter that these commands trained, side by side
    assert list((folder / "report").glob("*accuracy*.svg"))
    assert (folder / "models/opencalm7b-merged/model.safetensors").exists()


FRESH = ("README", "evaluate", "training")
"""Pages that begin with no results; the others read some."""
OTHERS = [page for page in pages() if page.stem not in FRESH]


@pytest.mark.parametrize("page", OTHERS, ids=[page.stem for page in OTHERS])
def test_docs(page, environment, server, tmp_path):
    run_page(page, evaluated(checkout(tmp_path)), environment)
