"""The command ``lm_eval`` for scripts that start it: a small program that asks for a warm fork.

What it runs is ``python -m lm_eval`` with the arguments, folder and environment that the script
gave it, in a process that tests/support/warm_python.py forks. The installed command itself is
started by tests/project/test_wheel.py and test_offline.py.
"""

import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

from tests.support.commands import TIMEOUT
from tests.support.warm_python import run_warm

PROGRAM = """\
#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
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
        line = [*self.server.line, "-m", "lm_eval", *asked["arguments"]]
        ended = run_warm(line, Path(asked["folder"]), asked["environment"], TIMEOUT)
        answer = {"status": ended.returncode, "out": ended.stdout, "err": ended.stderr}
        self.wfile.write(json.dumps(answer).encode())


@contextmanager
def warm_lm_eval(prefix: Sequence[str] = (), python: str = sys.executable) -> Iterator[Path]:
    """The path of such an ``lm_eval``, alone in its folder, for as long as the context lasts.

    prefix: what the forks' Python is started behind, as in warm_python.OFFLINE. python: that
    Python, whose packages and tasks an evaluation has.
    """
    # not in a test's folder: the address of a socket has 107 characters at most
    with tempfile.TemporaryDirectory() as folder:
        program, address = Path(folder, "lm_eval"), str(Path(folder, "asked"))
        program.write_text(PROGRAM.format(python=sys.executable, address=address), encoding="utf-8")
        program.chmod(0o755)
        with _Server(address, _Handler) as server:
            server.line = (*prefix, python)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
            try:
                yield program
            finally:
                server.shutdown()
