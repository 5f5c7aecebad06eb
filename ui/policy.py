"""What the page may do in a browser, said by its headers.

Scripts run from this server's files alone, and from the blocks that Gradio itself writes
into the page, each named by its hash: should an article's text ever reach the page as
HTML, no script in it runs, nothing is fetched from elsewhere and nothing is sent there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.problems import not_found

# Gradio compiles the templates of its components ('unsafe-eval') and sets inline styles.
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{hashes}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)

# Gradio serves more than this page and its one endpoint need: uploads, files, a proxy.
_GRADIO_API: Final = "/gradio_api/"
_NEEDED: Final = re.compile(
    r"(queue/(join|data)|run/predict|heartbeat/[\w-]+|app_id|cancel|reset|info|call/ask(/\w+)?)/?"
)


class Policy:
    """ASGI middleware that adds the headers and closes what the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        respond: ASGIApp = not_found(scope["path"]) if _is_closed(scope) else self._app
        await respond(scope, receive, _Page(send).send)


class _Page:
    """One response on its way out: HTML is held until its scripts can be hashed."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            headers["Content-Security-Policy"] = _POLICY.format(hashes="")
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=self._start)
            headers["Content-Security-Policy"] = _POLICY.format(hashes=_hashes(self._body))
            await self._send(self._start)
            message = {"type": "http.response.body", "body": self._body}
        await self._send(message)


def _is_closed(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(_GRADIO_API) and not _NEEDED.fullmatch(path, len(_GRADIO_API))


def _hashes(page: bytes) -> str:
    digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page))
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
