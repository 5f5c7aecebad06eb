"""Who may speak to the server: no foreign page through a visitor's browser, no stranger.

A page elsewhere could point its own name at this machine (DNS rebinding) or send requests
from a visitor's browser. So `Host` must name this server, `Origin`, where there is one,
must be that same address, and with a password set every request must carry it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """ASGI middleware around everything that the server serves, websockets included.

    Args:
        app: what is guarded.
        hosts: names and addresses by which the server may be called, besides loopback.
        any_address: also every IP address (for a server that listens on all of them): no
            page can take an address as its name.
        login: "user:password" that every request must carry, as HTTP Basic; None for open.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str] = (),
        *,
        any_address: bool = False,
        login: str | None = None,
    ) -> None:
        self._app = app
        self._names = LOOPBACK_NAMES | {host.lower().strip("[]") for host in hosts}
        self._any_address = any_address
        self._login = login.encode() if login is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_ours(headers):
            await _refuse(scope, receive, send, 403, "This address is not Footnote's.")
        elif not self._is_let_in(headers):
            await _refuse(scope, receive, send, 401, "A user name and a password are needed.")
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_name_of_ours(host_name(hosts[0])):
            return False
        return all(_authority(origin) == hosts[0].lower() for origin in origins)

    def _is_name_of_ours(self, name: str) -> bool:
        return name in self._names or (self._any_address and _is_address(name))

    def _is_let_in(self, headers: Headers) -> bool:
        if self._login is None:
            return True
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(given, self._login)


def host_name(host: str) -> str:
    """The name in a `Host` header or an address, without port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()


def machine_names() -> frozenset[str]:
    """The names under which other machines know this one."""
    name = socket.gethostname().lower()
    return frozenset({name, f"{name}.local"})


def _authority(origin: str) -> str | None:
    scheme, _, authority = origin.lower().partition("://")
    return authority if scheme in ("http", "https") else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        # Closed before it is accepted: the server answers the handshake with 403.
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    challenge = {"WWW-Authenticate": 'Basic realm="Footnote", charset="UTF-8"'}
    response = PlainTextResponse(why, status, headers=challenge if status == 401 else None)
    await response(scope, receive, send)
