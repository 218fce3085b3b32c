"""Killed evaluations, full disks, two programs in one folder, changed adapters, Ctrl-C.

In the evaluations the real ``lm_eval`` asks a real server on this machine, which counts what it is
asked.
"""

import contextlib
import errno
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from safetensors.torch import load_file

from jmedlora.core.lock import locked
from jmedlora.data.cli import main as jmed_data
from jmedlora.report.cli import main as jmed_report
from jmedlora.report.compare.comparability import warnings
from jmedlora.report.compare.comparison import read_columns
from jmedlora.train.output_folder import lock_output_folder
from tests.conftest import QUIET, ROOT, TASKS, results, run, samples, write_jsonl
from tests.support.responses import chunks, response
from tests.support.runs import answers, questions, write_run
from tests.support.training import train, workplace

SEED = os.environ.get("JMED_KILL_SEED") or str(time.time_ns())  # a new moment in every run
QUESTIONS = 40
"""Of the sample exam."""
SMALL_DISK = ("unshare", "--map-root-user", "--mount")


class CompletionServer(ThreadingHTTPServer):
    """Answers a prompt with a text that depends on nothing else, after ``delay`` seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/completions"


class Handler(BaseHTTPRequestHandler):
    server: CompletionServer

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        self.server.asked.update(prompts)
        time.sleep(self.server.delay)
        choices = [{"index": n, "text": answer_to(each)} for n, each in enumerate(prompts)]
        raw = json.dumps({"choices": choices}).encode()
        with contextlib.suppress(ConnectionError):  # the asker was killed
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)


def answer_to(prompt: str) -> str:
    """One of the choices in ``prompt``."""
    choices = prompt.split("### 入力:\n")[-1].split("\n")[0].split(",")
    return choices[hashlib.sha256(prompt.encode()).digest()[0] % len(choices)]


@pytest.fixture(scope="module")
def server() -> Iterator[CompletionServer]:
    with CompletionServer() as found:
        threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}).start()
        yield found
        found.shutdown()


def command(server: CompletionServer, output: str, cache: str) -> list[str]:
    """A greedy evaluation of the sample exam that keeps its answers in ``cache``."""
    return [
        sys.executable, "-m", "lm_eval", "run", "--include_path", str(TASKS), "--tasks",
        "jmed_sample", "--model", "local-completions", "--model_args",
        f"model=served,base_url={server.url},tokenizer_backend=None,eos_string=<end>",
        "--gen_kwargs", "do_sample=False", "--output_path", output, "--log_samples",
        "--use_cache", cache,
    ]  # fmt: skip


def kept(cache: Path) -> int:
    """How many answers are in lm-eval's cache."""
    with contextlib.closing(sqlite3.connect(f"{cache}_rank0.db")) as database:
        return database.execute("SELECT COUNT(*) FROM unnamed").fetchone()[0]


