"""Nothing leaves the machine: no step needs a network, and with one at hand none is used."""

import inspect
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.support.commands import ROOT, TASKS, run
from tests.support.training import RECIPES, command, offline, recipe_path, workplace

pytestmark = pytest.mark.slow

STRACE = shutil.which("strace")
AUDIT = ("-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", "calls")
SWITCHES = (
    "DO_NOT_TRACK", "AXOLOTL_DO_NOT_TRACK", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
    "HF_HUB_DISABLE_TELEMETRY",
)  # fmt: skip
NO_SWITCH = dict.fromkeys(SWITCHES, "")
EXPORTS = "export DO_NOT_TRACK=1 HF_HUB_OFFLINE=1"
BIN = Path(sys.executable).parent
SECRET = "この文は院内だけのもの。"
needs_strace = pytest.mark.skipif(STRACE is None, reason="needs strace, which sees every attempt")

PREPARE = """
jmed-data check exam.jsonl
jmed-data check-model model
jmed-data describe data/train.jsonl --recipe {recipe} --tokenizer model
jmed-data overlap data/train.jsonl --exam exam.jsonl --out overlap --drop clean.jsonl \\
    --exclude-list contaminated.jsonl
"""
ASK = """
lm_eval --include_path {tasks} --tasks {task} --model hf --model_args pretrained={model} \\
    --device cpu --batch_size 40 --gen_kwargs do_sample=False,max_gen_toks=8 \\
    --output_path results --log_samples
"""
REPORT = """
jmed-report scores results/*/results_*.json
jmed-report table results --out report
jmed-report plot results --out report
jmed-report responses results --out report
"""
WRITTEN = {
    "overlap/overlap.html", "overlap/hits.jsonl", "clean.jsonl", "contaminated.jsonl",
    "report/table.html", "report/table.csv", "report/responses.html",
}  # fmt: skip


def adapted(name):
    """The model with what the recipe trained; other tests leave other runs beside it.

    The demo, without a network as well, evaluates models without an adapter.
    """
    return f"model,peft=$(echo outputs/{name}-*)"


def scripts(name, train):
    """The documented commands in their order; the exports are for lm_eval and Axolotl alone."""
    ask = ASK.format(tasks=TASKS, task=RECIPES[name].task, model=adapted(name))
    yield PREPARE.format(recipe=recipe_path(name))
    yield "\n".join([EXPORTS, train, ask])
    yield REPORT


def walk(folder, *prefix, name, train="", inspect=lambda: None):
    """Runs them in ``folder``, checks what they wrote, and calls ``inspect`` after each script.

    A token of the Hub lies there, as after ``hf auth login``: with one, more is asked of the Hub.
    """
    home = folder / "home"
    home.mkdir()
    (home / "token").write_text("hf_of_nobody", encoding="utf-8")
    shutil.copy(ROOT / "jmedlora/exams/sample/exam.jsonl", folder)
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    for script in scripts(name, train):
        shell = (*prefix, "sh", "-ec", script)
        ended = run(*shell, cwd=folder, PATH=path, HF_HOME=str(home), **NO_SWITCH)
        assert ended.returncode == 0, ended.stderr[-3000:]
        inspect()
    assert {each for each in WRITTEN if not (folder / each).is_file()} == set()
    assert len(list((folder / "results").rglob("samples_*.jsonl"))) == 1


@pytest.mark.xdist_group("opencalm7b")
def test_everything_runs_without_a_network(trained, tmp_path):
    if not offline():
        pytest.skip("needs a network namespace (unshare), which has no interface")
    folder = trained("opencalm7b")  # trained without a network too
    for part in ("data", "model", "outputs"):
        (tmp_path / part).symlink_to(folder / part)
    walk(tmp_path, *offline(), name="opencalm7b")


@needs_strace
def test_no_connection_is_attempted(tmp_path):
    """With a network, unlike above: what would be sent if it could. And where copies are left."""
    folder = workplace(tmp_path, "llama70b")
    with (folder / "data/train.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"instruction": SECRET, "output": "はい"}, ensure_ascii=False))
    train = command("llama70b", "--max_steps=2")[len(offline()) :]

    def inspect():
        assert outside(folder / "calls") == []

    line = shlex.join(map(str, train))
    walk(folder, STRACE, *AUDIT, name="llama70b", train=line, inspect=inspect)
    assert holding(SECRET, folder) == {"data", "clean.jsonl", "home/datasets", "outputs/prepared"}


def holding(text, folder):
    """Where below ``folder`` a copy of ``text`` lies: one of ``names``, else the very file."""
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and (text.encode() in path.read_bytes() or text in _table(path))
    }
    names = ("data", "clean.jsonl", "home/datasets", "outputs/prepared")
    return {next((name for name in names if path.startswith(name)), path) for path in found}


def _table(path):
    """The content of a Parquet file, which is compressed."""
    return str(parquet.read_table(path).to_pylist()) if path.suffix == ".parquet" else ""


@needs_strace
def test_a_recipe_without_the_exports_is_refused_before_anything_is_sent(tmp_path):
    folder = workplace(tmp_path, "opencalm7b")
    line = command("opencalm7b")[len(offline()) :]
    ended = run(STRACE, *AUDIT, *line, cwd=folder, **NO_SWITCH)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"jmed-train: {ROOT}/recipes/opencalm7b.yml: nothing was started or sent, because "
        "telemetry or the Hub would be used; "
        "run: export DO_NOT_TRACK=1 HF_HUB_OFFLINE=1\n"
    )
    assert outside(folder / "calls") == []


