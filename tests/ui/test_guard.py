"""Only pages of this server reach it, and only with the password if there is one."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from index.errors import SettingsError
from index.settings import Settings
from ui.guard import Guard, Login, host_name, login_from, machine_names


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
        _basic("eve:secret"),
        {"Authorization": "Bearer " + base64.b64encode(b"ada:secret").decode()},
        {"Authorization": "Bearer ada"},
        {"Authorization": "Bearer"},
        {"Authorization": "secret"},
        {"Authorization": "Digest secret"},
        {"Authorization": "Bearer secrets"},
    ],
    ids=str,
)
def test_a_wrong_login_is_refused(headers: dict[str, str]) -> None:
    assert guarded(login="ada:secret").get("/", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("login", "headers"),
    [
        ("ada:sécret:x", {"Authorization": "Bearer sécret:x".encode()}),
        ("ada:secret", {"Authorization": "bearer ada:secret"}),
        ("long-token", {"Authorization": "Bearer long-token"}),
        ("long-token", _basic("anybody:long-token")),
        ("long-token", _basic(":long-token")),
    ],
)
def test_a_password_may_be_a_bearer_token_and_a_token_a_password(
    login: str, headers: dict[str, str]
) -> None:
    assert guarded(login=login).get("/", headers=headers).text == "page"


@pytest.mark.parametrize("wrong", ["long-token:", "long", "other", "long-token2"])
def test_a_wrong_token_is_refused_however_it_comes(wrong: str) -> None:
    client = guarded(login="long-token")
    for headers in (_basic(f"anybody:{wrong}"), {"Authorization": f"Bearer {wrong}"}):
        assert client.get("/", headers=headers).status_code == 401


def test_two_logins_are_none() -> None:
    both = [("Authorization", "Bearer long-token"), ("Authorization", "Bearer long-token")]
    assert guarded(login="long-token").get("/", headers=both).status_code == 401


@settings(max_examples=50)
@given(login=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_whatever_the_settings_accept_lets_in_and_nothing_else(login: str) -> None:
    try:
        accepted = login_from(Settings(auth=SecretStr(login)))
    except SettingsError:
        reject()
    assert accepted is not None
    user, colon, password = accepted.partition(":")
    if not colon:
        user, password = "anybody", accepted
    lets_in = Login(accepted)
    assert lets_in.accepts([_basic(f"{user}:{password}")["Authorization"]])
    assert not lets_in.accepts([_basic(f"{user}:{password}x")["Authorization"]])
    assert not lets_in.accepts([])


@pytest.mark.parametrize("login", ["ada:", ":secret", ":", " ", "tok\nen", "ada:sec\x00ret"])
def test_a_login_that_is_none_is_named_and_not_shown(login: str) -> None:
    with pytest.raises(SettingsError, match="user:password") as caught:
        login_from(Settings(auth=SecretStr(login)))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["/health", "/api/ask", "/mcp"])
def test_a_refusal_says_what_to_do(path: str) -> None:
    for headers, status in (({"Host": "evil.example"}, 403), ({}, 401)):
        refused = guarded(login="ada:secret").get(path, headers=headers)
        assert refused.status_code == status
        assert refused.json().keys() == {"error", "fix"}
        assert "secret" not in refused.text


def test_a_refusal_is_in_openais_words_where_its_client_asks() -> None:
    refused = guarded(login="ada:secret").get("/v1/models")
    assert refused.json()["error"]["code"] == "invalid_api_key"


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
