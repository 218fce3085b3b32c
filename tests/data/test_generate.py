"""``jmed-data generate`` against a real HTTP server on this machine: what is sent and kept."""

import hashlib
import os
import pty
import shlex
import socket
import subprocess
import sys
import time

import pytest

from jmedlora.core.lock import locked
from jmedlora.data.cli import main
from jmedlora.data.generate.prompt_template import shipped_prompt
from jmedlora.data.generate.server_address import ServerError, locate_server
from tests.support.chat_server import answer, failure, pairs_about, serving, wait_until
from tests.support.commands import ROOT, mode, write_jsonl
from tests.support.generate import SENTENCE, generate, lines

KEY = "sk-secret-4711"


def test_documents_become_a_training_file(docs, capsys):
    with serving() as server:
        assert generate(docs, server) == 0
    out = docs.parent / "out"
    found = lines(out / "responses.jsonl")
    assert len(found) == 6
    assert set(server.delivered.values()) == {1}
    pairs = [*lines(out / "train.jsonl"), *lines(out / "eval.jsonl")]
    assert len(pairs) == 18
    assert {tuple(pair)[:2] for pair in pairs} == {("instruction", "output")}
    assert main(["check", "--for", "train", str(out / "train.jsonl")]) == 0
    said = capsys.readouterr().out
    assert "3 documents, " in said
    assert "6 calls, of which 0 are answered: 6 to make" in said
    assert f"server: {server.url} (this machine), model: tiny" in said


def test_every_response_and_pair_tells_where_it_comes_from(docs):
    with serving() as server:
        assert generate(docs, server, "--temperature", "0.5", "--params", '{"top_p": 0.9}') == 0
    out = docs.parent / "out"
    prompt = shipped_prompt("ja")
    for record in lines(out / "responses.jsonl"):
        text = docs.joinpath(record["source"]).read_text(encoding="utf-8")
        raw = docs.joinpath(record["source"]).read_bytes()
        chunk = text[record["start"] : record["end"]]
        assert record["source_sha256"] == hashlib.sha256(raw).hexdigest()
        assert record["prompt_sha256"] == hashlib.sha256(prompt.text.encode()).hexdigest()
        assert record["parameters"] == {"max_tokens": 2048, "temperature": 0.5, "top_p": 0.9}
        assert record["host"] == f"127.0.0.1:{server.server_port}"
        assert (record["finish_reason"], record["answered_by"]) == ("stop", "served-model")
        assert record["content"] == pairs_about(prompt.fill(chunk, 15))
    pairs = lines(out / "provenance.jsonl")
    assert {pair["source"] for pair in pairs} == {str(docs / f"{name}.txt") for name in "abc"}
    assert {pair["finish_reason"] for pair in pairs} == {"stop"}


def test_what_holds_texts_is_for_its_owner_alone(docs):
    """Whatever the umask is; what is made to be trained on follows it."""
    before = os.umask(0o002)
    try:
        with serving() as server:
            assert generate(docs, server) == 0
    finally:
        os.umask(before)
    modes = {path.name: mode(path) for path in (docs.parent / "out").iterdir()}
    private = {"plan.jsonl", "responses.jsonl", "rejected.jsonl", "provenance.jsonl"}
    assert {name for name, each in modes.items() if each == 0o600} == private
    assert modes["train.jsonl"] == 0o664


def test_what_is_sent_is_the_prompt_and_the_parameters(docs):
    with serving() as server:
        assert generate(docs, server, "--pairs", "3", "--params", '{"max_tokens": null}') == 0
    assert {tuple(sorted(body)) for body in server.bodies} == {("messages", "model")}
    sent = [body["messages"] for body in server.bodies]
    assert all(len(each) == 1 and each[0]["role"] == "user" for each in sent)
    assert all("これを3回繰り返し" in each[0]["content"] for each in sent)


def test_the_english_prompt_is_the_papers():
    """Appendix C, as the paper prints it; the number of pairs is a field."""
    golden = (ROOT / "tests" / "golden" / "generate_en.txt").read_text(encoding="utf-8")
    assert shipped_prompt("en").fill("TEXT {pairs}", 15) + "\n" == golden


def test_a_prompt_of_ones_own(docs, tmp_path):
    (tmp_path / "own.txt").write_text("次から{pairs}問作る:\n{input_text}\n以上", encoding="utf-8")
    with serving(lambda content, _: answer(pairs_about(content.splitlines()[1]))) as server:
        assert generate(docs, server, "--prompt", str(tmp_path / "own.txt")) == 0
    assert all(content.startswith("次から15問作る:\n文書") for content in server.asked)
    assert all(content.endswith("\n以上") for content in server.asked)


