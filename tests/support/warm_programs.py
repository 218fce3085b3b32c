"""Programs for scripts that start them: small ones, each of which asks for a warm fork.

What it runs is ``python -m`` the program's module with the arguments, folder and environment that
the script gave it, in a process that tests/support/warm_python.py forks. The installed commands
themselves are started by tests/project/test_wheel.py and test_offline.py.
"""

import json
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

from tests.support.commands import TIMEOUT
from tests.support.warm_python import run_warm

MODULES = {
    "lm_eval": "lm_eval",
    "jmed-data": "jmedlora.data.cli",
    "jmed-report": "jmedlora.report.cli",
    "jmed-train": "jmedlora.train.cli",
}
PROGRAM = """\
#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = {{"arguments": [{module!r}, *sys.argv[1:]], "folder": os.getcwd(),
             "environment": dict(os.environ)}}
    server.sendall(json.dumps(asked).encode() + b"\\n")
    ended = json.load(server.makefile())
sys.stdout.write(ended["out"])
sys.stderr.write(ended["err"])
sys.exit(ended["status"])
"""


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True
    line: Sequence[str] = ()


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline())
        line = [*self.server.line, "-m", *asked["arguments"]]
        ended = run_warm(line, Path(asked["folder"]), asked["environment"], TIMEOUT)
        answer = {"status": ended.returncode, "out": ended.stdout, "err": ended.stderr}
        self.wfile.write(json.dumps(answer).encode())


@contextmanager
def warm_programs(
    names: Collection[str], *, prefix: Sequence[str] = (), python: str = sys.executable
) -> Iterator[Path]:
    """A folder with the programs ``names``, which work for as long as the context lasts.

    prefix: what the forks' Python is started behind, as in warm_python.OFFLINE. python: that
    Python, whose packages and tasks a command has.
    """
    # not in a test's folder: the address of a socket has 107 characters at most
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder, "asked"))
        programs = Path(folder, "bin")
        programs.mkdir()
        for name in names:
            text = PROGRAM.format(python=sys.executable, address=address, module=MODULES[name])
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        with _Server(address, _Handler) as server:
            server.line = (*prefix, python)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
            try:
                yield programs
            finally:
                server.shutdown()
