"""No route is open to a stranger or to a foreign page, whichever it is."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from index.store import Index
from tests.interfaces.serving import every_route
from ui.server import create_app

pytestmark = pytest.mark.integration

_BASE = "http://127.0.0.1:7860"
_NEEDED = {
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/style.css"),
    ("POST", "/api/ask"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/footnote"),
    ("POST", "/mcp"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/api/added"),
}


def _app(index: Index, login: str | None) -> FastAPI:
    more = APIRouter()

    @more.post("/api/added")
    def added() -> dict[str, bool]:
        """A route that another part of the page adds."""
        return {"reached": True}

    return create_app(index, login=login, routers=[more])


@pytest.fixture(scope="module")
def open_app(index: Index) -> FastAPI:
    return _app(index, None)


@pytest.fixture(scope="module")
def open_client(open_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(open_app, base_url=_BASE, follow_redirects=False) as client:
        yield client


def _basic(login: str) -> str:
    return f"Basic {base64.b64encode(login.encode()).decode()}"


def test_the_routes_are_all_of_them(open_app: FastAPI) -> None:
    assert set(every_route(open_app)) >= _NEEDED


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:7860", "Origin": "http://evil.example:7860"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
    ],
    ids=str,
)
def test_a_foreign_page_reaches_no_route(
    open_app: FastAPI, open_client: TestClient, headers: dict[str, str]
) -> None:
    for method, path in [*every_route(open_app), ("OPTIONS", "/api/ask"), ("OPTIONS", "/mcp")]:
        response = open_client.request(method, path, headers=headers)
        assert response.status_code == 403, (method, path)
        assert "access-control-allow-origin" not in response.headers, (method, path)


def test_no_route_lets_other_pages_read(open_client: TestClient) -> None:
    own = {"Origin": _BASE}
    for method, path in (("GET", "/health"), ("GET", "/v1/models"), ("GET", "/")):
        response = open_client.request(method, path, headers=own)
        assert response.status_code == 200
        assert response.headers.get("access-control-allow-origin") in (None, _BASE)


@pytest.mark.parametrize("login", ["ada:secret", "token-of-nobody"])
def test_without_the_login_no_route_is_reached(index: Index, login: str) -> None:
    app = _app(index, login)
    wrong = [
        None,
        "Bearer wrong",
        "Bearer",
        _basic("ada:wrong"),
        _basic("ada"),
        "Basic !!!",
        login,
    ]
    user, colon, password = login.partition(":")
    right = [
        _basic(login if colon else f"anybody:{login}"),
        f"Bearer {password or user}",
    ]
    with TestClient(app, base_url=_BASE, follow_redirects=False) as client:
        for method, path in every_route(app):
            for given in wrong:
                headers = {} if given is None else {"Authorization": given}
                refused = client.request(method, path, headers=headers)
                assert refused.status_code == 401, (method, path, given)
                assert refused.headers["WWW-Authenticate"].startswith("Basic ")
        for given in right:
            headers = {"Authorization": given}
            assert client.get("/", headers=headers).status_code == 200
            assert client.get("/health", headers=headers).json()["status"] == "ok"
            assert client.post("/api/added", headers=headers).json() == {"reached": True}


def test_what_needs_a_login_says_so_in_its_description(index: Index) -> None:
    assert create_app(index, login="ada:secret").openapi()["security"]
    assert "security" not in create_app(index).openapi()
