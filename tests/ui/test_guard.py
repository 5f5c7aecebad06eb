"""Only pages of this server reach it, and only with the password if there is one."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from ui.guard import Guard, host_name, machine_names


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def guarded(**options: Any) -> TestClient:
    app = Starlette(
        routes=[
            Route("/", lambda request: PlainTextResponse("page"), methods=["GET", "POST"]),
            WebSocketRoute("/ws", _echo),
        ]
    )
    return TestClient(Guard(app, **options), base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST", "localhost", "127.0.0.1"],
)
def test_loopback_names_are_let_in(host: str) -> None:
    assert guarded().get("/", headers={"Host": host}).text == "page"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "127.0.0.1.evil.example",
        "localhost.evil.example:7860",
        "evil.example#localhost",
        "localhost@evil.example",
        "192.168.0.5:7860",
        "[::2]:7860",
        "",
    ],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    response = guarded().get("/", headers={"Host": host})
    assert response.status_code == 403
    assert "page" not in response.text


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://127.0.0.1.evil.example",
        "null",
        "http://127.0.0.1:3000",
        "http://localhost:7860",
        "file://127.0.0.1:7860",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_foreign_origin_is_refused(origin: str, method: str) -> None:
    assert guarded().request(method, "/", headers={"Origin": origin}).status_code == 403


def test_the_servers_own_origin_is_let_in() -> None:
    own = {"Origin": "http://127.0.0.1:7860"}
    assert guarded().post("/", headers=own).status_code == 200


def test_a_configured_host_is_let_in_and_others_are_not() -> None:
    client = guarded(hosts=["Articles.Example.org"])
    assert client.get("/", headers={"Host": "articles.example.org:80"}).status_code == 200
    assert client.get("/", headers={"Host": "example.org"}).status_code == 403


def test_a_server_on_all_addresses_is_called_by_address_but_not_by_foreign_names() -> None:
    client = guarded(hosts=machine_names(), any_address=True)
    for host in ("192.168.0.5:7860", "[fe80::1]:7860", *machine_names()):
        assert client.get("/", headers={"Host": host}).status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}], ids=str
)
def test_a_foreign_websocket_is_refused_before_it_opens(headers: dict[str, str]) -> None:
    client = guarded()
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers=headers):
        pass


def test_an_own_websocket_is_let_in() -> None:
    own = {"Host": "127.0.0.1:7860", "Origin": "http://127.0.0.1:7860"}
    with guarded().websocket_connect("/ws", headers=own) as socket:
        assert socket.receive_text() == "hello"


def _basic(login: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


def test_with_a_login_nothing_is_served_without_it() -> None:
    client = guarded(login="ada:pässword:with:colons")
    refused = client.get("/")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert client.get("/", headers=_basic("ada:pässword:with:colons")).text == "page"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws"):
        pass


@pytest.mark.parametrize(
    "headers",
    [
        _basic("ada:wrong"),
        _basic("ada"),
        _basic(""),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic"},
        {"Authorization": "Bearer " + base64.b64encode(b"ada:secret").decode()},
    ],
    ids=str,
)
def test_a_wrong_login_is_refused(headers: dict[str, str]) -> None:
    assert guarded(login="ada:secret").get("/", headers=headers).status_code == 401


def test_a_foreign_host_is_not_even_asked_for_a_password() -> None:
    client = guarded(login="ada:secret")
    response = client.get("/", headers={"Host": "evil.example", **_basic("ada:secret")})
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:7860", "localhost"),
        ("Example.ORG", "example.org"),
        ("[::1]:7860", "::1"),
        ("[::1]", "::1"),
        ("localhost:evil", "localhost:evil"),
    ],
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert host_name(host) == name
