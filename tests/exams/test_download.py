"""Fetching, against a real HTTP server on this machine that also misbehaves."""

import contextlib
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from jmedlora.core.atomic_write import WriteError
from jmedlora.data.cli import main
from jmedlora.exams.download import FetchError, fetch
from jmedlora.exams.manifest import MANIFEST, Source, read_manifest
from tests.support.commands import ROOT

FILES = {"a.jsonl": b'{"problem_id": "a"}\n' * 10_000, "deep/b.jsonl": "日本語\n".encode() * 100}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; /cut/ promises more bytes than it sends, /busy/ answers 503."""

    requested: list[str]

    def do_GET(self) -> None:
        self.server.requested.append(self.path)  # type: ignore[attr-defined]
        if self.path.startswith("/busy/"):
            self.send_error(503)
        elif self.path.startswith("/cut/"):
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"half")
        else:
            super().do_GET()

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    server.requested = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "served" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with serving(tmp_path / "served") as found:
        yield found


def source(server, prefix: str = "") -> Source:
    files = {name: (name, sha256(content).hexdigest()) for name, content in FILES.items()}
    return Source("exam", f"http://127.0.0.1:{server.server_port}{prefix}", "notice", files)


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_file_arrives_and_a_second_run_asks_nothing(server, tmp_path):
    folder = fetch(source(server), dest=tmp_path / "cache")
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    asked = len(server.requested)
    fetch(source(server), dest=tmp_path / "cache")
    assert len(server.requested) == asked == 2


def test_only_what_is_missing_or_damaged_is_fetched_again(server, tmp_path):
    folder = fetch(source(server), dest=tmp_path / "cache")
    (folder / "a.jsonl").write_bytes(b"damaged")
    fetch(source(server), dest=tmp_path / "cache")
    assert server.requested[2:] == ["/a.jsonl"]
    assert (folder / "a.jsonl").read_bytes() == FILES["a.jsonl"]


def test_a_changed_file_is_refused_and_what_is_there_stays(server, tmp_path):
    cache = tmp_path / "cache"
    (cache / "exam").mkdir(parents=True)
    (cache / "exam" / "a.jsonl").write_bytes(b"older")
    (tmp_path / "served" / "a.jsonl").write_bytes(b"changed")
    got, pinned = sha256(b"changed").hexdigest()[:12], sha256(FILES["a.jsonl"]).hexdigest()[:12]
    with pytest.raises(FetchError) as caught:
        fetch(source(server), dest=cache)
    assert str(caught.value) == (
        f"http://127.0.0.1:{server.server_port}/a.jsonl: checksum {got}… is not the pinned "
        f"{pinned}…; the file was changed or cut off on the way: try again or use another --mirror"
    )
    assert below(cache) == {"exam/a.jsonl"}
    assert (cache / "exam" / "a.jsonl").read_bytes() == b"older"


@pytest.mark.parametrize(
    ("prefix", "reason"),
    [("/busy", "503 Server Error"), ("/cut", "IncompleteRead"), ("/nothing", "404 Client Error")],
)
def test_a_server_that_fails_leaves_nothing_behind(server, tmp_path, prefix, reason):
    with pytest.raises(
        FetchError, match=f"cannot be fetched \\(.*{reason}.*connect to the network"
    ):
        fetch(source(server, prefix), dest=tmp_path / "cache")
    assert below(tmp_path / "cache") == set()


def test_no_network(tmp_path, capsys):
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_port
    args = ["fetch", "jjsimqa", "--mirror", f"http://127.0.0.1:{port}", "--dest", str(tmp_path)]
    assert main(args) == 1
    out = capsys.readouterr()
    assert "CC BY-NC-SA 4.0, for research only" in out.out
    message = out.err.splitlines()[-1]
    assert message.startswith(f"jmed-data: http://127.0.0.1:{port}/data/ja/JJSIMQA/jjsimqa.jsonl: ")
    assert message.endswith("copy the folder from another machine and set JMED_DATA")


def test_a_destination_that_is_a_file(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"a\.jsonl: cannot be written \(Not a directory\)"):
        fetch(source(server), dest=tmp_path / "file")


def test_a_full_disk(server, tmp_path):
    """A real write failure: the process may not write more than 64 KiB into a file."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from jmedlora.exams.download import fetch\n"
        "from jmedlora.exams.manifest import Source\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "files = {'a.jsonl': ('a.jsonl', 'x')}\n"
        "fetch(Source('exam', sys.argv[1], '', files), dest=Path(sys.argv[2]))\n"
    )
    url = f"http://127.0.0.1:{server.server_port}"
    found = subprocess.run(
        [sys.executable, "-c", code, url, str(tmp_path / "cache")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "a.jsonl: cannot be written (File too large); free some space or set" in found.stderr
    assert below(tmp_path / "cache") == set()


def test_interrupted_by_ctrl_c(tmp_path):
    """The server never answers; Ctrl-C ends the command with one line and no half file."""
    listener = http.server.HTTPServer(("127.0.0.1", 0), Handler)  # accepts, never serves
    command = [
        sys.executable, "-m", "jmedlora.data.cli", "fetch", "jjsimqa",
        "--mirror", f"http://127.0.0.1:{listener.server_port}", "--dest", str(tmp_path),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()  # the notice: the request follows at once
    connection, _ = listener.socket.accept()  # kept: dropped, it would be closed before the signal
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    connection.close()
    listener.server_close()
    assert process.returncode == 130
    assert err.splitlines()[-1] == ("jmed-data: interrupted; run the same command again")
    assert below(tmp_path) == set()


def test_the_manifest_pins_the_real_files(real_data, tmp_path, monkeypatch, capsys):
    """Serves the real exams as their repositories do, and fetches them through the command."""
    manifest = read_manifest()
    assert {exam: len(entry.files) for exam, entry in manifest.items()} == {
        "igakuqa": 92,
        "jjsimqa": 1,
    }
    for entry in manifest.values():
        for name, (path, _) in entry.files.items():
            target = tmp_path / "mirror" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(real_data / entry.exam / name, target)
    monkeypatch.delenv("JMED_DATA")
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "cache"))
    with serving(tmp_path / "mirror") as server:
        mirror = f"http://127.0.0.1:{server.server_port}"
        assert main(["fetch", "igakuqa", "jjsimqa", "--mirror", mirror]) == 0
    assert main(["where", "igakuqa", "jjsimqa"]) == 0
    cache = tmp_path / "cache"
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"igakuqa: {cache / 'igakuqa'} (cache), 1455 questions",
        f"jjsimqa: {cache / 'jjsimqa'} (cache), 459 questions",
    ]


def test_the_manifest_pins_commits():
    for entry in json.loads(MANIFEST.read_text(encoding="utf-8")).values():
        commit = entry["base"].rsplit("/", 1)[-1]
        assert len(commit) == 40
        assert set(commit) <= set("0123456789abcdef")