@pytest.mark.parametrize("text", ["no field", "{input_text} {input_text}"])
def test_a_prompt_without_its_field_is_refused(docs, tmp_path, capsys, text):
    (tmp_path / "own.txt").write_text(text)
    assert generate(docs, "http://127.0.0.1:9/v1", "--prompt", str(tmp_path / "own.txt")) == 1
    said = capsys.readouterr().err
    assert f"own.txt: has {{input_text}} {text.count('{input_text}')} times; write" in said


def test_a_second_run_asks_nothing(docs):
    with serving() as server:
        generate(docs, server)
    train = (docs.parent / "out" / "train.jsonl").read_bytes()
    assert generate(docs, server) == 0  # the server is gone
    assert (docs.parent / "out" / "train.jsonl").read_bytes() == train


def test_a_grown_document_costs_its_new_chunks_only(docs):
    with serving() as server:
        generate(docs, server)
        before = dict(server.asked)
        with (docs / "a.txt").open("a", encoding="utf-8") as file:
            file.write("".join(SENTENCE.format("新", number) for number in range(4)))
        (docs / "b.txt").unlink()
        assert generate(docs, server) == 0
    new = {content for content in server.asked if content not in before}
    assert len(new) == 2
    assert all(server.asked[content] == 1 for content in before)
    pairs = lines(docs.parent / "out" / "provenance.jsonl")
    digest = hashlib.sha256((docs / "a.txt").read_bytes()).hexdigest()
    assert {pair["source_sha256"] for pair in pairs if pair["source"].endswith("a.txt")} == {digest}
    assert not [pair for pair in pairs if pair["source"].endswith("b.txt")]  # no longer there


def test_a_text_that_stands_twice_is_asked_once(docs):
    (docs / "copy.txt").write_bytes((docs / "a.txt").read_bytes())
    with serving() as server:
        assert generate(docs, server) == 0
    assert sum(server.asked.values()) == 6


def test_samples_are_calls_of_their_own(docs):
    with serving() as server:
        assert generate(docs, server, "--samples", "2") == 0
    assert set(server.asked.values()) == {2}
    assert len({record["key"] for record in lines(docs.parent / "out" / "responses.jsonl")}) == 12


def test_limit_asks_the_first_and_the_rest_later(docs):
    with serving() as server:
        generate(docs, server, "--limit", "2")
        assert sum(server.asked.values()) == 2
        generate(docs, server)
    assert set(server.asked.values()) == {1}
    assert sum(server.asked.values()) == 6


def test_the_order_of_arrival_does_not_matter(docs, tmp_path):
    with serving() as server:
        generate(docs, server, "--concurrency", "1", out=tmp_path / "one")

    def slow_first(content, _):
        if "第1文" in content:
            wait_until(lambda: len(server.delivered) >= 3)  # the second chunk of each document
            time.sleep(0.2)
        return answer(pairs_about(content))

    with serving(slow_first) as server:
        generate(docs, server, "--concurrency", "6", out=tmp_path / "many")
    keys = [
        [record["key"] for record in lines(tmp_path / name / "responses.jsonl")]
        for name in ("one", "many")
    ]
    assert keys[0] != keys[1]
    assert sorted(keys[0]) == sorted(keys[1])
    for name in ("train.jsonl", "eval.jsonl", "rejected.jsonl"):
        one, many = ((tmp_path / folder / name).read_bytes() for folder in ("one", "many"))
        assert one == many