def kill_amid(line: list[str], folder: Path, server: CompletionServer, after: int) -> None:
    """Starts ``line`` and kills it with SIGKILL when the server was asked ``after`` questions."""
    before = server.asked.total()
    with (folder / "killed.log").open("w") as log:
        started = subprocess.Popen(
            line, cwd=folder, stdout=log, stderr=log,
            env={**os.environ, **QUIET, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    while server.asked.total() < before + after:
        assert started.poll() is None, (folder / "killed.log").read_text(encoding="utf-8")
        time.sleep(0.01)
    time.sleep(random.Random(SEED).uniform(0, server.delay))
    started.kill()
    assert started.wait() == -signal.SIGKILL


def scores(folder: Path) -> dict[str, float]:
    """The means that lm-eval found; its standard errors follow from the single answers."""
    return {
        key: value
        for key, value in results(folder)["results"]["jmed_sample"].items()
        if key.endswith(",none")
    }


@pytest.fixture(scope="module")
def resumed(server, tmp_path_factory) -> Path:
    """A folder with an evaluation that was never disturbed (whole/), and one that was killed in
    the middle and started again (killed/); server.asked counts what the second one was asked."""
    print(f"JMED_KILL_SEED={SEED}")
    folder = tmp_path_factory.mktemp("evaluations")
    ended = run(*command(server, "whole", "caches/whole"), cwd=folder)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert server.asked.total() == QUESTIONS
    server.asked.clear()
    server.delay = 0.1
    line = command(server, "killed", "caches/killed")
    kill_amid(line, folder, server, random.Random(SEED).randint(5, 35))
    (folder / "kept").write_text(str(kept(folder / "caches" / "killed")))
    (folder / "asked").write_text(str(server.asked.total()))
    server.delay = 0.0
    ended = run(*line, cwd=folder)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder


@pytest.mark.slow
@pytest.mark.xdist_group("evaluation")
def test_a_killed_evaluation_goes_on_with_the_same_scores(resumed):
    assert scores(resumed / "killed") == scores(resumed / "whole")
    whole, killed = (samples(resumed / each, "jmed_sample") for each in ("whole", "killed"))
    assert [each["resps"] for each in killed] == [each["resps"] for each in whole]
    assert len({each["resps"][0][0] for each in whole}) > 20  # the answers do differ


@pytest.mark.slow
@pytest.mark.xdist_group("evaluation")
def test_what_was_answered_is_not_asked_again(resumed, server):
    """But the question that was under way when the process was killed, and the answer before it if
    that had not reached the disk."""
    asked, answers = (int((resumed / name).read_text()) for name in ("asked", "kept"))
    again = asked - answers
    assert 0 <= again <= 2
    assert sorted(server.asked.values()) == [1] * (QUESTIONS - again) + [2] * again


@pytest.mark.slow
def test_a_second_training_in_one_folder_is_refused(tmp_path):
    """The first one is this process, as far as the operating system's lock is concerned."""
    folder = workplace(tmp_path, "opencalm7b")
    output = folder / "outputs" / "opencalm7b-8"
    with locked(output):
        ended = train("opencalm7b", folder)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert (
        f"jmed-train: outputs/opencalm7b-8: process {os.getpid()} is writing there; wait until it "
        "has ended, or choose another folder\n"
    ) in ended.stderr
    assert [path.name for path in output.iterdir()] == [".lock"]


@pytest.fixture(scope="session")
def small_disk() -> tuple[str, ...]:
    """The beginning of a command that has mounts of its own."""
    if subprocess.run([*SMALL_DISK, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs a mount namespace, for a small disk")
    return (*SMALL_DISK, "sh", "-c")


FULL = (
    "mount -t tmpfs -o size=64k tmpfs small && cp -r before/. small && "
    "{ head -c 1M /dev/zero > small/filler 2> /dev/null; true; } || exit 9; "
    '"$@"; status=$?; rm small/filler; cp -r small/. after; exit $status'
)
"""Runs a command while the disk below small/ is full; what is on it before and after is copied."""


@pytest.mark.slow
@pytest.mark.xdist_group("evaluation")
def test_results_that_found_no_room_cost_no_question(resumed, server, small_disk, capsys):
    """lm-eval ends with status 0 all the same; the report does not take the rest for a result."""
    for name in ("small", "before", "after"):
        (resumed / name).mkdir()
    asked = server.asked.total()
    line = command(server, "small", "caches/killed")
    ended = run(*small_disk, FULL, "sh", *line, cwd=resumed)
    assert ended.returncode == 0
    assert "Could not save results aggregated" in ended.stdout + ended.stderr
    assert server.asked.total() == asked
    assert jmed_report(["table", str(resumed / "after")]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert re.search(r"after.*: (no|not complete JSON)", said)


def parsed(folder: Path) -> None:
    no_pair = response("対ではない。", start=9000)
    write_jsonl(folder / "before" / "responses.jsonl", *chunks(6), no_pair)


def evaluated(folder: Path) -> None:
    docs = questions(4)
    for step in (0, 100):
        adapter = f"out/x-{step}" if step else None
        write_run(folder, task="igakuqa", docs=docs, responses=answers(docs, 2), adapter=adapter,
                  step=step or None)  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "line", "file"),
    [
        (parsed, "jmedlora.data.cli parse small", "small/rejected.jsonl"),
        (evaluated, "jmedlora.report.cli table results --resamples 9 --out small",
         "small/table.md"),
        (evaluated, "jmedlora.report.cli responses results --out small", "small/responses.md"),
        (evaluated, "jmedlora.report.cli plot results --resamples 9 --out small",
         "small/igakuqa-accuracy.png"),
    ],
)  # fmt: skip
def test_a_full_disk_is_one_line_and_leaves_no_half_file(prepare, line, file, small_disk, tmp_path):
    for name in ("small", "before", "after"):
        (tmp_path / name).mkdir()
    prepare(tmp_path)
    (tmp_path / "before" / Path(file).name).write_text("of an earlier run", encoding="utf-8")
    ended = run(*small_disk, FULL, "sh", sys.executable, "-m", *line.split(), cwd=tmp_path)
    assert ended.returncode == 1, ended.stderr
    said = f"{file}: cannot be written (No space left on device); free some space"
    assert ended.stderr.splitlines()[-1] == f"jmed-{line.split('.')[1]}: {said}"
    before, after = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir() if path.is_file()}
        for name in ("before", "after")
    )
    after.pop(".lock", None)
    assert after == before


WRITE = """
import sys
from pathlib import Path
from jmedlora.core.atomic_write import write_file
for _ in range(20):
    write_file(Path("table.md"), sys.argv[1] * 100_000)
"""


def test_two_reports_in_one_folder_leave_no_mixture(tmp_path):
    """The last one stands; a reader finds one or the other at any time."""
    line = [sys.executable, "-c", WRITE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen([*line, each], cwd=tmp_path, env=environment) for each in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        with contextlib.suppress(FileNotFoundError):  # before the first one is written
            seen.add((tmp_path / "table.md").read_text(encoding="utf-8"))
        time.sleep(0.005)
    assert [writer.returncode for writer in writers] == [0, 0]
    seen.add((tmp_path / "table.md").read_text(encoding="utf-8"))
    assert seen <= {"a" * 100_000, "b" * 100_000}
    assert [path.name for path in tmp_path.iterdir()] == ["table.md"]


@pytest.mark.slow
@pytest.mark.xdist_group("opencalm7b")
def test_one_changed_byte_in_an_adapter_is_seen(trained, capsys):
    """safetensors itself loads it: lengths and header are as they were."""
    output = trained("opencalm7b") / "outputs" / "opencalm7b-8"
    assert check_model(output, output / "checkpoint-2") == 0
    changed = shutil.copytree(output, output.with_name("changed")) / "adapter_model.safetensors"
    whole = changed.read_bytes()
    capsys.readouterr()
    for place in (-1, whole.index(b"base_model")):  # a weight; a tensor's name
        raw = bytearray(whole)
        raw[place] ^= 1
        changed.write_bytes(raw)
        assert len(load_file(changed)) == len(load_file(output / changed.name))
        assert check_model(changed.parent) == 1
        assert capsys.readouterr().err == (
            f"{changed}: is not the file whose SHA-256 run_card.json states; copy it again\n"
        )


def check_model(*folders: Path) -> int:
    return jmed_data(["check-model", *map(str, folders)])


@pytest.mark.parametrize(
    ("caches", "said", "why"),
    [
        (("cache", "cache"), True, "lm-eval keeps answers by prompt, not by model"),
        (("cache", "other"), False, "each has its own"),
        ((None, None), False, "none was used"),
    ],
)
def test_two_models_with_one_cache_are_told(tmp_path, caches, said, why):
    docs = questions(4)
    for model, cache in zip(("a", "b"), caches, strict=True):
        config = {"model_args": {"pretrained": model}, "limit": None, "use_cache": cache}
        write_run(tmp_path, task="igakuqa", docs=docs, responses=answers(docs, 2), model=model,
                  run={"config": config})  # fmt: skip
    found = warnings(read_columns([tmp_path], None))
    assert any("evaluated with one --use_cache cache, which" in line for line in found) is said, why


READING = [
    "jmedlora.data.cli check FILE",
    "jmedlora.data.cli describe FILE",
    "jmedlora.data.cli overlap FILE --exam jmed_sample",
    "jmedlora.report.cli scores FILE",
    "jmedlora.report.cli table FILE",
    "jmedlora.report.cli responses FILE",
]


def test_ctrl_c_is_one_line(tmp_path):
    """While a command waits for its input, a pipe to which nothing is written."""
    pipe = tmp_path / "input.jsonl"
    os.mkfifo(pipe)
    for line in READING:
        command = [sys.executable, "-m", *line.replace("FILE", str(pipe)).split()]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        with pipe.open("wb"):  # waits until the command has opened it
            process.send_signal(signal.SIGINT)
            out, said = process.communicate(timeout=60)
        name = f"jmed-{line.split('.')[1]}"
        assert (process.returncode, out) == (130, ""), line
        assert said == f"{name}: interrupted; run the same command again\n"


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch, capsys):
    """As some of clusters: the training goes on."""

    def flock(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr("fcntl.flock", flock)
    lock_output_folder(tmp_path / "output")
    assert capsys.readouterr().err == (
        f"jmed-train: {tmp_path}/output: a second run there would not be noticed (locks: "
        "Operation not supported)\n"
    )
