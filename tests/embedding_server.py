"""A scripted embedding server: real HTTP, made-up vectors, and every fault on demand."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes import embed

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers to one request; `cut` closes the connection instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False


def error(status: int, message: str, code: str = "", **headers: str) -> Reply:
    """An error as OpenAI writes it."""
    body = {"error": {"message": message, "type": "an_error", "code": code or None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), named)


def vectors(request: Json, make: Callable[[str], Any] = embed, *, plain: bool = False) -> Reply:
    """Embeddings, in another order than the texts, as the API allows."""
    items = []
    for index, text in enumerate(request["input"]):
        vector = make(text)
        as_text = base64.b64encode(vector.astype("<f4").tobytes()).decode()
        items.append(
            {"index": index, "embedding": [float(x) for x in vector] if plain else as_text}
        )
    return Reply(body=json.dumps({"object": "list", "data": items[::-1]}).encode())


class ScriptedEmbeddingServer:
    """Answers by a script: a reply, or a function of the request, for each request in turn.

    After the script, and for `None` in it, it gives vectors.
    """

    def __init__(self, script: Sequence[Reply | Callable[[Json], Reply] | None] = ()) -> None:
        self.script = list(script)
        self.always: Reply | Callable[[Json], Reply] | None = None
        """What is answered after the script, if not vectors."""
        self.delay = 0.0
        """Seconds that it takes to give vectors."""
        self.requests: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.embedded: list[str] = []
        """Every text whose vector was given, in order."""
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self.url = ""

    def answer(self, request: Json, headers: dict[str, str]) -> Reply:
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
            self.headers.append(headers)
            self.times.append(time.monotonic())
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        step = self.script[number] if number < len(self.script) else self.always
        reply = vectors(request) if step is None else step(request) if callable(step) else step
        time.sleep(reply.delay or (self.delay if reply.status == 200 else 0))
        with self._lock:
            self._at_once -= 1
            if reply.status == 200 and not reply.cut:
                self.embedded.extend(request["input"])
        return reply


@contextmanager
def serving(
    *script: Reply | Callable[[Json], Reply] | None,
) -> Iterator[ScriptedEmbeddingServer]:
    """A scripted server, running on this machine."""
    scripted = ScriptedEmbeddingServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            scripted.connections += 1

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            request = json.loads(self.rfile.read(length).decode("utf-8"))
            reply = scripted.answer(request, {k.lower(): v for k, v in self.headers.items()})
            try:
                self._send(reply)
            except OSError:
                self.close_connection = True  # the client has gone

        def _send(self, reply: Reply) -> None:
            if reply.cut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    scripted.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
