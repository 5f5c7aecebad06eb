"""The socket that the server listens on, and whether it may."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from index.errors import FootnoteError


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that is bound, not yet listening, and what it means to be bound there."""

    socket: socket.socket
    host: str
    everywhere: bool
    """It listens on all of the machine's addresses."""

    @property
    def is_loopback(self) -> bool:
        """Only this machine reaches it."""
        return ipaddress.ip_address(self.socket.getsockname()[0].partition("%")[0]).is_loopback

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        port = self.socket.getsockname()[1]
        name = "127.0.0.1" if self.everywhere else self.host
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def listen(host: str, port: int, *, may_be_public: bool) -> Listener:
    """Bind to `host` and `port` (0: any free one).

    Raises:
        FootnoteError: others could reach the server there and nothing was said to allow it,
            or the address is taken, unknown, or not this machine's.
    """
    family, address = _resolve(host)
    ip = ipaddress.ip_address(address)
    if not ip.is_loopback and not may_be_public:
        raise FootnoteError(
            f"{host or 'an empty host'} can be reached from other machines, and anyone there "
            "could read the articles",
            "set FOOTNOTE_AUTH=user:password, or add --allow-public if that is meant, or use "
            "--host 127.0.0.1",
        )
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        raise _explain(error, host, port) from error
    return Listener(bound, host, everywhere=ip.is_unspecified)


def _resolve(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FootnoteError(
            f"there is no host {host}", "use a name or an address of this machine: --host 127.0.0.1"
        ) from error
    # IPv4 first: where "localhost" is both, that is what people type.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, str(address[0]).partition("%")[0]


def _explain(error: OSError, host: str, port: int) -> FootnoteError:
    if error.errno == errno.EADDRINUSE:
        return FootnoteError(
            f"port {port} on {host} is in use by another program",
            f"choose another: --port {port + 1 if port < 65535 else port - 1}, or --port 0 for "
            "any free one",
        )
    if error.errno == errno.EACCES:
        return FootnoteError(f"port {port} may not be used", "choose one above 1023: --port 7860")
    return FootnoteError(
        f"cannot listen on {host}, port {port}: {error.strerror}",
        "use an address of this machine: --host 127.0.0.1",
    )
