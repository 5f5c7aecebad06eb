"""A real Chroma server for tests, and a proxy before it that asks for a token, cuts and hangs."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMA = Path(sys.executable).with_name("chroma")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class ChromaServer:
    """`chroma run`, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [CHROMA, "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if "CHROMA" not in name},
        )
        until = time.monotonic() + 60
        while True:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2).close()
                return
            assert time.monotonic() < until, "the server does not start"
            assert self._process.poll() is None, "the server has ended"
            time.sleep(0.05)

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


class Proxy:
    """A reverse proxy: wants a token, and does what networks do.

    Args:
        target: the address of the server behind it.
        token: what requests have to carry as `Authorization: Bearer`, or None.
    """

    def __init__(self, target: str, token: str | None = None) -> None:
        self.token = token
        self.requests = 0
        self.cut_after: int | None = None
        """After so many requests connections are closed without an answer."""
        self.hangs = False
        self.version: bytes | None = None
        """What is said for the server's version instead of it."""
        self.status: int | None = None
        self.seen: list[dict[str, str]] = []
        host, _, port = target.removeprefix("http://").partition(":")
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Nothing."""

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                proxy.requests += 1
                proxy.seen.append(dict(self.headers.items()))
                if proxy.cut_after is not None and proxy.requests > proxy.cut_after:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if proxy.hangs:
                    time.sleep(20)
                    self.close_connection = True
                    return
                if (
                    proxy.token is not None
                    and self.headers.get("Authorization") != f"Bearer {proxy.token}"
                ):
                    self.send(401, b'{"error": "no"}')
                elif proxy.status is not None:
                    self.send(proxy.status, b"<html>")
                elif proxy.version is not None and self.path.endswith("/version"):
                    self.send(200, proxy.version)
                else:
                    behind = http.client.HTTPConnection(host, int(port), timeout=60)
                    behind.request(
                        self.command, self.path, body, {"Content-Type": "application/json"}
                    )
                    got = behind.getresponse()
                    self.send(got.status, got.read())
                    behind.close()

            def send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            setattr(Handler, f"do_{method}", Handler.answer)

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                """Clients go away: that is what is tested."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
