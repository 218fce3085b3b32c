"""Fetching, against a real HTTP server on this machine that also misbehaves."""

import contextlib
import http.server
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
from jmedlora.exams.manifest import Source, image_names, read_manifest
from jmedlora.exams.registry import DEFECTS, load_exam
from tests.support.commands import ROOT
from tests.support.recent import publish_igakuqa119

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


def with_images(server, prefix: str = "") -> Source:
    """A source of two files, the second of which is an image."""
    plain = source(server, prefix)
    text, image = plain.files.items()
    return Source("exam", plain.base, "notice", dict([text]), dict([image]))


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


def test_images_are_fetched_only_on_request(server, tmp_path):
    folder = fetch(with_images(server), dest=tmp_path / "cache")
    assert below(folder) == {"a.jsonl"}
    fetch(with_images(server), dest=tmp_path / "cache", images=True)
    assert server.requested == ["/a.jsonl", "/deep/b.jsonl"]
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES


def test_a_changed_image_is_refused_and_the_questions_stay(server, tmp_path):
    (tmp_path / "served" / "deep" / "b.jsonl").write_bytes(b"another picture")
    with pytest.raises(FetchError, match=r"/deep/b\.jsonl: checksum .* is not the pinned"):
        fetch(with_images(server), dest=tmp_path / "cache", images=True)
    assert below(tmp_path / "cache") == {"exam/a.jsonl"}


def test_a_download_that_breaks_off_is_gone_on_with(server, tmp_path):
    """The first server cuts off the image; the next one brings it and nothing else."""
    fetch(with_images(server), dest=tmp_path / "cache")
    with pytest.raises(FetchError, match="IncompleteRead"):
        fetch(with_images(server, "/cut"), dest=tmp_path / "cache", images=True)
    assert below(tmp_path / "cache") == {"exam/a.jsonl"}
    fetch(with_images(server), dest=tmp_path / "cache", images=True)
    assert server.requested == ["/a.jsonl", "/cut/deep/b.jsonl", "/deep/b.jsonl"]


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
    assert not (tmp_path / "cache").exists()


def test_no_network(tmp_path, capsys):
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_port
    args = ["fetch", "jjsimqa", "--mirror", f"http://127.0.0.1:{port}", "--dest", str(tmp_path)]
    assert main(args) == 1
    out = capsys.readouterr()
    assert "CC BY-NC-SA 4.0, for research only" in out.out
    assert list(tmp_path.iterdir()) == []
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
    assert not (tmp_path / "cache").exists()


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
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_pins_the_real_files(real_data, real_recent, tmp_path, monkeypatch, capsys):
    """Serves the real exams as their repositories do, and fetches them through the command."""
    manifest = read_manifest()
    assert {exam: (len(entry.files), len(entry.images)) for exam, entry in manifest.items()} == {
        "igakuqa": (92, 0), "jjsimqa": (1, 0), "igakuqa119": (7, 150), "jmle2026": (1, 110),
    }  # fmt: skip
    serve_all(real_data, tmp_path / "mirror")
    monkeypatch.delenv("JMED_DATA")
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "cache"))
    with serving(tmp_path / "mirror") as server:
        mirror = f"http://127.0.0.1:{server.server_port}"
        assert main(["fetch", *manifest, "--mirror", mirror]) == 0
    out = capsys.readouterr().out
    assert all(entry.notice in out for entry in manifest.values())
    assert main(["where", *manifest]) == 0
    cache, out = tmp_path / "cache", capsys.readouterr().out.splitlines()
    assert [line for line in out if not line.startswith(" ")] == [
        f"igakuqa: {cache / 'igakuqa'} (cache), 1455 questions",
        f"jjsimqa: {cache / 'jjsimqa'} (cache), 459 questions",
        f"jmle2026: {cache / 'jmle2026'} (cache), 400 questions",
        f"igakuqa119: {cache / 'igakuqa119'} (cache), 397 questions",
    ]
    for exam in ("igakuqa119", "jmle2026"):
        assert all(f"  {defect}" in out for defect in DEFECTS[exam])


def serve_all(data: Path, mirror: Path) -> None:
    for entry in read_manifest().values():
        for name, (path, _) in entry.files.items():
            target = mirror / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data / entry.exam / name, target)


def test_the_command_fetches_images_and_says_licence_and_defects(tmp_path, monkeypatch, capsys):
    """With a manifest of made-up files, in which 119C18 has no question."""
    folder = publish_igakuqa119(tmp_path / "served", {"119C18": {"question": ""}})
    image = folder / "images" / "119A11.png"
    image.parent.mkdir()
    image.write_bytes(b"a picture")
    pins = {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip
    files = {name: (name, pin) for name, pin in pins.items() if not name.startswith("images/")}
    images = {"images/119A11.png": ("images/119A11.png", pins["images/119A11.png"])}
    made_up = Source("igakuqa119", "http://nowhere.invalid", "Apache-2.0", files, images)
    monkeypatch.setattr("jmedlora.exams.manifest.read_manifest", lambda: {"igakuqa119": made_up})
    monkeypatch.delenv("JMED_DATA", raising=False)
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "cache"))
    with serving(folder) as server:
        command = ["fetch", "igakuqa119", "--mirror", f"http://127.0.0.1:{server.server_port}"]
        assert main(command) == 0
        plain = capsys.readouterr().out.splitlines()
        assert main([*command, "--images"]) == 0
        shown = capsys.readouterr().out.splitlines()
    assert plain[:3] == [
        "Apache-2.0",
        f"igakuqa119: {tmp_path / 'cache' / 'igakuqa119'}",
        "  images: 0 of 1; to fetch the others: jmed-data fetch --images igakuqa119",
    ]
    assert plain[3] == "  19 damaged questions: 2 kept, 3 left out of the tasks, 14 repaired"
    assert plain[4:] == [f"  {defect}" for defect in DEFECTS["igakuqa119"]] == shown[4:]
    assert "  119C18: the text is empty: left out of the tasks" in plain
    assert "  119A22: four choices, because the label d was not read: repaired" in plain
    assert shown[2] == "  images: 1 of 1"
    found = {each.problem_id: each for each in load_exam("igakuqa119").items}
    assert "119C18" not in found
    assert (tmp_path / "cache/igakuqa119/images/119A11.png").read_bytes() == b"a picture"


def test_the_manifest_pins_commits():
    digits = set("0123456789abcdef")
    for entry in read_manifest().values():
        commit = entry.base.rsplit("/", 1)[-1]
        assert len(commit) == 40
        assert set(commit) <= digits
        for _, sha in (entry.files | entry.images).values():
            assert len(sha) == 64
            assert set(sha) <= digits


def test_every_image_of_a_real_question_is_pinned(real_recent, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(real_recent))
    for exam in ("igakuqa119", "jmle2026"):
        named = {name for question in load_exam(exam).items for name in question.images}
        assert named <= set(image_names(exam))
        assert len(set(image_names(exam)) - named) == {"igakuqa119": 1, "jmle2026": 0}[exam]
