"""A scripted server: real HTTP, and the faults that real servers cannot be made to show."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Play = Callable[[BaseHTTPRequestHandler], None]
"""Answers one call."""


class ScriptedServer(ThreadingHTTPServer):
    """Answers calls for completions as told, the last way again and again."""

    daemon_threads = True

    def __init__(self, plays: list[Play], models: Any = None, props: Any = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plays = plays
        self.models = models
        self.props = props
        self.calls: list[dict[str, Any]] = []
        """The bodies of the calls for completions."""
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.peers: list[tuple[str, int]] = []
        self.sent: list[int] = []
        """How many pieces of each streamed reply were taken."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        known = {"/v1/models": self.server.models, "/props": self.server.props}
        body = known.get(self.path)
        send_json(self, 200 if body is not None else 404, body or {"error": "none"})

    def do_POST(self) -> None:
        server = self.server
        length = int(self.headers.get("Content-Length") or 0)
        server.paths.append(self.path)
        server.headers.append(dict(self.headers))
        server.peers.append(self.client_address)
        server.calls.append(json.loads(self.rfile.read(length)))
        play = server.plays[min(len(server.calls), len(server.plays)) - 1]
        with suppress(OSError):
            play(self)


@contextmanager
def scripted(*plays: Play, models: Any = None, props: Any = None) -> Iterator[ScriptedServer]:
    """A running server, stopped at the end."""
    server = ScriptedServer(list(plays), models, props)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


# -- ways to answer ------------------------------------------------------------------------


def send_json(handler: BaseHTTPRequestHandler, status: int, body: Any, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def error(status: int, body: Any = None, **headers: str) -> Play:
    """An error status."""
    told = {"error": {"message": "scripted"}} if body is None else body
    return lambda handler: send_json(handler, status, told, **headers)


def says(*pieces: str, end: str | None = "stop", pause: float = 0.0, before: float = 0.0) -> Play:
    """A streamed reply; `end` None cuts it off without a word."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        _begin_stream(handler)
        time.sleep(before)
        taken = handler.server.sent  # type: ignore[attr-defined]
        taken.append(0)
        for piece in pieces:
            _event(handler, {"content": piece})
            taken[-1] += 1
            time.sleep(pause)
        if end is None:
            handler.close_connection = True
            handler.connection.close()
            return
        _event(handler, {}, end)
        _chunk(handler, b"data: [DONE]\n\n")
        _chunk(handler, b"")

    return play


def trickles(seconds: float) -> Play:
    """Comments that keep the connection busy, and no reply."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        _begin_stream(handler)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            _chunk(handler, b": still there\n\n")
            time.sleep(0.05)

    return play


def is_silent(seconds: float) -> Play:
    """No answer at all."""
    return lambda handler: time.sleep(seconds)


def fails_midway(*pieces: str, message: str = "scripted") -> Play:
    """A reply that ends in an error event."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        _begin_stream(handler)
        for piece in pieces:
            _event(handler, {"content": piece})
        _chunk(handler, b"data: " + json.dumps({"error": {"message": message}}).encode() + b"\n\n")
        _chunk(handler, b"")

    return play


def raw(body: bytes, content_type: str) -> Play:
    """Anything, with status 200."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return play


def as_json(*sentences: tuple[str, list[int]]) -> str:
    """A reply as the schema has it."""
    entries = [{"sentence": text, "citations": cited} for text, cited in sentences]
    return json.dumps({"sentences": entries})


def _begin_stream(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()


def _event(handler: BaseHTTPRequestHandler, delta: dict[str, str], end: str | None = None) -> None:
    body = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": end}],
    }
    _chunk(handler, b"data: " + json.dumps(body).encode() + b"\n\n")


def _chunk(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
    handler.wfile.flush()