# What the dependencies would send. Tried behind a network namespace: an attempt is seen, and fails.

SENDS = {
    "axolotl's telemetry": (
        "DO_NOT_TRACK",
        "from axolotl.telemetry.manager import TelemetryManager\n"
        "TelemetryManager.get_instance().send_event('started', {})\n"
        "wait()\n",
    ),
    "axolotl's look at the Hub's token": (
        "HF_HUB_OFFLINE",
        "from axolotl.cli.checks import check_user_token\ncheck_user_token()\n",
    ),
    "datasets' count of loads": (
        "HF_HUB_OFFLINE",
        "import datasets\ndatasets.load_dataset('json', data_files='a.jsonl', cache_dir='cache')\n",
    ),
    "bitsandbytes' kernel for CPUs with AVX512-BF16": (
        "HF_HUB_OFFLINE",
        "import ctypes\n"
        "real = ctypes.CDLL.__getattr__\n"
        "def answer(library, name):\n"
        "    if name == 'has_avx512bf16_cpu':\n"
        "        return lambda: True\n"
        "    return real(library, name)\n"
        "ctypes.CDLL.__getattr__ = answer\n"
        "import bitsandbytes\n",
    ),
    "telemetry through the Hub's library (TRL, Gradio)": (
        "HF_HUB_OFFLINE",
        "from huggingface_hub.utils import send_telemetry\nsend_telemetry('trl/trainer')\nwait()\n",
    ),
    "lm_eval's search for the model's folder on the Hub": (
        "HF_HUB_OFFLINE",
        "from lm_eval.models.huggingface import HFLM\n"
        "HFLM(pretrained='model', device='cpu').get_model_info()\n",
    ),
}
"""By what it is: the export that keeps it from happening, and what makes it happen."""


WAIT = """
import time
from pathlib import Path
def wait():
    end = time.monotonic() + {seconds}
    while time.monotonic() < end and not outside(Path("calls")):
        time.sleep(0.1)
"""
"""For a connection that a thread makes: it ends with the first one."""


def attempts(folder, model, code, *, seconds, **env):
    """The connections that ``code`` tries to make, in vain, beside ``model``.

    seconds: at most, that it waits for one.
    """
    if not offline():
        pytest.skip("needs a network namespace (unshare): nothing may be sent, not even by a test")
    home = folder / "home"
    home.mkdir()
    (home / "token").write_text("hf_of_nobody", encoding="utf-8")
    (folder / "model").symlink_to(model)
    (folder / "a.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
    # at the end axolotl's telemetry would wait for ever for its server
    code = f"{code}print('reached', flush=True)\nimport os\nos._exit(0)"
    code = f"{inspect.getsource(outside)}{WAIT.format(seconds=seconds)}{code}"
    prefix = (*offline(), STRACE, *AUDIT)
    settings = {**NO_SWITCH, "HF_HOME": str(home), **env}
    ended = run(*prefix, sys.executable, "-c", code, cwd=folder, **settings)
    assert "reached" in ended.stdout, ended.stderr[-3000:]
    return outside(folder / "calls")


@needs_strace
@pytest.mark.parametrize("what", SENDS)
def test_a_dependency_would_connect(what, tiny_model, tmp_path):
    """So that the next test cannot pass for want of anything to switch off."""
    switch, code = SENDS[what]
    # The other is on; not as DO_NOT_TRACK, which the Hub's library takes for itself as well.
    other = {"DO_NOT_TRACK": "HF_HUB_OFFLINE", "HF_HUB_OFFLINE": "AXOLOTL_DO_NOT_TRACK"}[switch]
    assert attempts(tmp_path, tiny_model, code, seconds=120, **{other: "1"}) != []


@needs_strace
def test_the_two_exports_silence_all(tiny_model, tmp_path):
    every = "".join(code for _, code in SENDS.values())
    off = {"DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
    assert attempts(tmp_path, tiny_model, every, seconds=3, **off) == []


@needs_strace
@pytest.mark.parametrize(
    ("call", "seen"),
    [
        ("socket(AF_INET, SOCK_DGRAM).connect(('192.0.2.1', 9))", 1),
        ("socket(AF_INET, SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))", 1),
        ("socket(AF_INET6, SOCK_DGRAM).connect(('2001:db8::1', 9))", 1),
        ("socket(AF_INET, SOCK_DGRAM).connect(('127.0.0.53', 53))", 1),  # a name service
        ("socket(AF_INET, SOCK_DGRAM).connect(('127.0.0.1', 9))", 0),
    ],
)
def test_the_audit_sees_a_connection_attempt(call, seen, tmp_path):
    code = f"from socket import *\ntry:\n    {call}\nexcept OSError: pass"
    run(*offline(), STRACE, *AUDIT, "python3", "-c", code, cwd=tmp_path)
    assert len(outside(tmp_path / "calls")) == seen


def outside(calls):
    """The recorded calls that name an address beyond this machine, or ask for one by name."""
    lines = calls.read_text(encoding="utf-8", errors="replace").splitlines()
    inet = [line for line in lines if "AF_INET" in line]
    local = [line for line in inet if '"127.' in line or '"::1"' in line]
    names = [line for line in lines if "htons(53)" in line or "systemd/resolve" in line]
    return [line for line in lines if line in names or (line in inet and line not in local)]
