"""An evaluation that is killed, or finds no room for its results, and is started again.

The real ``lm_eval`` asks a real server on this machine, which counts what it is asked.
"""

import contextlib
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jmedlora.report.cli import main as jmed_report
from tests.support.commands import TASKS, results, run, samples, start
from tests.support.small_disk import FULL

SEED = os.environ.get("JMED_KILL_SEED") or str(time.time_ns())  # a new moment in every run
QUESTIONS = 40
"""All questions of the sample exam."""


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
    log = folder / "killed.log"
    started = start(*line, cwd=folder, log=log)
    while server.asked.total() < before + after:
        assert started.poll() is None, log.read_text(encoding="utf-8")
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
