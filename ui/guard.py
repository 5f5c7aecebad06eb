"""Who may speak to the server: no foreign page through a visitor's browser, no stranger.

A page elsewhere could point its own name at this machine (DNS rebinding) or send requests
from a visitor's browser. So `Host` must name this server, `Origin`, where there is one,
must be that same address, and with a password or a token set every request must carry it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import SettingsError
from index.settings import Settings
from ui.problems import respond

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """ASGI middleware around everything that the server serves, websockets included.

    Args:
        app: what is guarded.
        hosts: names and addresses by which the server may be called, besides loopback.
        any_address: also every IP address (for a server that listens on all of them): no
            page can take an address as its name.
        login: what every request must carry; None for open. "user:password": as HTTP Basic, or
            the password as a bearer token. Without a colon it is a token: as a bearer token, or
            as the password of HTTP Basic with any user name, which is what browsers ask for.
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
        self._login = None if login is None else Login(login)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_ours(headers):
            await _refuse(scope, receive, send, 403, *_FOREIGN)
        elif self._login and not self._login.accepts(headers.getlist("authorization")):
            await _refuse(scope, receive, send, 401, *_STRANGER)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_name_of_ours(host_name(hosts[0])):
            return False
        return all(_authority(origin) == hosts[0].lower() for origin in origins)

    def _is_name_of_ours(self, name: str) -> bool:
        return name in self._names or (self._any_address and _is_address(name))


class Login:
    """What lets a visitor in.

    Args:
        login: "user:password", or a token without a colon.
    """

    def __init__(self, login: str) -> None:
        user, colon, password = login.partition(":")
        self._user = _digest(user.encode()) if colon else None
        self._secret = _digest((password if colon else login).encode())
        self._whole = _digest(login.encode())

    def accepts(self, authorization: list[str]) -> bool:
        """Whether the `Authorization` headers of a request hold it; as slow if not as if so."""
        if len(authorization) != 1:
            return False
        scheme, _, credentials = authorization[0].partition(" ")
        given = credentials.strip(" ").encode("latin-1", "replace")  # as the bytes came
        if scheme.lower() == "bearer":
            found = _digest(given)
            # Both are compared, whatever comes of the first.
            return bool(_same(found, self._secret) | _same(found, self._whole))
        if scheme.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(given, validate=True).partition(b":")
        except (binascii.Error, ValueError):
            return False
        known = self._user is None or _same(_digest(user), self._user)
        return bool(known & _same(_digest(password), self._secret))


def login_from(settings: Settings) -> str | None:
    """The login that the settings ask for, checked.

    Raises:
        SettingsError: it is neither "user:password" nor a token.
    """
    if settings.auth is None:
        return None
    login = settings.auth.get_secret_value()
    user, colon, password = login.partition(":")
    if (colon and not (user and password)) or not login.strip() or not login.isprintable():
        raise SettingsError(
            "FOOTNOTE_AUTH is neither of the form user:password nor a token",
            "set it to a user name, a colon and a password, or to a token without a colon",
        )
    return login


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


_FOREIGN: Final = (
    "this address is not Footnote's",
    "open the address that footnote chat printed, or name the host when you start it",
)
_STRANGER: Final = (
    "a user name and a password, or a token, are needed",
    "send what FOOTNOTE_AUTH was set to, as HTTP Basic or as a bearer token",
)
_CHALLENGE: Final = 'Basic realm="Footnote", charset="UTF-8", Bearer realm="Footnote"'


def _digest(text: bytes) -> bytes:
    """Of one length whatever the text's, so that comparing tells nothing of it."""
    return hashlib.sha256(text).digest()


def _same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: int, what: str, fix: str
) -> None:
    if scope["type"] == "websocket":
        # Closed before it is accepted: the server answers the handshake with 403.
        await send({"type": "websocket.close", "code": 1008, "reason": what})
        return
    challenge = {"WWW-Authenticate": _CHALLENGE} if status == 401 else None
    response = respond(scope["path"], status, what, fix, challenge)
    await response(scope, receive, send)
