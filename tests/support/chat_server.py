"""A real HTTP server on this machine that speaks OpenAI's chat protocol, or misbehaves."""

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROBE = "Hello."
"""What generate asks to see whether a schema is obeyed; it counts as none of the requests."""
PAIRS = "\n".join(
    f"'instruction': '{{text}}の問{number}は何ですか。', 'output': '{{text}}の答え{number}です。'"
    for number in range(1, 4)
)


def answer(text: str, *, finish: str = "stop") -> tuple[int, dict[str, str], bytes]:
    """A completion whose message is ``text``."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "served-model",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
    }
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def failure(status: int, message: str = "no", **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"error": {"message": message, "type": "t", "code": None}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json", **named}, body


def pairs_about(content: str) -> str:
    """Three pairs that name the first words of the text that the prompt holds."""
    text = content.rsplit("\n", 1)[-1][:12].replace("'", "")
    return PAIRS.format(text=text)


def by_schema(body: dict[str, Any]) -> str:
    """The least JSON that the schema of a request allows: of each kind what is empty."""
    return json.dumps(_least(body["response_format"]["json_schema"]["schema"]))


def _least(schema: dict[str, Any]) -> Any:
    if schema["type"] == "object":
        return {name: _least(each) for name, each in schema["properties"].items()}
    if schema["type"] == "array":
        return [_least(schema["items"])] * schema.get("minItems", 0)
    return ""


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Holds an answer back until ``happened()``, so that no order hangs on a machine's speed."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


class ChatServer(ThreadingHTTPServer):
    """behave(content, times) gives the answer to the ``times``-th request for ``content`` (from 1).

    It may also return "hang", "cut" (the connection ends amid the body), "drop" (before it), "drip"
    (a byte every half second, without end) or "flood" (a body without end).
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, behave: Callable[[str, int], Any], port: int = 0, *, schema: Any = False
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.behave, self.schema = behave, schema
        self.probes: list[dict[str, Any]] = []
        self.asked: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def log_message(self, *_: object) -> None:
        pass

    def _send_without_end(self, piece: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with contextlib.suppress(OSError):  # the client has gone
            while True:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(0.5 if len(piece) == 1 else 0)

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer_probe(self, body: dict[str, Any]) -> None:
        """As a server that obeys a schema does, or refuses it, or (by default) ignores it."""
        self.server.probes.append(body)
        schema = self.server.schema
        sent = "response_format" in body
        if callable(schema):
            self._send(*schema(body))
        elif schema is True and sent:
            self._send(*answer(by_schema(body)))
        else:
            self._send(*(schema if schema and sent else answer("Hello! How can I help?")))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["messages"][-1]["content"] == PROBE:
            self._answer_probe(body)
            return
        last = body["messages"][-1]["content"]
        content = last if isinstance(last, str) else json.dumps(last)
        with self.server.lock:
            self.server.asked[content] += 1
            self.server.bodies.append(body)
            self.server.headers.append({k.lower(): v for k, v in self.headers.items()})
            self.server.times.append(time.monotonic())
            times = self.server.asked[content]
        found = self.server.behave(content, times)
        if found == "hang":
            time.sleep(20)
            return
        if found == "drop":
            return
        if found in ("drip", "flood"):
            self._send_without_end(b" " if found == "drip" else b" " * 2**20)
            return
        status, headers, data = answer("half") if found == "cut" else found
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if found == "cut" else data)
        if found == "cut":
            self.wfile.flush()
            self.connection.close()
        elif status == 200:
            with self.server.lock:
                self.server.delivered[content] += 1


@contextlib.contextmanager
def serving(
    behave: Callable[[str, int], Any] = lambda content, _: answer(pairs_about(content)),
    *,
    port: int = 0,
    schema: Any = False,
) -> Iterator[ChatServer]:
    """Serves on ``port``, by default on a free one.

    schema: whether it obeys ``response_format``, or its answer to whatever has one, or a function
    of the body that answers the question by which generate looks at that.
    """
    server = ChatServer(behave, port, schema=schema)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