def test_the_key_comes_from_the_environment_and_is_written_nowhere(docs, monkeypatch, capfd):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def echo_once(content, times):
        return failure(400, f"bad {KEY}") if "第1文" in content else answer(pairs_about(content))

    with serving(echo_once) as server:
        assert generate(docs, server) == 1
    assert {headers["authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    written = b"".join(path.read_bytes() for path in docs.parent.rglob("*") if path.is_file())
    said = "".join(capfd.readouterr())
    assert KEY.encode() not in written
    assert KEY not in said
    assert "status 400" in said
    assert "***" in said


def test_another_variable_can_hold_the_key(docs, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("WARD_KEY", "other")
    with serving() as server:
        generate(docs, server, "--key-variable", "WARD_KEY")
    assert {headers["authorization"] for headers in server.headers} == {"Bearer other"}


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://127.0.0.1:8000/v1", "this machine"),
        ("http://localhost:8000/v1", "this machine"),
        ("http://[::1]:8000/v1", "this machine"),
        ("http://0.0.0.0:8000/v1", "a private network"),
        ("http://10.1.2.3:8000/v1", "a private network"),
        ("http://192.168.1.5/v1", "a private network"),
        ("http://[::ffff:192.168.1.5]/v1", "a private network"),
    ],
)
def test_servers_in_the_building_need_no_leave(url, place):
    assert locate_server(url, allow_external=False).place == place


@pytest.mark.parametrize(
    "url",
    [
        "https://8.8.8.8/v1",
        "http://[2001:4860::1]/v1",
        "http://169.254.169.254/v1",  # where clouds keep the secrets of a machine
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fd00:ec2::254]/v1",
        "http://198.18.0.1/v1",  # what some proxies answer for any name
        "http://100.64.0.1/v1",
        "http://[::ffff:8.8.8.8]/v1",
    ],
)
def test_a_server_outside_needs_leave(docs, capsys, url):
    assert generate(docs, url) == 1
    said = capsys.readouterr().err
    assert "the documents would leave the building" in said
    assert "--allow-external" in said
    assert not (docs.parent / "out").exists()
    assert locate_server(url, allow_external=True).place == "outside"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("127.0.0.1:8000", "is no address of a server"),
        ("ftp://127.0.0.1/v1", "is no address of a server"),
        ("http://127.0.0.1:port/v1", "is no address"),
        ("http://me:secret@127.0.0.1/v1", "give the address alone"),
        ("http://no-such-host.invalid/v1", "leads nowhere"),
    ],
)
def test_an_address_that_is_none_is_refused(url, message, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ServerError, match=message) as error:
        locate_server(url, allow_external=True)
    assert "secret" not in str(error.value)


def test_a_proxy_may_know_a_name_that_this_machine_does_not(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    found = locate_server("https://no-such-host.invalid/v1", allow_external=True)
    assert found.place == "outside"
    with pytest.raises(ServerError, match="leads nowhere"):
        locate_server("https://no-such-host.invalid/v1", allow_external=False)


def test_a_redirect_is_not_followed(docs, capsys):
    with serving() as elsewhere:
        there = f"{elsewhere.url}/chat/completions"
        with serving(lambda *_: failure(307, Location=there)) as server:
            assert generate(docs, server) == 1
    assert not elsewhere.asked
    assert "the server sends elsewhere, which is not followed" in capsys.readouterr().err


def test_a_proxy_of_the_environment_is_not_used_in_the_building(docs, monkeypatch):
    with serving() as proxy, serving() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert generate(docs, server) == 0
    assert not proxy.asked


def test_nothing_starts_without_a_yes(docs, capsys):
    with serving() as server:
        command = ["generate", str(docs), "--out", str(docs.parent / "out"), "--model", "tiny"]
        assert main([*command, "--base-url", server.url, "--personal", "allow"]) == 1
    assert "add --yes" in capsys.readouterr().err
    assert not server.asked


@pytest.mark.parametrize("reply", ["n\n", "", "yes please\n"])
def test_a_question_without_a_yes_starts_nothing(docs, reply):
    """On a real terminal: n, the end of the input, and what is no answer."""
    out = docs.parent / "out"
    with serving() as server:
        command = [
            sys.executable,
            "-m",
            "jmedlora.data.cli",
            "generate",
            str(docs),
            "--out",
            str(out),
        ]
        main_end, other_end = pty.openpty()
        process = subprocess.Popen(
            [*command, "--model", "tiny", "--base-url", server.url, "--personal", "allow"],
            stdin=other_end, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT,
        )  # fmt: skip
        os.close(other_end)
        os.write(main_end, reply.encode() or b"\x04")
        said, errors = process.communicate(timeout=60)
        os.close(main_end)
    assert process.returncode == 1
    assert "Start? [y/N]" in said
    assert errors.splitlines()[-1] == "jmed-data: nothing was asked"
    assert not server.asked


@pytest.mark.parametrize("closed", ["<&-", "<&- 2>&-"])
def test_nobody_can_confirm_where_standard_input_is_closed(docs, closed):
    out = docs.parent / "out"
    with serving() as server:
        command = [sys.executable, "-m", "jmedlora.data.cli", "generate", docs, "--out", out,
                   "--format", "lines", "--model", "tiny", "--base-url", server.url]  # fmt: skip
        script = f"{shlex.join(map(str, command))} {closed}"
        ended = subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd=ROOT)
    said = "jmed-data: nothing was asked: there is no terminal to confirm on; add --yes\n"
    assert (ended.returncode, ended.stderr) == (1, "" if "2>" in closed else said)
    assert not server.asked


