"""``jmed-data generate`` when servers, disks and processes fail: nothing lost, or paid twice."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from email.utils import formatdate
from itertools import takewhile
from pathlib import Path

import pytest

from jmedlora.data.cli import main
from tests.support.chat_server import answer, failure, pairs_about, serving, wait_until
from tests.support.commands import ROOT, run, start
from tests.support.generate import generate, lines
from tests.support.served import transformers_serve
from tests.support.tiny_model import build

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def good(content):
    return answer(pairs_about(content))


def command(folder: Path, url: str, *options: str) -> list[str]:
    return [
        sys.executable, "-m", "jmedlora.data.cli", "generate", str(folder), "--out", "out",
        "--model", "tiny", "--base-url", url, "--max-chars", "50", "--yes",
        "--personal", "allow", *options,
    ]  # fmt: skip


FIRST_TRIES = [
    failure(429, Retry_After="1"),
    failure(500),
    failure(503),
    "cut",
    "drop",
    (200, {"Content-Type": "application/json"}, b"{this is no JSON"),
    (200, {"Content-Type": "text/html"}, b"<html>starting</html>"),
    (200, {"Content-Type": "application/json"}, b'{"choices": []}'),
    (200, {"Content-Type": "application/json"}, b"[1, 2]"),
]


@pytest.mark.parametrize("first", FIRST_TRIES, ids=lambda each: str(each)[:50])
def test_a_failure_that_passes_is_got_over(docs, first):
    with serving(lambda content, times: first if times == 1 else good(content)) as server:
        assert generate(docs, server) == 0
    assert len(lines(docs.parent / "out" / "responses.jsonl")) == 6
    assert set(server.asked.values()) == {2}
    assert set(server.delivered.values()) <= {1, 2}  # malformed ones count as delivered


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_obeyed(docs, as_date):
    def behave(content, times):
        after = formatdate(time.time() + 3, usegmt=True) if as_date else "2"
        return failure(429, Retry_After=after) if times == 1 else good(content)

    with serving(behave) as server:
        assert generate(docs, server, "--limit", "1") == 0
    # not the two minutes that the client takes at most; a busy machine is some seconds late
    assert 1.9 <= server.times[1] - server.times[0] < 60


def test_a_wait_longer_than_the_client_takes_is_taken(docs, monkeypatch):
    waited = []

    async def pause(_, seconds):
        waited.append(seconds)
        return True

    monkeypatch.setattr("jmedlora.data.generate.request_loop._RequestLoop.may_go_on", pause)
    slow = failure(429, Retry_After="300")
    with serving(lambda content, times: slow if times == 1 else good(content)) as server:
        assert generate(docs, server, "--limit", "1") == 0
    assert waited == [300]


def test_a_server_that_hangs_is_given_up_and_asked_again(docs):
    with serving(lambda content, times: "hang" if times == 1 else good(content)) as server:
        assert generate(docs, server, "--timeout", "3") == 0  # none on a busy machine is so late
    assert set(server.asked.values()) == {2}


def test_all_tries_of_a_call_have_one_end(docs, capsys):
    """Six further tries of a server that hangs would be seven times as long."""
    with serving(lambda *_: "hang") as server:
        assert generate(docs, server, "--timeout", "1", "--limit", "1") == 1
    assert "no answer within 1 s, 2 times" in capsys.readouterr().err
    assert list(server.asked.values()) == [2]


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(docs):
    with serving(lambda content, times: "drip" if times == 1 else good(content)) as server:
        assert generate(docs, server, "--timeout", "3") == 0
    assert set(server.asked.values()) == {2}


def test_an_answer_without_end_is_given_up(docs, capsys):
    with serving(lambda *_: "flood") as server:
        assert generate(docs, server, "--limit", "1", "--retries", "0") == 1
    said = "the connection failed (the answer is longer than 16,777,216 bytes)"
    assert said in capsys.readouterr().err


def test_a_compressed_answer_is_not_unpacked(docs, capsys):
    bomb = gzip.compress(b" " * 2**28)
    packed = 200, {"Content-Encoding": "gzip", "Content-Type": "application/json"}, bomb
    with serving(lambda *_: packed) as server:
        assert generate(docs, server, "--limit", "1", "--retries", "0") == 1
    assert {headers["accept-encoding"] for headers in server.headers} == {"identity"}
    said = "the connection failed (the answer is compressed, which was not asked for)"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("escaped", [True, False])
def test_what_a_server_repeats_of_a_document_is_not_shown(docs, capsys, escaped):
    def echo(content, _):
        found = json.dumps({"error": content}, ensure_ascii=escaped).encode()
        return 400, {"Content-Type": "application/json"}, found

    with serving(echo) as server:
        assert generate(docs, server, "--limit", "1") == 1
    said = capsys.readouterr().err
    assert "status 400: a message that repeats the request, " in said
    assert "第1文" not in said


def test_an_answer_that_is_none_is_not_shown(docs, capsys):
    odd = 200, {"Content-Type": "application/json"}, '"患者は山田太郎"'.encode()
    with serving(lambda *_: odd) as server:
        assert generate(docs, server, "--limit", "1") == 1
    said = capsys.readouterr().err
    assert "the server's answer is no chat completion (9 characters)" in said
    assert "山田" not in said


def test_one_call_that_always_fails_does_not_keep_the_others(docs, capsys):
    bad = failure(400, "context length exceeded")
    with serving(lambda content, _: bad if "aの第1文" in content else good(content)) as server:
        assert generate(docs, server) == 1
        said = capsys.readouterr()
        assert "1 calls failed: status 400: " in said.err
        assert "context length exceeded" in said.err
        assert "run the same command again" in said.err
        assert len(lines(docs.parent / "out" / "responses.jsonl")) == 5
        assert len(lines(docs.parent / "out" / "train.jsonl")) > 0
        server.behave = lambda content, _: good(content)
        assert generate(docs, server) == 0
    assert sorted(server.asked.values()) == [1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (failure(401, "bad key"), "the server refuses the key (401: "),
        (failure(404, "no model"), "no model 'tiny' or no such address ("),
    ],
)
def test_what_every_call_would_meet_stops_the_run_at_once(docs, capsys, first, message):
    with serving(lambda *_: first) as server:
        assert generate(docs, server, "--concurrency", "1") == 1
    assert sum(server.asked.values()) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "jmed-data:" in line]
    assert message in said


def body(**message) -> tuple[int, dict[str, str], bytes]:
    """A completion with a message, and beside it whatever is given as ``beside``."""
    beside = message.pop("beside", {})
    found = {"choices": [{"message": message, "finish_reason": "stop"}], **beside}
    return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


TEXT = "'instruction': '心不全とは？', 'output': '機能の低下です。'"


@pytest.mark.parametrize(
    ("reply", "content", "usage"),
    [
        (body(content=TEXT, beside={"usage": {"prompt_tokens": None}}), TEXT, None),
        (body(content=TEXT, beside={"usage": "x", "model": 3}), TEXT, None),
        (body(content=[{"type": "text", "text": TEXT[:9]}, {"text": TEXT[9:]}]), TEXT, None),
        (body(content=None, refusal="いいえ。"), "", None),
        (body(content=None, reasoning_content="まず考える。"), "", None),
        (body(content="\ud800 half"), "? half", None),
    ],
)
def test_what_is_odd_beside_the_text_costs_no_answer(docs, reply, content, usage):
    with serving(lambda *_: reply) as server:
        generate(docs, server, "--limit", "1")
    assert sum(server.asked.values()) == 1
    (record,) = lines(docs.parent / "out" / "responses.jsonl")
    assert (record["content"], record["usage"]) == (content, usage)
    assert record["completion"]["choices"][0]["message"]  # as it came


def test_answers_without_text_are_told(docs, capsys):
    empty = body(content=None, reasoning_content="まず考える。")
    with serving(lambda content, _: empty if "aの第1文" in content else good(content)) as server:
        generate(docs, server)
    assert "1 answers hold no text; if the model reasons first, raise" in capsys.readouterr().err


def test_requests_that_are_wrong_in_themselves_do_not_end_the_run(tmp_path):
    """A dozen chunks that are too long for the model, the first ones, are passed by."""
    folder = many(tmp_path, 10)
    long = failure(400, "too long")
    with serving(lambda content, _: long if content.count("文書") and _first(content) else
                 good(content)) as server:  # fmt: skip
        assert generate(folder, server, "--concurrency", "1") == 1
    assert len(lines(tmp_path / "out" / "responses.jsonl")) == 8
    assert len(server.asked) == 20


def _first(content: str) -> bool:
    return any(f"文書{number}の" in content for number in range(6))


def test_one_forbidden_request_does_not_end_the_run(docs, capsys):
    no = failure(403, "content filter")
    with serving(lambda content, _: no if "aの第1文" in content else good(content)) as server:
        assert generate(docs, server, "--concurrency", "1") == 1
    assert len(lines(docs.parent / "out" / "responses.jsonl")) == 5
    assert "status 403: " in capsys.readouterr().err


def test_calls_in_flight_are_kept_when_the_run_is_stopped(docs, capsys):
    refused = threading.Event()

    def behave(content, _):
        if "aの第1文" in content:
            wait_until(lambda: len(server.asked) == 6)
            refused.set()
            return failure(401, "key")
        refused.wait(60)
        time.sleep(0.5)
        return good(content)

    with serving(behave) as server:
        assert generate(docs, server, "--concurrency", "6") == 1
    assert len(lines(docs.parent / "out" / "responses.jsonl")) == 5
    assert "the server refuses the key" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["sk-日本", "sk-a\nb"])
def test_a_key_that_none_can_be_is_refused_and_not_shown(docs, capsys, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with serving() as server:
        assert generate(docs, server) == 1
    said = capsys.readouterr().err
    assert "the environment variable OPENAI_API_KEY holds what no key can be" in said
    assert "sk-" not in said
    assert not server.asked


def test_when_nothing_is_answered_only_the_failures_are_told(docs, capsys):
    with serving(lambda *_: failure(422, "repetition_penalty is unknown")) as server:
        assert generate(docs, server) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if "jmed-data:" in line]
    assert len(said) == 2
    assert "repetition_penalty is unknown" in said[0]


def test_a_server_that_goes_down_ends_the_run(docs, capsys):
    """Ten failures in a row; what was answered before is kept."""
    first = "文書aの第1文"
    down = failure(500, "down")
    with serving(lambda content, _: good(content) if first in content else down) as server:
        options = ("--concurrency", "1", "--retries", "0", "--samples", "4")
        assert generate(docs, server, *options) == 1
    assert sum(server.asked.values()) == 4 + 10
    assert "10 calls in a row failed, the last: status 500: " in capsys.readouterr().err
    assert len(lines(docs.parent / "out" / "responses.jsonl")) == 4


def many(tmp_path, documents: int) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in range(documents):
        text = "".join(f"文書{name}の第{number}文であり、他とは異なる。" for number in range(4))
        (folder / f"{name:03d}.txt").write_text(text, encoding="utf-8")
    return folder


def slowly(content, _):
    time.sleep(random.random() / 10)
    return good(content)


KILLS = 20


def at_a_random_moment(server, process) -> None:
    """Waits for 1 to 7 further calls and up to 0.1 s more: 20 such runs do not reach the end."""
    calls = sum(server.asked.values()) + random.randint(1, 7)
    while sum(server.asked.values()) < calls and process.poll() is None:
        time.sleep(0.005)
    time.sleep(random.uniform(0, 0.1))


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_or_asked_again(tmp_path):
    folder = many(tmp_path, 150)
    stored: set[str] = set()
    kills = 0
    with serving(slowly) as server:
        while True:
            before = dict(server.asked)
            line, log = command(folder, server.url, "--concurrency", "4"), tmp_path / "log"
            process = start(*line, cwd=tmp_path, log=log)
            if kills < KILLS:
                at_a_random_moment(server, process)
                process.kill()
                kills += 1
            status = process.wait()
            again = {
                content for content in stored if server.asked[content] > before.get(content, 0)
            }
            assert not again  # what was stored before this start is not asked again
            path = tmp_path / "out" / "responses.jsonl"
            whole = path.read_bytes().rpartition(b"\n")[0].splitlines() if path.exists() else []
            stored = {_content(json.loads(line), folder) for line in whole}
            if status == 0:
                break
            assert status == -signal.SIGKILL, log.read_text(encoding="utf-8")
    assert kills == KILLS
    found = lines(tmp_path / "out" / "responses.jsonl")
    keys = [record["key"] for record in found]
    assert len(keys) == len(set(keys)) == 300
    assert len(lines(tmp_path / "out" / "provenance.jsonl")) == 900


def _content(record, folder: Path) -> str:
    from jmedlora.data.generate.prompt_template import shipped_prompt

    text = (folder.parent / record["source"]).read_text(encoding="utf-8")
    return shipped_prompt("ja").fill(text[record["start"] : record["end"]], record["pairs"])


def test_ctrl_c_lets_the_calls_in_flight_end(tmp_path):
    folder = many(tmp_path, 50)

    def slow(content, _):
        time.sleep(0.5)
        return good(content)

    with serving(slow) as server:
        process = subprocess.Popen(
            command(folder, server.url, "--concurrency", "4"),
            cwd=tmp_path, env=ENVIRONMENT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while sum(server.asked.values()) < 6:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert "Traceback" not in said
        assert "waiting for the calls in flight" in said
        assert "interrupted; run the same command again" in said
        stored = len(lines(tmp_path / "out" / "responses.jsonl"))
        assert stored == sum(server.asked.values())  # all that were paid for are kept
        server.behave = lambda content, _: good(content)
        assert run(*command(folder, server.url), cwd=tmp_path).returncode == 0
    assert set(server.asked.values()) == {1}


@pytest.mark.parametrize(
    "behaviour", ["hang", failure(503), failure(429, Retry_After="100")], ids=["hang", "503", "429"]
)
def test_after_ctrl_c_no_call_is_tried_again(tmp_path, behaviour):
    """Not at once and not after a wait: what hangs ends with its try, what waits ends at once."""
    folder = many(tmp_path, 5)
    gate = threading.Event()

    def behave(*_):
        if behaviour != "hang":
            gate.wait(60)
        return behaviour

    with serving(behave) as server:
        process = subprocess.Popen(
            command(folder, server.url, "--timeout", "3", "--concurrency", "4"),
            cwd=tmp_path, env=ENVIRONMENT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_until(lambda: len(server.asked) == 4)
        process.send_signal(signal.SIGINT)
        first = iter(process.stderr.readline, "")
        said = "".join(takewhile(lambda line: "waiting for the calls in flight" not in line, first))
        gate.set()
        _, rest = process.communicate(timeout=60)
        assert set(server.asked.values()) == {1}
    assert process.returncode == 130, said + rest
    assert "interrupted; run the same command again" in rest


def test_a_second_ctrl_c_drops_them(tmp_path):
    folder = many(tmp_path, 5)
    with serving(lambda *_: "hang") as server:
        process = subprocess.Popen(
            command(folder, server.url), cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while not server.asked:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        first = iter(process.stderr.readline, "")  # two signals at once would be one
        said = "".join(takewhile(lambda line: "waiting for the calls in flight" not in line, first))
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, said + rest
    assert "Traceback" not in said + rest


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_half_written_last_line_is_recognised(docs, capsys, cut):
    path = docs.parent / "out" / "responses.jsonl"
    with serving() as server:
        generate(docs, server)
        train = (docs.parent / "out" / "train.jsonl").read_bytes()
        path.write_bytes(path.read_bytes()[:-cut])
        assert generate(docs, server) == 0
    assert "the last line was half-written; its call is made again" in capsys.readouterr().err
    assert sorted(server.asked.values()) == [1, 1, 1, 1, 1, 2]
    assert len(lines(path)) == 6
    assert (docs.parent / "out" / "train.jsonl").read_bytes() == train


def test_a_broken_line_elsewhere_is_named_and_nothing_is_changed(docs, capsys):
    path = docs.parent / "out" / "responses.jsonl"
    with serving() as server:
        generate(docs, server)
        broken = path.read_bytes().replace(b'{"key"', b'{"ke', 1)
        path.write_bytes(broken)
        assert generate(docs, server) == 1
    assert f"{path}:1: no complete response; delete the line" in capsys.readouterr().err
    assert path.read_bytes() == broken


def test_a_full_disk_keeps_what_was_answered(tmp_path):
    space = ("unshare", "--map-root-user", "--mount")
    if subprocess.run([*space, "true"], check=False).returncode:
        pytest.skip("needs a mount namespace, for a small disk")
    folder = many(tmp_path, 50)
    (tmp_path / "out").mkdir()
    with serving() as server:
        script = (
            'mount -t tmpfs -o size=128k tmpfs out; "$@"; status=$?; cp -r out kept; exit $status'
        )
        ended = run(*space, "sh", "-c", script, "sh", *command(folder, server.url), cwd=tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert (
        "jmed-data: out/responses.jsonl: cannot be written (No space left on device); what was "
        "answered before is kept: free some space"
    ) in ended.stderr
    kept = lines(tmp_path / "kept" / "responses.jsonl")
    assert 0 < len(kept) < 100


def test_a_model_that_only_refuses_is_said(docs, capsys):
    with serving(lambda *_: answer("申し訳ありませんが、お手伝いできません。")) as server:
        assert generate(docs, server) == 1
    said = capsys.readouterr().err
    assert "(mostly: refusal, 6 times)" in said
    assert "申し訳ありません" not in said  # a model repeats what it was sent
    assert "Traceback" not in said
    assert len(lines(docs.parent / "out" / "responses.jsonl")) == 6
    assert len(server.asked) == 6


def test_an_answer_without_text_is_kept_and_not_asked_again(docs):
    with serving(lambda content, _: answer("") if "aの第1" in content else good(content)) as server:
        assert generate(docs, server) == 0
        assert generate(docs, server) == 0
    assert set(server.asked.values()) == {1}


@pytest.mark.slow
def test_a_real_server_with_a_tiny_model(docs, tmp_path, capsys):
    """``transformers serve``: a random model's text holds no pair, but every answer is kept."""
    model = build(tmp_path / "tiny-chat", chat=True)
    with transformers_serve(model) as url:
        options = ("--max-tokens", "16", "--concurrency", "2", "--personal", "allow")
        command = ["generate", str(docs), "--out", str(tmp_path / "out"), "--model", str(model)]
        ended = main([*command, "--base-url", url, "--max-chars", "50", "--yes", *options])
    assert ended == 1
    found = lines(tmp_path / "out" / "responses.jsonl")
    assert len(found) == 6
    # a text may be empty: the first token of a random model can be its end
    assert all(record["usage"]["completion_tokens"] > 0 for record in found)
    assert "Traceback" not in capsys.readouterr().err
