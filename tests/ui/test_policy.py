"""What the page may do in a browser."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.policy import Policy

_PAGE = """<html><script>own()</script><script type="module" src="./x.js"></script>
<script data-mode>
  two()
</script><p onclick="x()">text</p></html>"""


def _stream(request: Request) -> Response:
    return StreamingResponse(iter(["<script>a", "()</script>"]), media_type="text/html")


def client() -> TestClient:
    routes = [
        Route("/", lambda request: HTMLResponse(_PAGE)),
        Route("/stream", _stream),
        Route("/data", lambda request: PlainTextResponse("data")),
        Route("/gradio_api/{rest:path}", lambda request: PlainTextResponse("open")),
    ]
    return TestClient(Policy(Starlette(routes=routes)))


def directives(headers: Mapping[str, str]) -> dict[str, list[str]]:
    parts = [part.split() for part in headers["Content-Security-Policy"].split("; ")]
    return {part[0]: part[1:] for part in parts}


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_every_response_forbids_what_the_page_does_not_need() -> None:
    for path in ("/", "/data"):
        response = client().get(path)
        policy = directives(response.headers)
        assert policy["default-src"] == policy["connect-src"] == ["'self'"]
        assert policy["img-src"] == ["'self'", "data:", "blob:"]
        assert policy["form-action"] == ["'self'"]
        assert policy["frame-ancestors"] == policy["object-src"] == ["'none'"]
        assert "'unsafe-inline'" not in policy["script-src"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_only_the_pages_own_inline_scripts_may_run() -> None:
    response = client().get("/")
    assert response.text == _PAGE
    assert directives(response.headers)["script-src"] == [
        "'self'",
        "'unsafe-eval'",
        _hash("own()"),
        _hash("\n  two()\n"),
    ]
    assert not any(
        "sha256" in source for source in directives(client().get("/data").headers)["script-src"]
    )


def test_html_that_comes_in_pieces_is_hashed_whole() -> None:
    response = client().get("/stream")
    assert response.text == "<script>a()</script>"
    assert _hash("a()") in directives(response.headers)["script-src"]


@pytest.mark.parametrize(
    "path",
    [
        "upload",
        "file=/etc/passwd",
        "proxy=http://x",
        "call/again",
        "call/v2/ask",
        "call/ask/../again",
        "api/predict",
        "mcp/",
        "openapi.json",
    ],
)
def test_what_the_page_does_not_use_is_closed(path: str) -> None:
    assert client().get(f"/gradio_api/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "queue/join",
        "queue/data",
        "run/predict",
        "heartbeat/abc-123",
        "app_id",  # asked for where the connection was lost, until the server is back
        "info",
        "call/ask",
        "call/ask/5d",
    ],
)
def test_what_the_page_and_its_endpoint_use_is_open(path: str) -> None:
    assert client().get(f"/gradio_api/{path}").text == "open"