def test_the_output_is_not_one_of_the_folders_that_are_read(docs, capsys):
    assert generate(docs, "http://127.0.0.1:9/v1", out=docs) == 1
    assert f"--out {docs}: is a folder that is read; choose another" in capsys.readouterr().err


def test_documents_that_cannot_be_used_stop_the_run_or_are_left_out(docs, capsys):
    (docs / "z.txt").write_bytes(b"\xff\xff\xff")
    with serving() as server:
        assert generate(docs, server) == 1
        assert not server.asked
        said = capsys.readouterr().err
        assert (
            "z.txt: byte 0xff in line 1 fits neither UTF-8, Shift_JIS nor EUC-JP; save it" in said
        )
        assert "--skip-unreadable" in said
        assert generate(docs, server, "--skip-unreadable") == 0
    assert f"left out: {docs / 'z.txt'}" in capsys.readouterr().err


def test_a_shift_jis_document_is_converted_and_said(docs, capsys):
    text = (docs / "a.txt").read_text(encoding="utf-8")
    (docs / "a.txt").write_bytes(text.encode("cp932"))
    with serving() as server:
        assert generate(docs, server) == 0
    assert f"{docs / 'a.txt'}: read as Shift_JIS" in capsys.readouterr().err
    assert any("文書aの第1文" in content for content in server.asked)


def test_an_empty_folder_asks_nothing(tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    assert generate(tmp_path / "docs", "http://127.0.0.1:9/v1") == 1
    assert "no document (.htm, .html, .jsonl, .md, .pdf, .txt) is there" in capsys.readouterr().err


def test_a_record_of_json_lines_is_named_by_its_line(tmp_path):
    write_jsonl(tmp_path / "docs" / "x.jsonl", {"text": "一つ目の記録。"}, {"text": "二つ目。"})
    with serving() as server:
        assert generate(tmp_path / "docs", server) == 0
    found = {record["source"] for record in lines(tmp_path / "out" / "responses.jsonl")}
    assert found == {f"{tmp_path}/docs/x.jsonl:1", f"{tmp_path}/docs/x.jsonl:2"}


@pytest.mark.parametrize(
    "option",
    [
        ("--pairs", "0"),
        ("--params", "[1]"),
        ("--params", "{"),
        ("--params", '{"model": "x"}'),
        ("--params", '{"top_p": NaN}'),
        ("--temperature", "nan"),
        ("--temperature", "-1"),
        ("--concurrency", "-1"),
    ],
)
def test_wrong_options_are_wrong_usage(docs, option):
    with pytest.raises(SystemExit, match="2"):
        generate(docs, "http://127.0.0.1:9/v1", *option)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_no_server_is_one_line(docs, capsys):
    assert generate(docs, f"http://127.0.0.1:{unused_port()}/v1") == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line]
    assert len(said) == 1
    assert "no server answers (Connection refused); start one" in said[0]


def test_two_writers_on_one_folder_are_kept_apart(docs, capsys):
    out = docs.parent / "out"
    write_jsonl(out / "responses.jsonl")
    with locked(out), serving() as server:
        assert generate(docs, server) == 1
        assert main(["parse", str(out)]) == 1
    assert not server.asked
    assert capsys.readouterr().err.count(f"{out}: process {os.getpid()} is writing there") == 2


def test_a_file_name_that_is_no_text_is_written_out(docs):
    (docs / os.fsdecode(b"\x83J\x83\x8b\x83e.txt")).write_text("名前は旧い文字符号のまま。")
    with serving() as server:
        assert generate(docs, server) == 0
    sources = {record["source"] for record in lines(docs.parent / "out" / "responses.jsonl")}
    assert f"{docs}/\\udc83J\\udc83\\udc8b\\udc83e.txt" in sources


def test_responses_of_other_settings_are_kept_but_left_out(docs, capsys):
    with serving() as server:
        generate(docs, server)
        generate(docs, server, "--temperature", "0.9")
    assert set(server.asked.values()) == {2}
    assert len(lines(docs.parent / "out" / "responses.jsonl")) == 12
    assert len(lines(docs.parent / "out" / "provenance.jsonl")) == 18
    assert "6 more are of an earlier run, which asked otherwise: left out" in (
        capsys.readouterr().out
    )
